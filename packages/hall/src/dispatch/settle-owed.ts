import type { Journal, JournalEntry } from '../journal.ts';
import type { Store } from '../store/store.ts';

const PAGE = 200;

/**
 * Writes `unknown` for every dispatch whose outcome nobody knows, because the Hall ended before it came
 * (section 8). Gives how many there were.
 */
export async function settleOwed(store: Store, journal: Journal): Promise<number> {
  let settled = 0;
  for (;;) {
    const owed = await store.list('dispatches', { limit: PAGE });
    if (owed.length === 0) return settled;
    const entries = owed.map(
      ({ decision_id, decided }): JournalEntry => ({
        evidence: {
          kind: 'outcome',
          decision_id,
          decided,
          outcome: { status: 'unknown', result_hash: null, duration_ms: null },
        },
      }),
    );
    await journal.append(...entries);
    settled += owed.length;
  }
}
