import type { RouteDecision } from '@wcp/spec';
import type { RecordedDecision } from '../client/wire.ts';

/** The documents of a world as they were kept. */
export interface KeptWorld {
  readonly catalog_version: string;
  readonly rules: unknown;
  readonly config: unknown;
  readonly workers: unknown;
}

/** A decision as it was recorded, and what its receipt says of it. */
export interface ReplayRecord extends RecordedDecision {
  /** The receipt's digest of it, null where it has none; undefined where there is no receipt, or none was asked for. */
  readonly receipt_digest: string | null | undefined;
}

/** Which decisions. */
export interface ReplayWindow {
  /** From this time on. */
  readonly since: string | null;
  /** Whether their receipts are wanted too. */
  readonly withReceipts: boolean;
}

/** Where decisions were recorded: a Hall, or a folder of its evidence. */
export interface RecordSource {
  /** The decisions in their order, read as they are taken. */
  records(window: ReplayWindow): AsyncIterable<ReplayRecord>;
  /** The world of a digest; null where it is not there. */
  world(digest: string): Promise<KeptWorld | null>;
}

/** Whether a decision was made at a time or later. */
export function isSince({ timestamp }: RouteDecision, since: string | null): boolean {
  return since === null || (timestamp !== null && Date.parse(timestamp) >= Date.parse(since));
}
