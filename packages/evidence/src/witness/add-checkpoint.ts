import type { Sha256 } from '@wcp/spec';
import { decodeBase64, encodeBase64 } from '../base/encoding.ts';
import { readHash, writeHash } from '../log/merkle-hash.ts';

/** What a log sends to a witness (C2SP tlog-witness): a checkpoint, and that it continues an earlier one. */
export interface AddCheckpoint {
  /** The size of the last checkpoint that the witness cosigned; 0 where there is none. */
  readonly old_size: number;
  /** The proof of consistency from `old_size` (RFC 9162); empty from 0. */
  readonly proof: readonly Sha256[];
  readonly checkpoint: string;
}

/** Bytes of the longest request that is read: 63 hashes, and a checkpoint with a hundred signatures. */
export const MAX_ADD_CHECKPOINT_BYTES = 16_384;
const MAX_HASHES = 63;

/**
 * Writes the body of an `add-checkpoint` request.
 *
 * @example
 * ```ts
 * import { writeAddCheckpoint } from '@wcp/evidence/witness';
 *
 * declare const checkpoint: string;
 * const body = writeAddCheckpoint({ old_size: 0, proof: [], checkpoint });
 * console.log(body.startsWith('old 0\n\n'));
 * ```
 */
export function writeAddCheckpoint({ old_size, proof, checkpoint }: AddCheckpoint): string {
  const lines = proof.map((hash) => `${encodeBase64(readHash(hash) ?? '')}\n`);
  return `old ${old_size}\n${lines.join('')}\n${checkpoint}`;
}

/**
 * Reads the body of an `add-checkpoint` request; null for anything else. The checkpoint is not read yet.
 *
 * @example
 * ```ts
 * import { readAddCheckpoint } from '@wcp/evidence/witness';
 *
 * declare const body: string;
 * console.log(readAddCheckpoint(body)?.old_size);
 * ```
 */
export function readAddCheckpoint(text: unknown): AddCheckpoint | null {
  if (typeof text !== 'string' || text.length > MAX_ADD_CHECKPOINT_BYTES) return null;
  const end = text.indexOf('\n\n');
  const [first = '', ...lines] = end < 0 ? [] : text.slice(0, end).split('\n');
  const size = /^old (0|[1-9][0-9]{0,15})$/.exec(first)?.[1];
  const proof = lines.map(readProofHash);
  if (size === undefined || !Number.isSafeInteger(Number(size)) || proof.length > MAX_HASHES) return null;
  const hashes = proof.filter((hash) => hash !== null);
  if (hashes.length < proof.length) return null;
  return { old_size: Number(size), proof: hashes, checkpoint: text.slice(end + 2) };
}

function readProofHash(line: string): Sha256 | null {
  const bytes = decodeBase64(line);
  return bytes?.length === 32 ? writeHash(bytes) : null;
}
