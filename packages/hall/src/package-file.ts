import { fileURLToPath } from 'node:url';

/** Where a file of this package is. Sources and build stand one folder below its root alike. */
export function packageFile(path: string): string {
  return fileURLToPath(new URL(`../${path}`, import.meta.url));
}
