import { WcpError } from '@wcp/spec';

/** What SQLite's result codes mean to an operator. Extended codes have these in their low byte. */
const SENTENCES: ReadonlyMap<number, string> = new Map([
  [5, 'The store is in use by another process. Stop the other Hall, or give this one a folder of its own.'],
  [6, 'The store is in use by another process. Stop the other Hall, or give this one a folder of its own.'],
  [
    8,
    'The store cannot be written: its file or folder is read-only. Give the Hall the right to write there.',
  ],
  [
    10,
    'The disk failed or is full. Nothing was acknowledged that is not kept. Free space or replace the disk.',
  ],
  [11, 'The store is damaged. Nothing was changed. Restore it from a backup.'],
  [
    13,
    'The disk is full. Nothing was acknowledged that is not kept. Free space; the Hall goes on by itself.',
  ],
  [
    14,
    'The store cannot be opened: the folder is missing or may not be used. Make it, or change its rights.',
  ],
  [23, 'The store may not be opened by this user. Change the rights of its file.'],
  [26, 'The file is no database, or it is damaged. Nothing was changed. Restore it from a backup.'],
]);

/** What went wrong in a store as a {@link WcpError}, in a plain sentence and with the cause kept. */
export function storeError(error: unknown): WcpError {
  if (error instanceof WcpError) return error;
  const sentence = SENTENCES.get(Number((error as { errcode?: unknown } | null)?.errcode) & 0xff);
  return new WcpError(
    'ERR_WCP_STORE',
    sentence ?? 'The store failed. Nothing was acknowledged that is not kept.',
    {
      cause: error,
    },
  );
}
