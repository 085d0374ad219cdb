import type { Sha256 } from '@wcp/spec';
import { type EvidenceFinding, finding, type TileFindingCode } from '../../base/finding.ts';
import { type NotChecked, notChecked } from '../../base/not-checked.ts';
import { isObject, own } from '../../base/own-member.ts';
import type { TreeHead } from '../../log/checkpoint.ts';
import { type CheckpointKeys, checkpointKeys } from '../../log/checkpoint-keys.ts';
import type { KeyHistory, ReceiptAtPosition } from '../../log/key-history.ts';
import { frontierOf } from '../../log/merkle-frontier.ts';
import { subtreeHash } from '../../log/merkle-hash.ts';
import { formerNames, judgeUnderName, readRestore } from '../../log/restores.ts';
import { readCheckpoint } from '../../log/verify-checkpoint.ts';
import { notCheckedOf } from '../../log/verify-log.ts';
import { type ConsistencyClaim, verifyConsistency } from '../../log/verify-proof.ts';
import { originsOf } from '../../log/walk-receipts.ts';
import { examinePlace, ReceiptExaminer, type ReceiptLink } from '../../receipt/receipt-examiner.ts';
import { folderReader, readText } from '../tile-folder.ts';
import { edgeOf, MAX_TILE_BYTES, rootOfEdge, tileReader } from '../tile-hashes.ts';
import { TILE_WIDTH, tilePath } from '../tile-path.ts';
import { type Archive, readArchive } from './archive-description.ts';
import { type BundleJob, type BundleReport, judgeTile } from './examine-bundles.ts';
import type { FileReader } from './file-reader.ts';
import { readLogReceipts, tileKeys } from './tile-keys.ts';
import { examineInThreads } from './tile-threads.ts';

/** What the tiles of a log are verified with. */
export interface TilesExpectation {
  /** The keys that are trusted: `{signing_key_id: 64 hexadecimal digits}`; the first key of the log is enough. */
  readonly keys: unknown;
  /** The origin of the log (default: that of its checkpoint). */
  readonly origin?: string;
  /** Checkpoints that the auditor or a witness has kept, beside the one in the folder. */
  readonly checkpoints?: readonly string[];
  /** Threads that verify signatures (default: one a core). */
  readonly threads?: number;
  /** Called now and then with how many receipts were verified, of how many. */
  readonly onProgress?: (verified: number, of: number) => void;
}

/** What came of a verification of tiles. */
export interface TilesVerification {
  readonly ok: boolean;
  /** In no order but that of the log; at most 1,000. The index is that of an entry, or of a checkpoint as listed. */
  readonly findings: readonly EvidenceFinding<TileFindingCode>[];
  /** Whether something was left unexamined because so much had been found. */
  readonly is_cut_off: boolean;
  /** How many receipts there must be: those that the checkpoint covers, or those of an archive. */
  readonly size: number;
  /** Whether that is the whole log of the checkpoint; an archive holds the beginning of one. */
  readonly is_whole: boolean;
  /** What a verification of tiles alone cannot say. */
  readonly not_checked: readonly NotChecked[];
}

type TileFinding = EvidenceFinding<TileFindingCode>;

const MAX_FINDINGS = 1_000;
/** Bundles of one job: enough that messages cost nothing, few enough to show progress. */
const BUNDLES_A_JOB = 8;

/**
 * Verifies a log that lies in a folder as tiles (C2SP tlog-tiles; section 8.10): its checkpoint, every receipt and its
 * chain, every tile, and the root. The keys of the log are learnt from its receipts (section 8.7). It streams: memory does not grow with the log, and every core verifies signatures.
 *
 * @param dir the folder with `checkpoint` and `tile/`
 * @example
 * ```ts
 * import { verifyTiles } from '@wcp/evidence/tiles';
 *
 * export async function check(dir: string, keys: Readonly<Record<string, string>>) {
 *   const { ok, size, findings } = await verifyTiles(dir, { keys, origin: 'hall.example/log' });
 *   console.log(ok, size, findings.map(({ index, code }) => `${index} ${code}`));
 * }
 * ```
 */
