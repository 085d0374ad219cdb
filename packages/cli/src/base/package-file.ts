import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The root of this package: the nearest folder above with a `package.json`, from the sources and the build alike. */
const ROOT = rootAbove(import.meta.dirname);

/** Where a file of this package is. */
export function packageFile(path: string): string {
  return join(ROOT, path);
}

/** The version of this package. */
export function cliVersion(): string {
  return (JSON.parse(readFileSync(packageFile('package.json'), 'utf8')) as { version: string }).version;
}

function rootAbove(dir: string): string {
  return existsSync(join(dir, 'package.json')) || dirname(dir) === dir ? dir : rootAbove(dirname(dir));
}
