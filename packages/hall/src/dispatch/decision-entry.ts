import { draftDecision } from '@wcp/evidence/receipt';
import type { Observation } from '../registry/worker-inspector.ts';
import type { JournalEntry } from '../storage/journal.ts';
import type { Change } from '../storage/store/store.ts';
import type { Decided } from './decider.ts';

/** Makes a decision durable, together with everything that must be durable with it. */
export function decisionEntry(
  { received, decision, text, lasting, facts, observation, spending }: Decided,
  isDispatched: boolean,
  more: readonly Change[] = [],
): JournalEntry {
  return {
    evidence: {
      kind: 'decision',
      input: received.text,
      draft: draftDecision(decision),
      lasting,
      decision: text,
      hasEvents: decision.telemetry_envelopes.length > 0,
      facts: JSON.stringify(facts),
      observation: observation.digest,
      isDispatched,
    },
    changes: [...observationChanges(observation), ...(spending === null ? [] : [spending.change()]), ...more],
    telemetry: { tenant_id: decision.tenant_id, list: decision.telemetry_envelopes },
  };
}

/** Observations that are durable: many decisions share one, and it is written with the first of them. */
const stored = new WeakSet<Observation>();

/** Called once a decision is durable, and its observation with it. */
export function markObservationStored({ observation }: Decided): void {
  stored.add(observation);
}

function observationChanges(observation: Observation): Change[] {
  if (stored.has(observation)) return [];
  return [{ put: 'observations', row: { digest: observation.digest, facts: observation.text } }];
}
