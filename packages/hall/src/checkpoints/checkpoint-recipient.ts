import type { Change } from '../storage/store/store.ts';

/** A checkpoint that was signed. */
export interface SignedCheckpoint {
  readonly size: number;
  readonly note: string;
}

/** Somebody who gets each new checkpoint. */
export interface CheckpointRecipient {
  readonly kind: 'witness' | 'timestamp' | 'copy';
  /** Which one it is, for the log and for health. */
  readonly name: string;
  /** Seconds to leave it alone after a success. */
  readonly every_seconds: number;
  /**
   * Hands a checkpoint over.
   *
   * @returns what becomes durable of the answer
   * @throws {RecipientError} with why it was not taken
   */
  send(checkpoint: SignedCheckpoint, signal: AbortSignal): Promise<readonly Change[]>;
}

/** Why a checkpoint was not taken; the codes that say that somebody must look begin with `WITNESS_SAW`. */
export class RecipientError extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}
