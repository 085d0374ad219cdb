import { findProgram } from '../base/find-program.ts';
import { isRoot } from '../base/user.ts';

/** How a package is installed, by the package manager that a machine has. */
const COMMANDS: readonly (readonly [manager: string, ...words: string[]])[] = [
  ['apt-get', 'apt-get update', 'apt-get install'],
  ['dnf', 'dnf install'],
  ['apk', 'apk add'],
  ['pacman', 'pacman -S'],
  ['zypper', 'zypper install'],
];

/** The command that installs a package, or its newest version, on this machine; that of Debian where it has none of these. */
export async function installCommand(name: string): Promise<string> {
  const found = await Promise.all(COMMANDS.map(([manager]) => findProgram(manager)));
  const [, ...words] = COMMANDS[
    Math.max(
      0,
      found.findIndex((place) => place !== null),
    )
  ] ?? [''];
  const prefix = isRoot() ? '' : 'sudo ';
  return `${words.map((word) => prefix + word).join(' && ')} ${name}`;
}
