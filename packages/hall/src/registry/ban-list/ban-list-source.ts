import { isUtf8 } from 'node:buffer';
import { readRegularFile } from '@wcp/evidence/file';
import { FOREIGN_TEXT_LIMITS, parseUniqueJson } from '@wcp/spec/json';
import type { BanListSource } from './ban-list-options.ts';

/** Why nothing could be read from the source of a ban list. */
export type BanListSourceCode =
  | 'BAN_LIST_UNREACHABLE'
  | 'BAN_LIST_TIMEOUT'
  | 'BAN_LIST_REDIRECTED'
  | 'BAN_LIST_HTTP_STATUS'
  | 'BAN_LIST_TOO_LARGE'
  | 'BAN_LIST_NOT_JSON';

/** What the source of a ban list holds: any JSON value, not verified yet. */
export type BanListReading =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly code: BanListSourceCode };

/** Limits of a reading. */
export interface BanListSourceLimits {
  /** Bytes after decompression (default 8 MiB). */
  readonly bytes?: number;
  /** Milliseconds until the last byte must have arrived (default 10,000). */
  readonly timeout_ms?: number;
  /** Ends the reading early. */
  readonly signal?: AbortSignal;
}

const BYTES = 8 * 1_048_576;
const TIMEOUT_MS = 10_000;

class Unreadable extends Error {
  readonly code: BanListSourceCode;

  constructor(code: BanListSourceCode) {
    super(code);
    this.code = code;
  }
}

/**
 * Reads a ban list from an address or a file, without verifying it. No redirect is followed: the answer must not
 * choose who says what is banned. Never rejects.
 *
 * @example
 * import { readBanListSource } from '@wcp/hall';
 *
 * const url = 'https://hall.example/wcp/registry/ban-list?authority=org.acme';
 * const reading = await readBanListSource({ url }, { timeout_ms: 5_000 });
 * console.log(reading.ok ? reading.value : reading.code);
 */
export async function readBanListSource(
  source: BanListSource,
  limits: BanListSourceLimits = {},
): Promise<BanListReading> {
  const { bytes = BYTES, timeout_ms = TIMEOUT_MS, signal } = limits;
  const time = AbortSignal.timeout(timeout_ms);
  try {
    const read =
      'url' in source
        ? await readUrl(source.url, bytes, signal === undefined ? time : AbortSignal.any([signal, time]))
        : await readRegularFile(source.file, bytes, { followsLinks: true });
    return { ok: true, value: parse(read) };
  } catch (error) {
    return { ok: false, code: codeOf(error) };
  }
}

function codeOf(error: unknown): BanListSourceCode {
  if (error instanceof Unreadable) return error.code;
  if ((error as NodeJS.ErrnoException | null)?.code === 'EFBIG') return 'BAN_LIST_TOO_LARGE';
  return (error as Error | null)?.name === 'TimeoutError' ? 'BAN_LIST_TIMEOUT' : 'BAN_LIST_UNREACHABLE';
}

async function readUrl(url: string, maxBytes: number, signal: AbortSignal): Promise<Buffer> {
  const response = await fetch(url, { headers: { accept: 'application/json' }, redirect: 'manual', signal });
  const { status, body } = response;
  if (status !== 200) {
    await body?.cancel();
    throw new Unreadable(status >= 300 && status < 400 ? 'BAN_LIST_REDIRECTED' : 'BAN_LIST_HTTP_STATUS');
  }
  const parts: Uint8Array[] = [];
  let length = 0;
  // Leaving the loop closes the connection.
  for await (const part of body ?? []) {
    length += part.length;
    if (length > maxBytes) throw new Unreadable('BAN_LIST_TOO_LARGE');
    parts.push(part);
  }
  return Buffer.concat(parts);
}

function parse(bytes: Buffer): unknown {
  try {
    if (isUtf8(bytes)) return parseUniqueJson(bytes.toString('utf8'), FOREIGN_TEXT_LIMITS);
  } catch {
    // Reported below.
  }
  throw new Unreadable('BAN_LIST_NOT_JSON');
}
