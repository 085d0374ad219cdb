import { join } from 'node:path';
import { parseJson } from '@wcp/spec/json';
import { decodeUtf8 } from '../base/encoding.ts';
import { withRegularFile } from './regular-file.ts';

/** The name of a package's manifest. */
export const MANIFEST_FILE = 'manifest.json';
/** In bytes. */
const MAX_MANIFEST_LENGTH = 1_048_576;
const BYTE_ORDER_MARK = '\ufeff';

/** The JSON of a manifest file as it was found, or a sentence that says why there is none. */
export type ManifestFile =
  | { readonly manifest: unknown; readonly problem: null }
  | { readonly manifest: null; readonly problem: string };

/** Reads the manifest in a package's folder. Never rejects, and quotes nothing of the file. */
export async function readManifestFile(dir: string): Promise<ManifestFile> {
  try {
    const bytes = await withRegularFile(join(dir, MANIFEST_FILE), async (file, size) =>
      size > MAX_MANIFEST_LENGTH ? null : await file.readFile(),
    );
    return bytes === null ? none('The manifest is larger than 1 MiB.') : readText(textOf(bytes));
  } catch (error) {
    const isAbsent = (error as NodeJS.ErrnoException).code === 'ENOENT';
    return none(
      isAbsent ? 'The package has no manifest.' : 'The manifest is not a regular file that can be read.',
    );
  }
}

function textOf(bytes: Uint8Array): string | null {
  try {
    return decodeUtf8(bytes);
  } catch {
    return null;
  }
}

function readText(text: string | null): ManifestFile {
  if (text === null) return none('The manifest is not UTF-8.');
  if (text.startsWith(BYTE_ORDER_MARK))
    return none('The manifest begins with a byte order mark: save it as UTF-8 without one.');
  try {
    return { manifest: parseJson(text), problem: null };
  } catch {
    return none('The manifest is not JSON, or has a name twice in one object.');
  }
}

function none(problem: string): ManifestFile {
  return { manifest: null, problem };
}
