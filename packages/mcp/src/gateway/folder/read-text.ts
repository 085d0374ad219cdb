import { readRegularFile } from '@wcp/evidence/file';

const MAX_LENGTH = 4 * 1_048_576;

/**
 * The text of a file of the folder; null where it is not there.
 *
 * @throws {TypeError} for what is not UTF-8; what the system throws
 */
export async function readText(file: string): Promise<string | null> {
  const bytes = await readRegularFile(file, MAX_LENGTH).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  return bytes === null ? null : new TextDecoder('utf-8', { fatal: true }).decode(bytes);
}
