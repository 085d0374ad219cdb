import { readFile, stat } from 'node:fs/promises';
import { extname } from 'node:path';
import { INPUT_SIZE } from '@wcp/spec/input';
import { CliError } from '../base/cli-error.ts';
import { fileProblem } from '../base/problem.ts';
import { reasonOf } from '../base/system-error.ts';
import type { Terminal } from '../base/terminal.ts';

/** What the pipeline is given: a page that the fetcher goes to, or a file that it gets as a `data:` URL. */
export interface SourceDocument {
  /** As the user named it. */
  readonly name: string;
  readonly url: string;
  /** Of a file; of a page nobody knows them yet. */
  readonly bytes: number | null;
}

/** By the ending of a file's name; anything else is plain text or what the fetcher refuses. */
const MEDIA_TYPES: Readonly<Record<string, string>> = {
  '.md': 'text/markdown;charset=utf-8',
  '.markdown': 'text/markdown;charset=utf-8',
  '.txt': 'text/plain;charset=utf-8',
  '.html': 'text/html',
  '.htm': 'text/html',
  '.xhtml': 'application/xhtml+xml',
  '.pdf': 'application/pdf',
};
const PLAIN = 'text/plain;charset=utf-8';
/** What a request holds beside the content. */
const ROOM = 16_384;
/** Base64 makes four bytes of three, and the whole request is at most 1 MiB (section 3). */
const MAX_BYTES = Math.floor((INPUT_SIZE - ROOM) / 4) * 3;

/**
 * Reads what the user named: a URL as it is, a file (`-` for standard input) with its content.
 *
 * @throws {CliError} where the file cannot be read or is too long for one request
 */
export async function readSource(terminal: Terminal, named: string): Promise<SourceDocument> {
  if (/^(?:https?|data):/i.test(named)) return { name: named, url: named, bytes: null };
  const content = named === '-' ? await readAll(terminal.readStdin()) : await readBytes(named);
  if (content.length > MAX_BYTES) throw new CliError([fileProblem(named, 'DOCUMENT_UNFIT', TOO_LONG)]);
  if (content.length === 0) throw new CliError([fileProblem(named, 'DOCUMENT_UNFIT', 'It is empty.')]);
  const type = MEDIA_TYPES[extname(named).toLowerCase()] ?? PLAIN;
  const name = named === '-' ? 'standard input' : named;
  return { name, url: `data:${type};base64,${content.toString('base64')}`, bytes: content.length };
}

const TOO_LONG = `This is longer than ${MAX_BYTES.toLocaleString('en-GB')} bytes, too long for one request. Serve it over HTTP and name its URL, or give a shorter one.`;

async function readBytes(file: string): Promise<Buffer> {
  try {
    if ((await stat(file)).size > MAX_BYTES) return Buffer.alloc(MAX_BYTES + 1);
    return await readFile(file);
  } catch (error) {
    throw new CliError([fileProblem(file, 'UNREADABLE', reasonOf(error))]);
  }
}

/** No more than can be refused. */
async function readAll(stream: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of stream) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > MAX_BYTES) break;
  }
  return Buffer.concat(chunks);
}
