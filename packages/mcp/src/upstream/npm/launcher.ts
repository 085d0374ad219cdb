import { basename } from 'node:path';

/** A package of the npm registry that a command fetches and runs. */
export interface LaunchedPackage {
  readonly kind: 'package';
  /** As it is asked for: a name, with a version, a range or a tag behind it or without. */
  readonly spec: string;
  readonly name: string;
  /** Which of its programs, where the command says so. */
  readonly program: string | null;
  /** What that program is started with. */
  readonly args: readonly string[];
}

/** What a command is: one that fetches a package which can be installed first, one that cannot be, or any other. */
export type LauncherReading =
  | LaunchedPackage
  | { readonly kind: 'unknown'; readonly reason: string }
  | { readonly kind: 'program' };

/** The words by which a launcher of npm packages is called, before its options. */
const OF_NPM: readonly (readonly string[])[] = [
  ['npx'],
  ['npm', 'exec'],
  ['npm', 'x'],
  ['pnpm', 'dlx'],
  ['pnpx'],
  ['yarn', 'dlx'],
  ['bunx'],
];

/** Launchers of packages from elsewhere. */
const OF_OTHERS: Readonly<Record<string, string>> = {
  uvx: 'PyPI',
  uv: 'PyPI',
  pipx: 'PyPI',
  bun: 'a registry by rules of its own',
  deno: 'a registry by rules of its own',
  docker: 'a registry of images',
  podman: 'a registry of images',
};

/** Options that say nothing about what runs. */
const WITHOUT_EFFECT = new Set(['-y', '--yes', '-q', '--quiet', '-s', '--silent', '--prefer-offline', '--']);
const NAME = /^(?:@[a-z0-9~][a-z0-9._~-]*\/)?[a-z0-9~][a-z0-9._~-]*$/;
const WANTED = /^[\w.^~<>=|*+ -]{1,128}$/;

/** Reads what a command starts, as far as it fetches that. */
export function readLauncher(command: string, args: readonly string[]): LauncherReading {
  const name = basename(command).replace(/\.(?:cmd|exe)$/i, '');
  const words = [name, ...args];
  const launcher = OF_NPM.find((each) => each.every((word, index) => words[index] === word));
  if (launcher !== undefined) return readNpm(launcher.join(' '), words.slice(launcher.length));
  const source = Object.hasOwn(OF_OTHERS, name) ? OF_OTHERS[name] : undefined;
  if (source === undefined) return { kind: 'program' };
  return unknown(`${name} fetches what it runs from ${source}`);
}

function readNpm(launcher: string, words: readonly string[]): LauncherReading {
  let spec: string | null = null;
  let index = 0;
  for (; words[index]?.startsWith('-'); index += 1) {
    const word = words[index] ?? '';
    const [, given] = /^--package=(.+)$/s.exec(word) ?? [];
    const isNamed = given !== undefined || word === '-p' || word === '--package';
    if (!isNamed && WITHOUT_EFFECT.has(word)) continue;
    if (!isNamed) return unknown(`${launcher} has the option ${JSON.stringify(word.slice(0, 64))}`);
    if (spec !== null) return unknown(`${launcher} names several packages`);
    if (given === undefined) index += 1;
    spec = given ?? words[index] ?? '';
  }
  const [first = '', ...args] = words.slice(index);
  // npm takes a "--" behind the package for itself, and gives the program what follows.
  const rest = args[0] === '--' && launcher.startsWith('np') ? args.slice(1) : args;
  return packageOf(spec ?? first, spec === null ? null : first, rest);
}

function packageOf(spec: string, program: string | null, args: readonly string[]): LauncherReading {
  const at = spec.indexOf('@', 1);
  const name = at < 0 ? spec : spec.slice(0, at);
  const wanted = at < 0 ? 'latest' : spec.slice(at + 1);
  if (NAME.test(name) && WANTED.test(wanted) && program !== '') {
    return { kind: 'package', spec, name, program, args };
  }
  return unknown(`${JSON.stringify(spec.slice(0, 64))} is not a package of the npm registry`);
}

function unknown(reason: string): LauncherReading {
  return { kind: 'unknown', reason };
}
