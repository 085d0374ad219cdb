import { WcpError } from '@wcp/spec';

const LEFT_OUT: ReadonlySet<string> = new Set(['manifest.json', 'manifest.sig', 'manifest.tmp']);
const CONTROL = /[\x00-\x1f\x7f-\x9f]/;

/** Whether the hash of a package leaves a file at this path out (section 8): at its root only. */
export function isLeftOut(path: string): boolean {
  return LEFT_OUT.has(path) || (path.startsWith('.git/') && !path.split('/').includes('..'));
}

/** Whether a folder at this path is left out with everything in it. */
export function isFolderLeftOut(path: string): boolean {
  return path === '.git';
}

/**
 * Refuses a path that two packages could share or that leads out of its package (section 13, "Packages
 * and manifests").
 *
 * @throws {WcpError} `ERR_WCP_PACKAGE`
 */
export function checkPackagePath(path: unknown): string {
  if (typeof path !== 'string' || path === '') throw refused('is empty');
  if (!path.isWellFormed() || path !== path.normalize('NFC')) throw refused('is not Unicode in form NFC');
  if (CONTROL.test(path)) throw refused('has a control character');
  if (path.includes('\\')) throw refused('has a backslash');
  if (path.split('/').some((segment) => segment === '' || segment === '.' || segment === '..')) {
    throw refused('is absolute or has an empty segment, "." or ".."');
  }
  return path;
}

function refused(why: string): WcpError {
  return new WcpError('ERR_WCP_PACKAGE', `A path of the package ${why}.`);
}
