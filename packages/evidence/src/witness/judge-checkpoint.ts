import type { Sha256 } from '@wcp/spec';
import type { TreeHead } from '../log/checkpoint.ts';
import { merkleRoot } from '../log/merkle-tree.ts';
import { judgeCheckpoint, readCheckpoint } from '../log/verify-checkpoint.ts';
import { verifyConsistency } from '../log/verify-proof.ts';
import { readAddCheckpoint } from './add-checkpoint.ts';

/** A log that a witness watches. */
export interface WatchedLog {
  readonly origin: string;
  /** Its keys, in the order of their sizes. For each size exactly one key counts: the last that begins at or before it. */
  readonly keys: readonly WatchedKey[];
}

/** A key of a watched log: the raw public key, and the size of the first checkpoint that it signs. */
export interface WatchedKey {
  readonly publicKey: string;
  readonly from_size: number;
}

/** What a witness recorded of a log: the head of the last checkpoint that it cosigned. */
export interface WitnessRecord {
  readonly size: number;
  readonly root: Sha256;
}

/** What a witness knows when a request arrives. */
export interface WitnessView {
  /** The log with this origin, or null where it watches none. */
  log(origin: string): WatchedLog | null;
  /** The record of an origin; null where nothing was cosigned yet. */
  record(origin: string): WitnessRecord | null;
}

/** How a witness answers: `cosign` once `head` is recorded, or the status of a refusal. */
export type WitnessJudgement =
  | {
      readonly action: 'cosign';
      readonly head: TreeHead;
      readonly checkpoint: string;
      /** The record that was judged by. */
      readonly known: WitnessRecord | null;
    }
  | { readonly action: 'refuse'; readonly status: 400 | 403 | 404 | 422 }
  | { readonly action: 'conflict'; readonly origin: string; readonly known_size: number };

const EMPTY: WitnessRecord = { size: 0, root: merkleRoot([]) };

/**
 * Judges an `add-checkpoint` request (C2SP tlog-witness), in the order of its specification. A witness that cosigns
 * records the head first, in one step with the check that its record is still the one that was judged by.
 *
 * @example
 * ```ts
 * import { judgeAddCheckpoint, type WitnessView } from '@wcp/evidence/witness';
 *
 * declare const view: WitnessView;
 * declare const body: string;
 * const judgement = judgeAddCheckpoint(body, view);
 * if (judgement.action === 'cosign') console.log(judgement.head.size);
 * ```
 */
export function judgeAddCheckpoint(body: unknown, view: WitnessView): WitnessJudgement {
  const request = readAddCheckpoint(body);
  const note = readCheckpoint(request?.checkpoint);
  if (request === null || note === null) return refuse(400);
  const { origin, size, root } = note.head;
  const log = view.log(origin);
  if (log === null) return refuse(404);
  const key = keyFor(log, size);
  if (key === null || judgeCheckpoint(note, origin, [key]) !== null) return refuse(403);
  if (request.old_size > size) return refuse(400);
  const record = view.record(origin);
  const known = record ?? EMPTY;
  const conflict = { action: 'conflict', origin, known_size: known.size } as const;
  if (request.old_size !== known.size) return conflict;
  if (size === known.size && size > 0 && root !== known.root) return conflict;
  return isContinuation(known, note.head, request.proof)
    ? { action: 'cosign', head: note.head, checkpoint: request.checkpoint, known: record }
    : refuse(422);
}

/** The one key that may sign a checkpoint of this size. */
function keyFor({ keys }: WatchedLog, size: number): string | null {
  return keys.filter(({ from_size }) => from_size <= size).at(-1)?.publicKey ?? null;
}

function isContinuation(known: WitnessRecord, { size, root }: TreeHead, proof: readonly Sha256[]): boolean {
  if (known.size === 0) return proof.length === 0 && (size > 0 || root === EMPTY.root);
  const claim = { first: known.size, second: size, first_root: known.root, second_root: root, proof };
  return verifyConsistency(claim).ok;
}

function refuse(status: 400 | 403 | 404 | 422): WitnessJudgement {
  return { action: 'refuse', status };
}
