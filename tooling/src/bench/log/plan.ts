/** What stands at each position of a generated log: the same whoever computes it, so that it can be resumed anywhere. */

/** Tenants of the log, which take turns. */
const STREAMS = 100;

/** The last receipt of a stream. */
export interface Head {
  readonly seq: number;
  readonly receipt_hash: string;
}

/** What a thread that signs is started with. */
export interface SignerData {
  readonly seed: string;
  /** Which share of the streams is its own, of how many. */
  readonly share: number;
  readonly of: number;
  readonly heads: readonly (readonly [string, Head])[];
}

/** What a thread signed of a batch, in the order of the log: texts, because they cross to another thread. */
export interface SignedShare {
  readonly texts: readonly string[];
  readonly hashes: readonly string[];
}

export function streamOf(position: number): string {
  return `tenant-${position % STREAMS}`;
}

/** A UUID version 7 whose order is that of the positions. */
export function decisionIdAt(position: number): string {
  return `0195f3a0-7c1e-7000-8000-${position.toString(16).padStart(12, '0')}`;
}

/** Which of the threads signs a position: a stream always belongs to the same one. */
export function shareOf(position: number, threads: number): number {
  return (position % STREAMS) % threads;
}
