import { join } from 'node:path';
import { FOREIGN_TEXT_LIMITS, parseJson } from '@wcp/spec/json';
import { decodeUtf8 } from '../base/encoding.ts';
import { readRegularFile } from '../file/regular-file.ts';

/** The name of a package's manifest. */
export const MANIFEST_FILE = 'manifest.json';
/** In bytes. */
const MAX_MANIFEST_LENGTH = 1_048_576;
const BYTE_ORDER_MARK = '\ufeff';

const UNREADABLE = 'The manifest is not a regular file that can be read.';
/** By the code of the error, why there is no manifest. */
const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'The package has no manifest.',
  EFBIG: 'The manifest is larger than 1 MiB.',
};

/** The JSON of a manifest file as it was found, or a sentence that says why there is none. */
export type ManifestFile =
  | { readonly manifest: unknown; readonly problem: null }
  | { readonly manifest: null; readonly problem: string };

/** Reads the manifest in a package's folder. Never rejects, and quotes nothing of the file. */
export async function readManifestFile(dir: string): Promise<ManifestFile> {
  try {
    return readText(textOf(await readRegularFile(join(dir, MANIFEST_FILE), MAX_MANIFEST_LENGTH)));
  } catch (error) {
    return none(REASONS[(error as NodeJS.ErrnoException).code ?? ''] ?? UNREADABLE);
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
    return { manifest: parseJson(text, FOREIGN_TEXT_LIMITS), problem: null };
  } catch {
    return none('The manifest is not JSON, or has a name twice in one object.');
  }
}

function none(problem: string): ManifestFile {
  return { manifest: null, problem };
}
