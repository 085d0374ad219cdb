import type { PolicyFinding } from '../base/policy-finding.ts';

/** A finding about a file as a whole. */
export function fileFinding(
  file: string | null,
  code: string,
  { message, remedy }: Pick<PolicyFinding, 'message' | 'remedy'>,
): PolicyFinding {
  return { file, line: null, code, message, remedy };
}

/** Whether a finding says that a folder holds too much: it is said once. */
export function isTooMuch({ code }: PolicyFinding): boolean {
  return code === 'POLICY_FILES_TOO_MANY';
}

/** Why a file cannot be read, by the code of the error. */
const REASONS: Readonly<Record<string, Pick<PolicyFinding, 'message' | 'remedy'>>> = {
  ENOENT: { message: 'There is no such file or folder.', remedy: 'Create it, or name another one.' },
  EACCES: { message: 'Permission denied.', remedy: 'Give the user of the Hall the right to read it.' },
  ELOOP: { message: 'This is a link that points to itself.', remedy: 'Replace it with a file.' },
  ENOTFILE: { message: 'This is a pipe, a device or a socket.', remedy: 'Replace it with a file.' },
  EISDIR: { message: 'This is a folder with the name of a file of policies.', remedy: 'Rename it.' },
  EFBIG: {
    message: 'Policies may have at most 1 MiB a file and 8 MiB in all.',
    remedy: 'Divide the file, or remove what no policy needs.',
  },
  ERR_ENCODING_INVALID_ENCODED_DATA: { message: 'This is not UTF-8 text.', remedy: 'Save it as UTF-8.' },
};

/** The finding of a file that cannot be read. */
export function unreadable(file: string, error: unknown): PolicyFinding {
  const { code = '' } = error as NodeJS.ErrnoException;
  const reason = REASONS[code] ?? {
    message: `The file cannot be read${/^E[A-Z0-9]+$/.test(code) ? ` (${code})` : ''}.`,
    remedy: 'Look at the file and its permissions.',
  };
  return fileFinding(file, 'POLICY_FILE_UNREADABLE', reason);
}