export async function verifyTiles(dir: string, expected: TilesExpectation): Promise<TilesVerification> {
  const read = folderReader(dir);
  const notes = [readText(read, 'checkpoint'), ...(expected.checkpoints ?? [])];
  const head = readCheckpoint(notes[0])?.head ?? null;
  const described = readArchive(
    read('archive.json', MAX_TILE_BYTES) === null ? null : readText(read, 'archive.json'),
  );
  const archive = described === 'malformed' ? null : described;
  const size = archive?.size ?? head?.size ?? 0;
  const examiner = new TileExaminer(size, read);
  const key_receipts = readLogReceipts(size, read);
  const { history } = tileKeys(expected.keys, key_receipts);
  const data = { dir, keys: expected.keys, key_receipts };
  for await (const report of examineInThreads(jobsOf(size), data, expected.threads)) {
    examiner.add(report);
    expected.onProgress?.(Math.min(size, (report.job.first + report.job.count) * TILE_WIDTH), size);
    if (examiner.findings.length >= MAX_FINDINGS) break;
  }
  const is_cut_off = examiner.findings.length >= MAX_FINDINGS;
  const root = is_cut_off ? null : examiner.end();
  const origin = expected.origin ?? head?.origin;
  const former = formerNames(key_receipts.map(({ receipt }) => receipt));
  const judged = { keys: expected.keys, history, origin, former };
  const aboutNotes = await Promise.all(
    notes.map((note, index) => judgeNote(note, index, { ...judged, root, size, read, archive })),
  );
  const changes = invalidChanges(history, key_receipts, origin);
  const restores = await wrongRestores(key_receipts, { ...judged, root, size, read, archive });
  const about = [...changes, ...restores, ...examineDescription(described, root), ...aboutNotes.flat()];
  const findings = [...examiner.findings, ...about].slice(0, MAX_FINDINGS);
  const is_whole = archive === null || archive.size === archive.log_size;
  const not_checked = [
    ...notCheckedOf(history),
    ...(is_whole ? [] : [notChecked('REST_OF_LOG_NOT_CHECKED')]),
  ];
  return { ok: findings.length === 0, findings, is_cut_off, size, is_whole, not_checked };
}

/** What an archive says of itself: the rest is compared with its checkpoints. */
function examineDescription(described: Archive | 'malformed' | null, root: Sha256 | null): TileFinding[] {
  if (described === 'malformed') return [finding('ARCHIVE_MALFORMED')];
  const isOther = described !== null && root !== null && described.root !== root;
  return isOther ? [finding('ARCHIVE_ROOT_MISMATCH')] : [];
}

function invalidChanges(
  history: KeyHistory,
  receipts: readonly ReceiptAtPosition[],
  origin: string | undefined,
): TileFinding[] {
  const values = receipts.map(({ receipt }) => receipt);
  const invalid = history.invalidPositions(origin === undefined ? null : originsOf(values, origin));
  return [...invalid].map((position) => finding('RECEIPT_KEY_CHANGE_INVALID', position));
}

/** Those that nobody changed, and that are not true of the receipts before them. */
async function wrongRestores(
  receipts: readonly ReceiptAtPosition[],
  log: NoteExpectation,
): Promise<TileFinding[]> {
  const examiner = new ReceiptExaminer((key_id) => log.history.find(key_id));
  const findings: TileFinding[] = [];
  for (const { receipt, position } of receipts) {
    if (own(receipt, 'kind') !== 'restore' || examiner.examineAlone(receipt).codes.length > 0) continue;
    const restore = readRestore(receipt, position);
    const root = restore === null || log.root === null ? null : await rootOf(position, log);
    if (restore === null || (root !== null && root !== restore.root))
      findings.push(finding('RECEIPT_RESTORE_INVALID', position));
  }
  return findings;
}

function* jobsOf(size: number): Generator<BundleJob> {
  const bundles = Math.ceil(size / TILE_WIDTH);
  for (let first = 0; first < bundles; first += BUNDLES_A_JOB) {
    yield { first, count: Math.min(BUNDLES_A_JOB, bundles - first), size };
  }
}

/** Puts the reports of the jobs together, in the order of the log. */
class TileExaminer {
  readonly findings: TileFinding[] = [];
  readonly #size: number;
  readonly #read: FileReader;
  readonly #heads = new Map<string, ReceiptLink>();
  /** The hashes of the full bundles, and the leaf hashes of the last one. */
  readonly #bundles: Uint8Array[] = [];
  #rest: readonly Uint8Array[] = [];
  /** Whether entries were missing: what stood before the next receipt of a stream is then unknown. */
  #hasGap = false;

  constructor(size: number, read: FileReader) {
    this.#size = size;
    this.#read = read;
  }

