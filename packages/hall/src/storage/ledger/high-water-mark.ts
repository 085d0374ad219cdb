import { open, rename, rm } from 'node:fs/promises';
import { readRegularFileSync } from '@wcp/evidence/file';
import { isSignedBy } from '@wcp/evidence/key';
import type { KeyTerm } from '@wcp/evidence/log';
import { type Sha256, WcpError } from '@wcp/spec';
import type { RowMac } from '../seal/row-mac.ts';
import type { Store } from '../store/store.ts';
import { readFrontier } from './log-tree.ts';

/** Which log a mark is about, and what vouches for it. */
export interface MarkedLog {
  readonly origin: string;
  /** The file of the mark; without it, there is none. */
  readonly mark?: string | undefined;
  /** The key of the store: a mark is for this Hall alone, which then needs the key of the log for nothing but the log. */
  readonly mac: RowMac;
  /** The keys of the log: one of them signed the mark of an earlier version. */
  readonly terms: readonly KeyTerm[];
}

/**
 * How far a log had come, sealed and kept outside its store: whoever can write to the store alone can set it back to
 * an earlier state with all its signatures, but not this.
 */
export interface HighWaterMark {
  readonly size: number;
  readonly root: Sha256;
  /** The number of the seal. */
  readonly seal: number;
}

/** A mark is one short document; a longer file is none. */
const MAX_LENGTH = 4_096;

/**
 * Checks that a store has come at least as far as the mark of its log says, with the same receipts.
 *
 * @throws {WcpError} `ERR_WCP_STORE` where it has not, or where the mark cannot be read or is not sealed
 */
export async function checkMark(
  store: Store,
  log: MarkedLog,
  { size, seal }: Omit<HighWaterMark, 'root'>,
): Promise<void> {
  const mark = log.mark === undefined ? null : readMark(log.mark, log);
  if (mark === null) return;
  const isBehind = mark.size > size || mark.seal > seal;
  if (!isBehind && (await readFrontier(store, mark.size)).root() === mark.root) return;
  throw new WcpError(
    'ERR_WCP_STORE',
    'The store is older than the high-water mark beside the key, or another one: its end was cut off, or it comes from a backup. Nothing was written. Put the newer store back; a backup is put back with `wcp restore`, which keeps the log from forking.',
  );
}

/** The mark of a log; null where there is none yet. */
function readMark(file: string, log: MarkedLog): HighWaterMark | null {
  let text: string;
  try {
    text = readRegularFileSync(file, MAX_LENGTH).toString('utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw broken(error);
  }
  return parseMark(text, log);
}

function parseMark(text: string, log: Omit<MarkedLog, 'mark'>): HighWaterMark {
  const { size, root, seal, ...vouched } = parse(text);
  const mark = { size, root, seal };
  if (!isVouchedFor(statementOf(mark, log.origin), vouched, log)) throw broken();
  return mark;
}

/** The high-water mark that a text is; null for what is none of this log. */
export function readMarkText(text: string, log: Omit<MarkedLog, 'mark'>): HighWaterMark | null {
  try {
    return text.length > MAX_LENGTH ? null : parseMark(text, log);
  } catch {
    return null;
  }
}

/** Earlier versions signed it with the key of the log. */
function isVouchedFor(
  statement: string,
  { code, signing_key_id, signature }: Omit<SealedMark, keyof HighWaterMark>,
  { mac, terms }: Omit<MarkedLog, 'mark'>,
): boolean {
  if (signing_key_id === undefined) return code === mac.seal(statement);
  const term = terms.find(({ key_id }) => key_id === signing_key_id);
  return isSignedBy(term?.public_key, statement, signature);
}

/**
 * Writes the mark of a log, if it has one, durably and in one step.
 *
 * @throws {WcpError} `ERR_WCP_STORE` where it cannot be written
 */
export async function writeMark(
  mark: HighWaterMark,
  { origin, mark: file, mac }: Omit<MarkedLog, 'terms'>,
): Promise<void> {
  if (file === undefined) return;
  const code = mac.seal(statementOf(mark, origin));
  const text = `${JSON.stringify({ ...mark, code }, null, 2)}\n`;
  try {
    await writeWhole(file, text);
  } catch (cause) {
    const message =
      'The high-water mark of the log cannot be written beside the key. Allow the Hall to write there, or free space.';
    throw new WcpError('ERR_WCP_STORE', message, { cause });
  }
}

/** Not in the thread that commits: it goes on while the disk works. */
async function writeWhole(file: string, text: string): Promise<void> {
  const temporary = `${file}.tmp`;
  await rm(temporary, { force: true });
  const handle = await open(temporary, 'wx', 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(temporary, file);
}

function statementOf({ size, root, seal }: HighWaterMark, origin: string): string {
  return `wcp-high-water-mark.v1\n${origin}\n${size}\n${root}\n${seal}\n`;
}

type SealedMark = HighWaterMark & {
  readonly code?: unknown;
  readonly signing_key_id?: unknown;
  readonly signature?: unknown;
};

function parse(text: string): SealedMark {
  try {
    const mark = Object(JSON.parse(text)) as SealedMark;
    if (Number.isSafeInteger(mark.size) && Number.isSafeInteger(mark.seal)) return mark;
  } catch (error) {
    throw broken(error);
  }
  throw broken();
}

function broken(cause?: unknown): WcpError {
  const message =
    'The high-water mark of the log is damaged, or belongs to another store. Restore it from a backup, together with the keys.';
  return cause instanceof WcpError ? cause : new WcpError('ERR_WCP_STORE', message, { cause });
}
