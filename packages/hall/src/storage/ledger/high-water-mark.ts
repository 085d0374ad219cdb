import { open, rename, rm } from 'node:fs/promises';
import { readRegularFileSync } from '@wcp/evidence/file';
import { isSignedBy } from '@wcp/evidence/key';
import { type Sha256, WcpError } from '@wcp/spec';
import type { Store } from '../store/store.ts';
import { type LedgerIdentity, publicKeysOf } from './ledger-identity.ts';
import { readFrontier } from './log-tree.ts';

/**
 * How far a log had come, signed and kept outside its store: whoever can write to the store alone can set it back to
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
 * @throws {WcpError} `ERR_WCP_STORE` where it has not, or where the mark cannot be read or is not signed
 */
export async function checkMark(
  store: Store,
  identity: LedgerIdentity,
  { size, seal }: Omit<HighWaterMark, 'root'>,
): Promise<void> {
  const mark = identity.mark === undefined ? null : readMark(identity.mark, identity);
  if (mark === null) return;
  const isBehind = mark.size > size || mark.seal > seal;
  if (!isBehind && (await readFrontier(store, mark.size)).root() === mark.root) return;
  throw new WcpError(
    'ERR_WCP_STORE',
    'The store is older than the high-water mark beside the key, or another one: its end was cut off, or it comes from a backup. Nothing was written. If you restored a backup, remove the mark and start again; what came after the backup is lost.',
  );
}

/** The mark of a log; null where there is none yet. */
function readMark(file: string, identity: LedgerIdentity): HighWaterMark | null {
  let text: string;
  try {
    text = readRegularFileSync(file, MAX_LENGTH).toString('utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw broken(error);
  }
  const { size, root, seal, signing_key_id, signature } = parse(text);
  const mark = { size, root, seal };
  const publicKey = publicKeysOf(identity)[signing_key_id];
  if (!isSignedBy(publicKey, statementOf(mark, identity.origin), signature)) throw broken();
  return mark;
}

/**
 * Writes the mark of a log, if it has one, durably and in one step.
 *
 * @throws {WcpError} `ERR_WCP_STORE` where it cannot be written
 */
export async function writeMark(
  mark: HighWaterMark,
  { key, origin, mark: file }: LedgerIdentity,
): Promise<void> {
  if (file === undefined) return;
  const signature = key.sign(statementOf(mark, origin)).toString('base64');
  const text = `${JSON.stringify({ ...mark, signing_key_id: key.keyId, signature }, null, 2)}\n`;
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

type SignedMark = HighWaterMark & { readonly signing_key_id: string; readonly signature: unknown };

function parse(text: string): SignedMark {
  try {
    const mark = Object(JSON.parse(text)) as SignedMark;
    if (Number.isSafeInteger(mark.size) && Number.isSafeInteger(mark.seal)) return mark;
  } catch (error) {
    throw broken(error);
  }
  throw broken();
}

function broken(cause?: unknown): WcpError {
  const message =
    'The high-water mark of the log is damaged, or another key signed it. Restore it from a backup, together with the key.';
  return cause instanceof WcpError ? cause : new WcpError('ERR_WCP_STORE', message, { cause });
}
