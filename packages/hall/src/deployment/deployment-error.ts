import { WcpError } from '@wcp/spec';
import type { CreatedKey } from './create/initial-keys.ts';

/** One reason why a Hall cannot be opened in a folder. */
export interface DeploymentFinding {
  /** Relative to the folder; null where it is not about a file. */
  readonly file: string | null;
  /** A JSON Pointer in the file; null where it is about the file as a whole. */
  readonly path: string | null;
  readonly code: string;
  readonly message: string;
}

/**
 * Thrown where a Hall cannot be opened in a folder: `ERR_WCP_DEPLOYMENT`, with every finding, and nothing started.
 *
 * @example
 * import { DeploymentError, openDeployment } from '@wcp/hall';
 *
 * try {
 *   await openDeployment('my-hall');
 * } catch (error) {
 *   if (!(error instanceof DeploymentError)) throw error;
 *   for (const { file, path, message } of error.findings) console.error(file, path, message);
 * }
 */
export class DeploymentError extends WcpError {
  /** Everything that is wrong. */
  readonly findings: readonly DeploymentFinding[];
  /** API keys that were created before it failed: they are valid, and their text is nowhere else. */
  readonly keys: readonly CreatedKey[];

  constructor(
    findings: readonly DeploymentFinding[],
    { cause, keys = [] }: { readonly cause?: unknown; readonly keys?: readonly CreatedKey[] } = {},
  ) {
    super('ERR_WCP_DEPLOYMENT', findings.map(({ message }) => message).join(' '), { cause });
    this.name = 'DeploymentError';
    this.findings = findings;
    this.keys = keys;
  }
}

/** Why a file or folder cannot be used, by the system's error code. */
const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'Permission denied. Give the Hall access, or choose another folder.',
  EPERM: 'Permission denied. Give the Hall access, or choose another folder.',
  EROFS: 'This is on a read-only file system. Choose a writable folder.',
  ENOTDIR: 'A part of this path is a file, not a folder. Choose a folder.',
  EEXIST: 'There is a file where a folder is needed. Choose another folder.',
  EISDIR: 'There is a folder where a file is needed. Move it away.',
  ENOENT: 'There is no such file.',
  ENOSPC: 'The disk is full. Free some space.',
  ELOOP: 'This is a link that points to itself.',
  ENOTFILE: 'This is a pipe, a device or a socket where a file is needed. Replace it with a file.',
  EFBIG: 'This is larger than any such file may be. Make it smaller.',
  ENAMETOOLONG: 'This name is longer than the system allows.',
};

/** Why a file cannot be used, in one sentence without a path. */
export function reasonOf(error: unknown): string {
  const code = (error as NodeJS.ErrnoException | null)?.code ?? '';
  return REASONS[code] ?? `The system call failed${/^E[A-Z0-9]+$/.test(code) ? ` (${code})` : ''}.`;
}

/** The error of a file that cannot be used. */
export function unusableFile(file: string | null, error: unknown): DeploymentError {
  if (error instanceof DeploymentError) return error;
  return new DeploymentError([{ file, path: null, code: 'UNUSABLE', message: reasonOf(error) }], {
    cause: error,
  });
}
