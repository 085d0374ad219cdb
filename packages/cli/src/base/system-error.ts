/** By the system's code, what to say about a file. */
const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'There is no such file. Check the name and the folder you are in.',
  EISDIR: 'This is a folder; name a file in it.',
  ENOTDIR: 'Part of this path is a file, not a folder.',
  EACCES: 'You do not have permission to read this file.',
  EPERM: 'You do not have permission to read this file.',
  ELOOP: 'This link points back to itself.',
  ENAMETOOLONG: 'This name is longer than the system allows.',
  ENOTFILE:
    'This is a pipe, a device or a socket, not a file. Send what it gives to standard input, and name "-".',
  EFBIG: 'This is larger than any such file may be.',
  EMFILE: 'Too many files are open.',
};
const FORBIDDEN = new Set(['EACCES', 'EPERM', 'EROFS']);

/** Why the system did not read a file, in one sentence without a path. */
export function reasonOf(error: unknown): string {
  const code = (error as NodeJS.ErrnoException | null)?.code ?? '';
  return REASONS[code] ?? `The system refused it${/^E[A-Z0-9]+$/.test(code) ? ` (${code})` : ''}.`;
}

/** Why the system did not write a file, in one sentence without a path. */
export function writeReasonOf(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOSPC') return 'The disk is full.';
  return FORBIDDEN.has(code ?? '') ? 'You do not have permission to write here.' : reasonOf(error);
}
