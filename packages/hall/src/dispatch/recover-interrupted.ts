import type { RouteDecision } from '@wcp/spec';
import type { Journal, JournalEntry } from '../storage/journal.ts';
import { decisionReceiptOf, rowThere } from '../storage/seal/row-there.ts';
import type { DispatchRow, Store } from '../storage/store/store.ts';
import { deadLetterChange } from './dead-letters.ts';

const PAGE = 200;

/**
 * Records `unknown` for every dispatch whose outcome is not known, because the Hall ended before it came
 * (section 8), and keeps it among the dead letters. Resolves with how many there were.
 */
export async function recoverInterrupted(store: Store, journal: Journal): Promise<number> {
  let recovered = 0;
  for (;;) {
    const interrupted = await store.list('dispatches', { limit: PAGE });
    if (interrupted.length === 0) return recovered;
    await journal.append(...(await Promise.all(interrupted.map((row) => recover(store, row)))));
    recovered += interrupted.length;
  }
}

async function recover(
  store: Store,
  { decision_id, decided, requested_by }: DispatchRow,
): Promise<JournalEntry> {
  const { position } = await decisionReceiptOf(store, decision_id);
  const made = await rowThere(store, 'decisions', position);
  const outcome = { status: 'unknown', result_hash: null, duration_ms: null } as const;
  const evidence = { kind: 'outcome', decision_id, decided, outcome } as const;
  // Without its request nobody can send it again.
  if (made.decision === null) return { evidence };
  const decision = JSON.parse(made.decision) as RouteDecision;
  const request = { text: made.input, requested_by: JSON.parse(requested_by) as string[] };
  return { evidence, changes: [deadLetterChange(decision, request, 'DELIVERY_INTERRUPTED')] };
}
