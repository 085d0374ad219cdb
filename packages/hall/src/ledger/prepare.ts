import { decisionReceipt, outcomeReceipt, type ReceiptDraft } from '@wcp/evidence';
import { canonicalJson, type Receipt, type RouteDecision } from '@wcp/spec';
import { v7 } from 'uuid';
import type { Change, DecisionRow } from '../store/store.ts';
import type { DecisionEvidence, Entry, OutcomeEvidence } from './entry.ts';

/** An entry before its place in the log is known. */
export interface Prepared {
  readonly draft: ReceiptDraft | null;
  /** The row of a decision, but for the places that it gets in the log and among the events. */
  readonly decision: Omit<DecisionRow, 'position' | 'events'> | null;
  readonly events: { readonly tenant_id: string | null; readonly list: readonly object[] } | null;
  readonly changes: readonly Change[];
}

/** Reads what came from another thread as text, and drafts its receipt. */
export function prepare(entry: Entry): Prepared {
  const { evidence, events = null, changes = [] } = entry;
  const plain = { decision: null, events, changes };
  if (evidence === undefined) return { draft: null, ...plain };
  if (evidence.kind === 'plain') return { draft: { receipt_id: v7(), ...evidence.draft }, ...plain };
  return evidence.kind === 'outcome'
    ? { draft: outcomeDraft(evidence), decision: null, events, changes: [...changes, settled(evidence)] }
    : prepareDecision(evidence, changes);
}

function outcomeDraft({ decided, outcome }: OutcomeEvidence): ReceiptDraft {
  return outcomeReceipt({ receipt_id: v7(), decided: JSON.parse(decided) as Receipt, outcome });
}

/** The outcome that a dispatch owed is there. */
function settled({ decision_id }: OutcomeEvidence): Change {
  return { remove: 'dispatches', key: decision_id };
}

function prepareDecision(evidence: DecisionEvidence, changes: readonly Change[]): Prepared {
  const decision = JSON.parse(evidence.decision) as RouteDecision;
  const input = evidence.input === null ? undefined : JSON.parse(evidence.input);
  const draft = decisionReceipt({ receipt_id: v7(), decision, input });
  const { telemetry_envelopes, ...kept } = decision;
  return {
    draft,
    decision: {
      input: draft.decision_digest === null ? evidence.input : canonicalJson(input),
      facts: evidence.facts,
      observation: evidence.observation,
      decision: JSON.stringify(kept),
    },
    events: { tenant_id: decision.tenant_id, list: telemetry_envelopes },
    changes: evidence.isDispatched ? [...changes, owed(draft)] : changes,
  };
}

function owed(draft: ReceiptDraft): Change {
  const { decision_id, worker_id, dispatched_at } = draft;
  const row = {
    decision_id: decision_id as string,
    worker_id: worker_id as string,
    at: dispatched_at as string,
  };
  return { put: 'dispatches', row: { ...row, decided: JSON.stringify(draft) } };
}
