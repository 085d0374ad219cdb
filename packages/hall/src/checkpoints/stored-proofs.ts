import type { Change, StatefulRow, Store } from '../storage/store/store.ts';

/** What somebody else said of a checkpoint. */
export interface CheckpointProof {
  readonly size: number;
  readonly kind: 'cosignature' | 'timestamp';
  /** The witness, or the address of the authority. */
  readonly by: string;
  readonly at: string;
  /** A signature line, or the base64 of a timestamp. */
  readonly proof: string;
}

const STATE = 'checkpoint-proof';
const PAGE = 500;

/** Makes a proof durable. */
export function putProof(proof: CheckpointProof): Change {
  const { at, ...document } = proof;
  return { put: 'meta', row: { id: idOf(proof), state: STATE, at, document: JSON.stringify(document) } };
}

/** Forgets a proof. */
export function removeProof(proof: CheckpointProof): Change {
  return { remove: 'meta', key: idOf(proof) };
}

/** Every proof, by the sizes of their checkpoints; those after `size` alone where one is given. */
export async function* listProofs(store: Store, after_size = -1): AsyncGenerator<CheckpointProof> {
  let after = after_size < 0 ? STATE : prefixOf(after_size + 1);
  for (;;) {
    const rows = await store.list('meta', { where: { state: STATE }, after, limit: PAGE });
    yield* rows.map(readRow);
    if (rows.length < PAGE) return;
    after = rows.at(-1)?.id ?? after;
  }
}

function readRow({ at, document }: StatefulRow): CheckpointProof {
  return { ...(JSON.parse(document) as Omit<CheckpointProof, 'at'>), at };
}

function idOf({ size, kind, by }: CheckpointProof): string {
  return `${prefixOf(size)}/${kind}/${by}`;
}

/** Sizes of one length, so that the order of the keys is that of the sizes. */
function prefixOf(size: number): string {
  return `${STATE}/${String(size).padStart(16, '0')}`;
}
