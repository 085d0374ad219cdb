import { extname } from 'node:path';
import { INPUT_SIZE } from '@wcp/spec/input';
import { CliError } from '../../base/cli-error.ts';
import { openFile, readBounded } from '../../base/open-file.ts';
import { fileProblem } from '../../base/problem.ts';
import { reasonOf } from '../../base/system-error.ts';
import type { Terminal } from '../../base/terminal.ts';

/** The input of the pipeline: a page for the fetcher to fetch, or a file as a `data:` URL. */
export interface SourceDocument {
  /** As the user named it. */
  readonly name: string;
  readonly url: string;
  /** The size of a file; not yet known for a page. */
  readonly bytes: number | null;
}

/**
 * By file extension; anything else is plain text, or the fetcher refuses it. A file does not say its encoding,
 * so none is named: the fetcher finds it, or refuses the file.
 */
const MEDIA_TYPES: Readonly<Record<string, string>> = {
  '.md': 'text/markdown',
  '.markdown': 'text/markdown',
  '.txt': 'text/plain',
  '.html': 'text/html',
  '.htm': 'text/html',
  '.xhtml': 'application/xhtml+xml',
  '.pdf': 'application/pdf',
};
const PLAIN = 'text/plain';
/** Space for the rest of the request, beside the content. */
const OVERHEAD = 16_384;
/** Base64 makes four bytes of three, and the whole request is at most 1 MiB (section 3). */
const MAX_BYTES = Math.floor((INPUT_SIZE - OVERHEAD) / 4) * 3;

/**
 * Reads the document that the user named: a URL stays a URL, a file (`-` for standard input) is read.
 *
 * @throws {CliError} if the file cannot be read or is too long for one request
 */
export async function readSource(terminal: Terminal, source: string): Promise<SourceDocument> {
  if (/^(?:https?|data):/i.test(source)) return { name: source, url: source, bytes: null };
  const content = await readBytes(terminal, source);
  if (content === null) throw new CliError([fileProblem(source, 'DOCUMENT_UNFIT', TOO_LONG)]);
  if (content.length === 0)
    throw new CliError([fileProblem(source, 'DOCUMENT_UNFIT', 'This file is empty.')]);
  const type = MEDIA_TYPES[extname(source).toLowerCase()] ?? PLAIN;
  const name = source === '-' ? 'standard input' : source;
  return { name, url: `data:${type};base64,${content.toString('base64')}`, bytes: content.length };
}

const TOO_LONG = `This is longer than ${MAX_BYTES.toLocaleString('en-GB')} bytes, which is too long for one request. Serve it over HTTP and give its URL, or give a shorter one.`;

async function readBytes(terminal: Terminal, source: string): Promise<Buffer | null> {
  try {
    return await readBounded(source === '-' ? terminal.readStdin() : await openFile(source), MAX_BYTES);
  } catch (error) {
    throw new CliError([fileProblem(source, 'UNREADABLE', reasonOf(error))]);
  }
}
