import { WcpError } from '@wcp/spec';
import type { CreatedKey } from './initial-keys.ts';

/** One thing that keeps a Hall from being opened in a folder. */
export interface DeploymentFinding {
  /** Relative to the folder; null where it is about no file. */
  readonly file: string | null;
  /** A JSON Pointer in the file; null where it is about the file as a whole. */
  readonly path: string | null;
  readonly code: string;
  readonly message: string;
}

/** Thrown where a Hall cannot be opened in a folder: with everything that is wrong, and nothing started. */
export class DeploymentError extends WcpError {
  readonly problems: readonly DeploymentFinding[];
  /** API keys that were made before it failed: they are valid from now on, and nowhere else. */
  readonly keys: readonly CreatedKey[];

  constructor(
    problems: readonly DeploymentFinding[],
    { cause, keys = [] }: { readonly cause?: unknown; readonly keys?: readonly CreatedKey[] } = {},
  ) {
    super('ERR_WCP_HALL', problems.map(({ message }) => message).join(' '), { cause });
    this.name = 'DeploymentError';
    this.problems = problems;
    this.keys = keys;
  }
}

/** By the system's code, why a file or a folder cannot be used. */
const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'The Hall may not use this: give it the right to, or name another folder.',
  EPERM: 'The Hall may not use this: give it the right to, or name another folder.',
  EROFS: 'This lies on a read-only file system: name a folder that can be written.',
  ENOTDIR: 'A part of this path is a file and not a folder: name a folder.',
  EEXIST: 'A file stands where a folder is needed: name a folder.',
  EISDIR: 'A folder stands where a file is needed: move it away.',
  ENOENT: 'There is no such file.',
  ENOSPC: 'The disk is full: free space.',
  ELOOP: 'This is a link that leads to itself.',
  ENAMETOOLONG: 'This name is longer than the system allows.',
};

/** Why the system refused a file, in one sentence without a path. */
export function reasonOf(error: unknown): string {
  const code = (error as NodeJS.ErrnoException | null)?.code ?? '';
  return REASONS[code] ?? `The system refused it${/^E[A-Z0-9]+$/.test(code) ? ` (${code})` : ''}.`;
}

/** The error of a file that the system refused. */
export function refusedFile(file: string | null, error: unknown): DeploymentError {
  if (error instanceof DeploymentError) return error;
  return new DeploymentError([{ file, path: null, code: 'UNUSABLE', message: reasonOf(error) }], {
    cause: error,
  });
}
