import { outcomeReceipt, type ReceiptDraft } from '@wcp/evidence/receipt';
import { type Receipt, sha256 } from '@wcp/spec';
import { joinDigest } from '@wcp/spec/document';
import { readCanonical } from '@wcp/spec/json';
import { v7 } from 'uuid';
import { askedText } from '../asked.ts';
import type { Change, DecisionRow } from '../store/store.ts';
import type { DecisionEvidence, Entry, OutcomeEvidence } from './entry.ts';

/** The stream of decisions that name no tenant. */
const NO_TENANT = '(none)';

/** An entry before its place in the log is known. */
export interface Prepared {
  readonly draft: ReceiptDraft | null;
  /** The row of a decision, but for the places that it gets in the log and among the events. */
  readonly decision: Omit<DecisionRow, 'position' | 'events'> | null;
  readonly events: {
    readonly tenant_id: string | null;
    /** Null for those of the decision, which stand in it. */
    readonly list: readonly object[] | null;
  } | null;
  readonly changes: readonly Change[];
}

/** Reads an entry that came from another thread as text, and drafts its receipt. */
export function prepare(entry: Entry): Prepared {
  const { evidence, events = null, changes = [] } = entry;
  const plain = { decision: null, events, changes };
  if (evidence === undefined) return { draft: null, ...plain };
  if (evidence.kind === 'plain') return { draft: { receipt_id: v7(), ...evidence.draft }, ...plain };
  return evidence.kind === 'outcome'
    ? {
        draft: outcomeDraft(evidence),
        decision: null,
        events,
        changes: [...changes, outcomeArrived(evidence)],
      }
    : prepareDecision(evidence, changes);
}

function outcomeDraft({ decided, outcome, enforcement }: OutcomeEvidence): ReceiptDraft {
  const evidence = { decided: JSON.parse(decided) as Receipt, outcome };
  return outcomeReceipt({ receipt_id: v7(), ...evidence, ...(enforcement && { enforcement }) });
}

/** A dispatch no longer waits for its outcome. */
function outcomeArrived({ decision_id }: OutcomeEvidence): Change {
  return { remove: 'dispatches', key: decision_id };
}

function prepareDecision(evidence: DecisionEvidence, changes: readonly Change[]): Prepared {
  const { lasting, decision, facts, observation } = evidence;
  const input = evidence.input === null ? null : canonicalOf(evidence.input);
  const decision_digest = input === null ? null : sha256(joinDigest(input, lasting));
  const draft: ReceiptDraft = { receipt_id: v7(), ...evidence.draft, decision_digest };
  const tenant_id = draft.stream === NO_TENANT ? null : draft.stream;
  const kept = { tenant_id, data_label: evidence.data_label, at: draft.dispatched_at as string };
  return {
    draft,
    decision: { ...kept, input: input ?? evidence.input, facts, observation, decision },
    events: evidence.hasEvents ? { tenant_id, list: null } : null,
    changes: evidence.isDispatched ? [...changes, outcomeAwaited(draft, evidence)] : changes,
  };
}

/** Null where an input has no canonical JSON. */
function canonicalOf(text: string): string | null {
  const reading = readCanonical(JSON.parse(text));
  return reading.findings.length === 0 ? reading.text : null;
}

/** A dispatch waits for its outcome from now on. */
function outcomeAwaited(draft: ReceiptDraft, { requested_by, hall }: DecisionEvidence): Change {
  const { decision_id, worker_id, dispatched_at } = draft;
  const row = {
    decision_id: decision_id as string,
    worker_id: worker_id as string,
    at: dispatched_at as string,
    requested_by: askedText({ requested_by, hall }),
  };
  return { put: 'dispatches', row: { ...row, decided: JSON.stringify(draft) } };
}
