import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../repository/root.ts';

const PACKAGES = join(ROOT, 'packages');

/** The names of the folders of all packages that are published. */
export function packageNames(): string[] {
  return readdirSync(PACKAGES).filter((name) => existsSync(join(PACKAGES, name, 'package.json')));
}

/**
 * Packs a package into a folder of its own, and gives the path of the tarball.
 *
 * @throws where it cannot be packed
 */
export function pack(name: string, parent: string): string {
  const folder = join(parent, name);
  mkdirSync(folder, { recursive: true });
  run('pnpm', ['pack', '--pack-destination', folder], join(PACKAGES, name));
  const [tarball] = readdirSync(folder);
  if (tarball === undefined) throw new Error(`Packing ${name} made no tarball.`);
  return join(folder, tarball);
}

/** Runs a program to its end. @throws with what it printed, where it fails */
export function run(command: string, args: readonly string[], cwd: string): string {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8' });
  if (status !== 0) throw new Error(`\`${command} ${args.join(' ')}\` failed:\n${stdout}${stderr}`);
  return stdout;
}
