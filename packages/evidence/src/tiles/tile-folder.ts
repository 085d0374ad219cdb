import { join } from 'node:path';
import { decodeUtf8 } from '../base/encoding.ts';
import { readRegularFileSync } from '../file/regular-file.ts';
import { MAX_CHECKPOINT_BYTES } from './tile-path.ts';
import type { FileReader } from './verify/file-reader.ts';

/** Reads the files of a folder; one that is too long, or no regular file, is read as if it were empty. */
export function folderReader(dir: string): FileReader {
  return (path, maxBytes) => {
    try {
      return readRegularFileSync(join(dir, path), maxBytes);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT' || code === 'ENOTDIR') return null;
      return new Uint8Array();
    }
  };
}

/** The text of a short file, such as a checkpoint; empty where there is none, or where it is not UTF-8. */
export function readText(read: FileReader, path: string): string {
  const bytes = read(path, MAX_CHECKPOINT_BYTES);
  try {
    return bytes === null ? '' : decodeUtf8(bytes);
  } catch {
    return '';
  }
}