  add({ hashes, found, ends }: BundleReport): void {
    for (const [index, code] of found) this.findings.push(finding(code, index));
    for (const hash of hashes) {
      if (hash === null) this.#forget();
      else if (hash instanceof Uint8Array) this.#bundles.push(hash);
      else this.#rest = hash;
    }
    for (const { position, first, last } of ends) {
      const before = this.#heads.get(first.stream);
      const codes = before === undefined && this.#hasGap ? [] : examinePlace(first, before);
      for (const code of codes) this.findings.push(finding(code, position));
      this.#heads.set(first.stream, last);
    }
  }

  /** Checks the tiles above the leaf hashes. Returns the root; null where entries are missing. */
  end(): Sha256 | null {
    if (this.#hasGap) return null;
    const edge: Uint8Array[] = edgeOf(this.#rest);
    let level = 1;
    for (let hashes = this.#bundles; hashes.length > 0; level += 1) {
      this.#checkLevel(level, hashes);
      const full = Math.floor(hashes.length / TILE_WIDTH);
      edge.unshift(...edgeOf(hashes.slice(full * TILE_WIDTH)));
      hashes = Array.from({ length: full }, (_, at) =>
        subtreeHash(hashes.slice(at * TILE_WIDTH, (at + 1) * TILE_WIDTH)),
      );
    }
    return rootOfEdge(edge);
  }

  #checkLevel(level: number, hashes: readonly Uint8Array[]): void {
    for (let index = 0; index * TILE_WIDTH < hashes.length; index += 1) {
      const part = hashes.slice(index * TILE_WIDTH, (index + 1) * TILE_WIDTH);
      const bytes = this.#read(tilePath({ level, index, width: part.length }), MAX_TILE_BYTES);
      const code = judgeTile(bytes, part);
      if (code !== null)
        this.findings.push(finding(code, Math.min(this.#size - 1, index * TILE_WIDTH ** (level + 1))));
    }
  }

  #forget(): void {
    this.#hasGap = true;
    this.#heads.clear();
  }
}

interface NoteExpectation {
  readonly keys: unknown;
  readonly history: KeyHistory;
  readonly origin: string | undefined;
  readonly former: ReadonlyMap<string, number>;
  readonly root: Sha256 | null;
  readonly size: number;
  readonly read: FileReader;
  readonly archive: Archive | null;
}

/** A checkpoint of an earlier size is compared with the tiles, which were found to be those of the entries. */
async function judgeNote(text: string, index: number, expected: NoteExpectation): Promise<TileFinding[]> {
  const note = readCheckpoint(text);
  if (note === null) return [finding('CHECKPOINT_MALFORMED', index)];
  const keys = keysFor(note.head, expected);
  const code = judgeUnderName(note, { ...expected, keys });
  if (code !== null) return [finding(code, index)];
  const { size, root } = note.head;
  if (expected.root === null) return [];
  if (size > expected.size) {
    const code = judgeArchive(expected, note.head);
    return code === null ? [] : [finding(code, index)];
  }
  const found = size === expected.size ? expected.root : await rootOf(size, expected);
  return found === null || found === root ? [] : [finding('LOG_ROOT_MISMATCH', index)];
}

/** A log goes on from an archive of it, which the archive proves for the one checkpoint that it came with. */
function judgeArchive(
  { archive, size: first, root: first_root }: NoteExpectation,
  { size: second, root: second_root }: TreeHead,
): 'LOG_TAIL_MISSING' | 'LOG_ROOT_MISMATCH' | null {
  if (archive?.log_size !== second) return 'LOG_TAIL_MISSING';
  const claim = { first, second, first_root, second_root, proof: archive.proof };
  return verifyConsistency(claim as ConsistencyClaim).ok ? null : 'LOG_ROOT_MISMATCH';
}

async function rootOf(size: number, { size: whole, read }: NoteExpectation): Promise<Sha256 | null> {
  const reader = tileReader(whole, async (path) => read(path, MAX_TILE_BYTES));
  try {
    return rootOfEdge(await Promise.all(frontierOf(size).map(reader)));
  } catch {
    // A tile is missing or malformed, and was found to be.
    return null;
  }
}

/** The key may have changed behind the end of an archive, where nobody sees it: every key that may count is tried. */
function keysFor({ size }: TreeHead, { keys, history, size: seen }: NoteExpectation): CheckpointKeys {
  if (size <= seen) return checkpointKeys(keys, history);
  const known = history.terms.map(({ key_id, public_key }) => [key_id, public_key] as const);
  const trusted = isObject(keys) ? Object.keys(keys).map((id) => [id, own(keys, id)] as const) : [];
  const counting = [...trusted, ...known].filter(([key_id]) => !history.isRevoked(key_id, size));
  return checkpointKeys(Object.fromEntries(counting), null);
}
