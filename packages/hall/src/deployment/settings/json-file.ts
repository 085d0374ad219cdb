import { join } from 'node:path';
import { readRegularFile } from '@wcp/evidence/file';
import { WcpError } from '@wcp/spec';
import { parseJson, type TextLimits } from '@wcp/spec/json';
import { reasonOf } from '../deployment-error.ts';

/** The JSON of a file, or a sentence that says why there is none. */
export type JsonFile =
  | { readonly ok: true; readonly text: string; readonly value: unknown }
  | {
      readonly ok: false;
      readonly isAbsent: boolean;
      readonly text: string | null;
      readonly message: string;
    };

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** No document of a Hall is larger, in bytes. */
const MAX_LENGTH = 64 * 1_048_576;

/**
 * Reads a file of the folder as JSON without duplicate names. A link is followed, because some systems install files
 * as links. Never rejects.
 *
 * @param limits for a file that somebody else than the operator wrote
 */
export async function readJsonFile(dir: string, name: string, limits?: TextLimits): Promise<JsonFile> {
  let bytes: Buffer;
  try {
    bytes = await readRegularFile(join(dir, name), MAX_LENGTH, { followsLinks: true });
  } catch (error) {
    const isAbsent = (error as NodeJS.ErrnoException).code === 'ENOENT';
    return { ok: false, isAbsent, text: null, message: reasonOf(error) };
  }
  return readJsonText(bytes, limits);
}

function readJsonText(bytes: Buffer, limits?: TextLimits): JsonFile {
  const text = bytes.toString('utf8');
  try {
    return { ok: true, text, value: parseJson(UTF8.decode(bytes), limits) };
  } catch (error) {
    return { ok: false, isAbsent: false, text, message: sentenceOf(error, text) };
  }
}

function sentenceOf(error: unknown, text: string): string {
  if (!(error instanceof WcpError)) return 'This is not UTF-8 text.';
  return error.cause instanceof SyntaxError
    ? `This is not JSON${placeOf(error.cause, text)}.`
    : error.message;
}

/** Where the runtime's parser stopped; it names no position where the text ends too early. */
function placeOf({ message }: SyntaxError, text: string): string {
  const position = /position ([0-9]+)/.exec(message)?.[1];
  const before = text.slice(0, position === undefined ? text.length : Number(position)).split('\n');
  return `: line ${before.length}, column ${(before.at(-1) ?? '').length + 1}`;
}
