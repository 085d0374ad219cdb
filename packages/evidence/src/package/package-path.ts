import { WcpError } from '@wcp/spec/json';

const LEFT_OUT: ReadonlySet<string> = new Set(['manifest.json', 'manifest.sig', 'manifest.tmp']);
const CONTROL = /[\x00-\x1f\x7f-\x9f]/;

/**
 * Whether the hash of a package leaves a file at this path out (section 8): at its root only. A path that
 * leads elsewhere is never left out, so that it is refused.
 */
export function isLeftOut(path: string): boolean {
  return LEFT_OUT.has(path) || (path.startsWith('.git/') && !leadsElsewhere(path));
}

/** Whether a folder at this path is left out with everything in it. */
export function isFolderLeftOut(path: string): boolean {
  return path === '.git';
}

/**
 * Refuses a path that two packages could share or that leads out of its package (section 13, "Packages
 * and manifests"). Its bytes count as they are: a normal form depends on a version of Unicode (R20).
 *
 * @throws {WcpError} `ERR_WCP_PACKAGE`
 */
export function checkPackagePath(path: unknown): string {
  if (typeof path !== 'string' || path === '') throw refused('is empty');
  if (!path.isWellFormed()) throw refused('is not well-formed Unicode');
  if (CONTROL.test(path)) throw refused('has a control character');
  if (path.includes('\\')) throw refused('has a backslash');
  if (leadsElsewhere(path)) throw refused('is absolute or has an empty segment, "." or ".."');
  return path;
}

function leadsElsewhere(path: string): boolean {
  return path.split('/').some((segment) => segment === '' || segment === '.' || segment === '..');
}

function refused(why: string): WcpError {
  return new WcpError('ERR_WCP_PACKAGE', `A path of the package ${why}.`);
}
