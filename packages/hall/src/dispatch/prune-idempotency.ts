import type { Change, Store } from '../storage/store/store.ts';

/** After so many days an `Idempotency-Key` is forgotten, and with it the result that was kept for it. */
const KEPT_DAYS = 2;
/** So many days back are looked at: a Hall that was away for longer forgets the rest never, and that is all. */
const LOOKED_AT_DAYS = 30;
const DAY_MS = 86_400_000;
const PAGE = 500;

/** Forgets the keys of days that are over. What was decided stays in the evidence. */
export async function pruneIdempotency(
  store: Store,
  now: number,
  commit: (changes: readonly Change[]) => Promise<void>,
): Promise<void> {
  for (let back = KEPT_DAYS; back <= LOOKED_AT_DAYS; back += 1) {
    const state = new Date(now - back * DAY_MS).toISOString().slice(0, 10);
    for (;;) {
      const rows = await store.list('idempotency', { where: { state }, limit: PAGE });
      if (rows.length === 0) break;
      await commit(rows.flatMap(({ id, document }) => removal(id, document)));
    }
  }
}

function removal(id: string, document: string): Change[] {
  const { decision_id } = JSON.parse(document) as { decision_id: string };
  return [
    { remove: 'idempotency', key: id },
    { remove: 'results', key: decision_id },
  ];
}
