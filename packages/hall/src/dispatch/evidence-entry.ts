import { draftDecision } from '@wcp/evidence';
import type { JournalEntry } from '../journal.ts';
import type { Change } from '../store/store.ts';
import type { Decided } from './decider.ts';

/** What makes a decision durable, with whatever else must be durable with it. */
export function decisionEntry(
  { asked, decision, text, lasting, facts, observation, spending }: Decided,
  isDispatched: boolean,
  more: readonly Change[] = [],
): JournalEntry {
  const seen: Change = { put: 'observations', row: { digest: observation.digest, facts: observation.text } };
  return {
    evidence: {
      kind: 'decision',
      input: asked.text,
      draft: draftDecision(decision),
      lasting,
      decision: text,
      hasEvents: decision.telemetry_envelopes.length > 0,
      facts: JSON.stringify(facts),
      observation: observation.digest,
      isDispatched,
    },
    changes: [seen, ...(spending === null ? [] : [spending.change]), ...more],
    telemetry: { tenant_id: decision.tenant_id, list: decision.telemetry_envelopes },
  };
}
