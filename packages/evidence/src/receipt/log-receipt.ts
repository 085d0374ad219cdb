import type { Erasure, KeyChange, Restore } from '@wcp/spec/document';
import type { ReceiptDraft } from './receipt.ts';

/** The stream of receipts about the log itself; no tenant can have this name. */
export const LOG_STREAM = '(log)';

/** What became of a log: a change of its key, payloads that were forgotten, a restored store. */
export type LogStatement =
  | { readonly kind: 'key'; readonly key: KeyChange }
  | { readonly kind: 'erasure'; readonly erasure: Erasure }
  | { readonly kind: 'restore'; readonly restore: Restore };

/** What a receipt about the log is made from. */
export interface LogEvent {
  /** A UUIDv7 that the caller supplies. */
  readonly receipt_id: string;
  /** When it happened. */
  readonly at: string;
  readonly statement: LogStatement;
}

/**
 * The draft of a receipt about the log itself (section 8.2): it stands in {@link LOG_STREAM}, belongs to no
 * decision, and says what happened in the one member that has the name of its kind.
 *
 * @example
 * ```ts
 * import { type LogStatement, logReceipt } from '@wcp/evidence/receipt';
 *
 * declare const statement: LogStatement;
 * const receipt_id = '01890a5d-ac96-774b-bcce-b302099a8057';
 * console.log(logReceipt({ receipt_id, at: '2026-01-01T00:00:00Z', statement }).stream); // '(log)'
 * ```
 */
export function logReceipt({ receipt_id, at, statement }: LogEvent): ReceiptDraft {
  return {
    receipt_id,
    stream: LOG_STREAM,
    correlation_id: null,
    decision_id: null,
    dispatched_at: at,
    worker_id: null,
    worker_species_id: null,
    capability_id: null,
    policy_decision: null,
    deny_code: null,
    controls_verified: [],
    artifact_hash: null,
    decision_digest: null,
    world_digest: null,
    outcome: null,
    ...statement,
  };
}
