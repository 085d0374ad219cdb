import type { SealedStore } from '../seal/sealed-store.ts';
import type { Change } from '../store/store.ts';

/** Receipts that one commit removes. */
const RECEIPTS_A_COMMIT = 500;

/**
 * Removes receipts and decisions that the archive holds.
 *
 * @param size those at positions below it
 * @param report called with how many were removed so far
 */
export async function sweep(
  store: SealedStore,
  size: number,
  report: (removed: number) => void = () => {},
): Promise<void> {
  for (let removed = 0; ; ) {
    const count = await sweepSome(store, size);
    if (count === 0) return;
    removed += count;
    report(removed);
  }
}

/** Removes the next of them. Returns how many receipts that were. */
export async function sweepSome(store: SealedStore, size: number): Promise<number> {
  const rows = await store.list('receipts', { limit: RECEIPTS_A_COMMIT });
  const archived = rows.filter(({ position }) => position < size);
  if (archived.length === 0) return 0;
  await store.commit(
    archived.flatMap(({ position }): Change[] => [
      { remove: 'decisions', key: position },
      { remove: 'receipts', key: position },
    ]),
  );
  return archived.length;
}
