import type { Store } from '../storage/store/store.ts';
import { type CheckpointProof, listProofs } from './stored-proofs.ts';

/** A checkpoint with what others said of it. */
export interface ProvenCheckpoint {
  readonly size: number;
  /** The note with the lines of its witnesses. */
  readonly checkpoint: string;
  /** Base64 of the DER of each timestamp. */
  readonly timestamps: readonly string[];
}

/** The checkpoints with proofs after a size, at most so many, by their sizes. */
export async function listProven(
  store: Store,
  after_size: number,
  limit: number,
): Promise<ProvenCheckpoint[]> {
  const found: ProvenCheckpoint[] = [];
  let group: CheckpointProof[] = [];
  for await (const proof of listProofs(store, after_size)) {
    if (group[0] !== undefined && group[0].size !== proof.size) {
      found.push(...(await withProofs(store, group)));
      group = [];
      if (found.length >= limit) return found;
    }
    group.push(proof);
  }
  return [...found, ...(await withProofs(store, group))];
}

/** The checkpoint of a size as it was signed, with the cosignatures that have come. */
export async function cosignedNote(store: Store, size: number, note: string): Promise<string> {
  const [found] = await listProven(store, size - 1, 1);
  return found?.size === size && found.checkpoint.startsWith(note) ? found.checkpoint : note;
}

async function withProofs(store: Store, proofs: readonly CheckpointProof[]): Promise<ProvenCheckpoint[]> {
  const [first] = proofs;
  const row = first === undefined ? null : await store.get('checkpoints', first.size);
  if (first === undefined || row === null) return [];
  const textsOf = (kind: CheckpointProof['kind']) =>
    proofs.filter((each) => each.kind === kind).map(({ proof }) => proof);
  const checkpoint = `${row.note}${textsOf('cosignature').join('')}`;
  return [{ size: first.size, checkpoint, timestamps: textsOf('timestamp') }];
}
