import type { Sha256 } from '@wcp/spec';
import type { Change, Store } from '../store/store.ts';

/** How much of a log lies in its archive: the receipts at positions below `size`. */
export interface ArchiveState {
  readonly size: number;
  /** The root over them. */
  readonly root: Sha256;
}

const ID = 'archive';

/** What a store says of its archive; null where everything is in the store. */
export async function readArchiveState(store: Store): Promise<ArchiveState | null> {
  const row = await store.get('meta', ID);
  return row === null ? null : (JSON.parse(row.document) as ArchiveState);
}

/** From the commit of this change on, the archive is where these receipts are. */
export function archiveStateChange(state: ArchiveState): Change {
  return { put: 'meta', row: { id: ID, state: '', at: '', document: JSON.stringify(state) } };
}
