import type { draftDecision, ReceiptDraft } from '@wcp/evidence/receipt';
import type { Enforcement, ReceiptOutcome } from '@wcp/spec/document';
import type { Change, Key, TableName } from '../store/store.ts';

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
  /** The Hall that starts the worker; null where no other has the same store. */
  readonly hall: string | null;
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

/** A row that something was made from, or, without a key, all rows of a table. */
export interface BasisRow {
  readonly table: TableName;
  readonly key?: Key;
}

/**
 * What entries were made from. Where another Hall has changed one of these rows meanwhile, or one that the entries
 * change themselves, they do not become durable.
 */
export interface Basis {
  /** The commit up to which the maker of the entries knew what others did. */
  readonly commit: number;
  /** Rows beside those that the entries change themselves, and those that every decision rests on. */
  readonly reads?: readonly BasisRow[];
  /** The entries that stand or fall with it: the one that has it, and those after it. */
  readonly entries: number;
}

/** What becomes durable together: a receipt, events and changes of the store, or any of them. */
export interface Entry {
  readonly evidence?: DecisionEvidence | OutcomeEvidence | PlainEvidence;
  /** Events beside those that a decision contains. */
  readonly events?: { readonly tenant_id: string | null; readonly list: readonly object[] };
  readonly changes?: readonly Change[];
  /** Absent where it rests on nothing that another Hall may change. */
  readonly basis?: Basis;
}

/** What an entry became. */
export interface Appended {
  /** The position in the log; null without evidence. */
  readonly position: number | null;
  /** The canonical JSON of the receipt; null without evidence. */
  readonly receipt: string | null;
  /** The id of the row of its events; null without events. */
  readonly events: number | null;
  /** Why it is not durable: others have changed what it rests on, or have recorded another outcome. Absent where it is. */
  readonly refused?: 'outdated' | 'settled';
}
