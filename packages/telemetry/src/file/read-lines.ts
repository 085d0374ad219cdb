import { createReadStream } from 'node:fs';
import { WcpError } from '@wcp/spec';
import { parseJson } from '@wcp/spec/json';

/** The content of a file of JSON lines. */
export interface LineReading {
  /** The value of every whole line, in order. */
  readonly values: readonly unknown[];
  /** The bytes after the last newline, which were never acknowledged; null where there are none. */
  readonly torn: Uint8Array | null;
}

/**
 * Reads a file of JSON lines without changing it. A whole line that is not JSON is damage, not a torn write,
 * and is never skipped.
 *
 * @throws {WcpError} `ERR_WCP_STORE` where the file cannot be read or a line is damaged; the message names
 * the line and the damage: not UTF-8, a byte order mark, not JSON
 * @example
 * ```ts
 * import { readLines } from '@wcp/telemetry';
 *
 * const { values, torn } = await readLines('receipts.jsonl');
 * console.log(values.length, torn === null ? 'whole' : 'torn at the end');
 * ```
 */
export async function readLines(path: string): Promise<LineReading> {
  const values: unknown[] = [];
  let rest: Buffer[] = [];
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>) {
      let start = 0;
      for (let end = chunk.indexOf(0x0a); end >= 0; end = chunk.indexOf(0x0a, start)) {
        values.push(parseLine(Buffer.concat([...rest, chunk.subarray(start, end)])));
        rest = [];
        start = end + 1;
      }
      if (start < chunk.length) rest.push(chunk.subarray(start));
    }
  } catch (cause) {
    const damage = cause instanceof WcpError ? `: ${cause.message}` : '.';
    const where = cause instanceof WcpError ? `Line ${values.length + 1} of ${path}` : path;
    throw new WcpError('ERR_WCP_STORE', `${where} cannot be read${damage}`, { cause });
  }
  return { values, torn: rest.length === 0 ? null : new Uint8Array(Buffer.concat(rest)) };
}

const BYTE_ORDER_MARK = '\ufeff';
const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function parseLine(line: Buffer): unknown {
  const text = decode(line);
  if (text.startsWith(BYTE_ORDER_MARK)) throw damaged('it begins with a byte order mark');
  try {
    return parseJson(text);
  } catch (cause) {
    throw damaged('it is not JSON', cause);
  }
}

function decode(line: Buffer): string {
  try {
    return UTF8.decode(line);
  } catch (cause) {
    throw damaged('it is not UTF-8', cause);
  }
}

/** Quotes nothing of the line, which may hold what nobody should see in a log. */
function damaged(what: string, cause?: unknown): WcpError {
  return new WcpError('ERR_WCP_STORE', `${what}.`, { cause });
}
