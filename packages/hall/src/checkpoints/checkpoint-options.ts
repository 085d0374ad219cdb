import type { WitnessKey } from '@wcp/evidence/witness';

/** Who else gets the checkpoints of a Hall's log (section 8.8). */
export interface CheckpointOptions {
  readonly witnesses?: readonly WitnessOptions[];
  readonly timestamps?: readonly TimestampOptions[];
  readonly copies?: readonly CheckpointCopy[];
}

/** A witness: its key, and the address before `/add-checkpoint`. */
export interface WitnessOptions {
  readonly key: WitnessKey;
  readonly url: string;
}

/** An authority of timestamps (RFC 3161). */
export interface TimestampOptions {
  readonly url: string;
  /** PEM: the certificates by which its timestamps are verified before they are kept. */
  readonly certificates: string;
  /** Seconds between two timestamps (default 3,600). */
  readonly every_seconds?: number;
}

/** Where checkpoints are added to: a file that only grows, or an address that takes each by POST. */
export type CheckpointCopy = { readonly file: string } | { readonly url: string };
