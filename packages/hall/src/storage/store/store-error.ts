import { WcpError } from '@wcp/spec';

/** What SQLite's result codes mean to an operator. Extended codes carry them in their low byte. */
const SENTENCES: ReadonlyMap<number, string> = new Map([
  [5, 'The store is in use by another process. Stop the other Hall, or give this one a folder of its own.'],
  [6, 'The store is in use by another process. Stop the other Hall, or give this one a folder of its own.'],
  [8, 'The store cannot be written: its file or folder is read-only. Allow the Hall to write there.'],
  [
    10,
    'The disk failed or is full. Nothing was acknowledged that is not stored. Free space or replace the disk.',
  ],
  [11, 'The store is damaged. Nothing was changed. Restore it from a backup.'],
  [
    13,
    'The disk is full. Nothing was acknowledged that is not stored. Free space; the Hall then continues by itself.',
  ],
  [
    14,
    'The store cannot be opened: the folder is missing or not accessible. Create it, or change its permissions.',
  ],
  [23, 'This user may not open the store. Change the permissions of its file.'],
  [26, 'The file is not a database, or it is damaged. Nothing was changed. Restore it from a backup.'],
]);

/** The failure of a store as a {@link WcpError}: a plain sentence, with the cause. */
export function storeError(error: unknown): WcpError {
  if (error instanceof WcpError) return error;
  const sentence = SENTENCES.get(Number((error as { errcode?: unknown } | null)?.errcode) & 0xff);
  return new WcpError(
    'ERR_WCP_STORE',
    sentence ?? 'The store failed. Nothing was acknowledged that is not stored.',
    {
      cause: error,
    },
  );
}
