import type { Receipt, RouteDecision } from '@wcp/spec';
import type { DecisionRecord, PlacedReceipt } from '@wcp/spec/hall';

/** The documents of a world as they were stored. */
export interface StoredWorld {
  readonly catalog_version: string;
  readonly rules: unknown;
  readonly config: unknown;
  readonly workers: unknown;
}

/** A decision as it was recorded, and its receipt. */
export interface ReplayRecord extends DecisionRecord {
  /** Undefined if there is no receipt or none was requested. */
  readonly receipt: Receipt | undefined;
}

/** Which decisions to read. */
export interface ReplayWindow {
  /** From this time on. */
  readonly since: string | null;
  /** Whether to read their receipts too. */
  readonly withReceipts: boolean;
  /** Called for each receipt of a decision that is not among the records, if receipts are read. */
  readonly lost?: (placed: PlacedReceipt) => void;
}

/** Where decisions are recorded: a Hall, or a folder of its evidence. */
export interface RecordSource {
  /** The decisions in order, read as they are consumed. */
  records(window: ReplayWindow): AsyncIterable<ReplayRecord>;
  /** The receipts of what was forgotten (section 8.9). */
  erasures(): Promise<readonly Receipt[]>;
  /** The world with a digest; null if it is missing. */
  world(digest: string): Promise<StoredWorld | null>;
  /** The world that requests are decided in now; null where only the past is known. */
  inForce(): Promise<StoredWorld | null>;
}

/** Whether a decision was made at or after a time. */
export function isSince({ timestamp }: RouteDecision, since: string | null): boolean {
  return since === null || (timestamp !== null && Date.parse(timestamp) >= Date.parse(since));
}
