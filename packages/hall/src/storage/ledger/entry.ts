import type { draftDecision, ReceiptDraft } from '@wcp/evidence/receipt';
import type { Enforcement, ReceiptOutcome } from '@wcp/spec/document';
import type { Change } from '../store/store.ts';

/** A decision on its way into the ledger: mostly texts, because they cross from one thread to another. */
export interface DecisionEvidence {
  readonly kind: 'decision';
  readonly data_label: string | null;
  /** The JSON of the input as received; null where it was not JSON. */
  readonly input: string | null;
  /** The draft of its receipt. */
  readonly draft: ReturnType<typeof draftDecision>;
  /** The canonical JSON of what its digest covers. */
  readonly lasting: string;
  /** The JSON of the whole decision. */
  readonly decision: string;
  /** Whether the decision contains events of its own. */
  readonly hasEvents: boolean;
  /** The JSON of the facts that `observation` does not hold. */
  readonly facts: string;
  readonly observation: string;
  /** Whether a worker starts once this is durable: an outcome must then follow. */
  readonly isDispatched: boolean;
  /** The ids of all who had a part in asking. */
  readonly requested_by: readonly string[];
}

/** An outcome on its way into the ledger. */
export interface OutcomeEvidence {
  readonly kind: 'outcome';
  readonly decision_id: string;
  /** The JSON of the decision's receipt. */
  readonly decided: string;
  readonly outcome: ReceiptOutcome;
  /** What kept the worker within its envelope; absent where nothing is known about it. */
  readonly enforcement?: Enforcement;
}

/** A receipt of another kind (`approval`, `enrolment`), complete but for its id. */
export interface PlainEvidence {
  readonly kind: 'plain';
  readonly draft: Omit<ReceiptDraft, 'receipt_id'>;
}

/** What becomes durable together: a receipt, events and changes of the store, or any of them. */
export interface Entry {
  readonly evidence?: DecisionEvidence | OutcomeEvidence | PlainEvidence;
  /** Events beside those that a decision contains. */
  readonly events?: { readonly tenant_id: string | null; readonly list: readonly object[] };
  readonly changes?: readonly Change[];
}

/** What an entry became. */
export interface Appended {
  /** The position in the log; null without evidence. */
  readonly position: number | null;
  /** The canonical JSON of the receipt; null without evidence. */
  readonly receipt: string | null;
  /** The id of the row of its events; null without events. */
  readonly events: number | null;
}
