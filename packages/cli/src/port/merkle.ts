import { consistencyProof, inclusionProof, merkleRoot } from '@wcp/evidence';
import { type Tile, TileBuilder } from '@wcp/evidence/tiles';
import { sha256 } from '@wcp/spec';
import { OperationError } from './operation-error.ts';

type Members = Readonly<Record<string, unknown>>;
type Answer = (leaves: readonly string[], op: Members) => object;

/** How each operation on a tree is answered; the default size is that of the tree. */
const ANSWERS: ReadonlyMap<unknown, Answer> = new Map<unknown, Answer>([
  ['root', (leaves, { size }) => ({ root: merkleRoot(leaves, sizeOf(leaves, size)) })],
  [
    'inclusion',
    (leaves, { index, size }) => ({ proof: inclusionProof(leaves, index as number, sizeOf(leaves, size)) }),
  ],
  [
    'consistency',
    (leaves, { first, second }) => ({
      proof: consistencyProof(leaves, first as number, sizeOf(leaves, second)),
    }),
  ],
  ['tiles', (leaves, { size }) => ({ tiles: tilesOf(leaves, sizeOf(leaves, size)) })],
]);

/** The operation `merkle` (section 11.2): the first operation that fails gives the error. */
export function answerMerkle({ leaves, ops }: Members): object {
  return { results: (ops as Members[]).map((op) => answer(leaves as string[], op)) };
}

function answer(leaves: readonly string[], op: Members): object {
  const found = ANSWERS.get(op['op']);
  if (found === undefined) throw new OperationError('MERKLE_OP_UNKNOWN');
  return found(leaves, op);
}

function sizeOf(leaves: readonly string[], size: unknown): number {
  return size === undefined ? leaves.length : (size as number);
}

/** The files of a log with these entries: those that were full at some size, and the rest at its end. */
function tilesOf(leaves: readonly string[], size: number): object[] {
  merkleRoot(leaves, size);
  const builder = new TileBuilder();
  const full = leaves.slice(0, size).flatMap((leaf) => builder.append(Buffer.from(leaf)));
  const rankOf = ({ level }: Tile) => (level === 'entries' ? -1 : level);
  return [...full, ...builder.partials()]
    .sort((a, b) => rankOf(a) - rankOf(b) || a.index - b.index)
    .map(({ path, bytes }) => ({ path, sha256: sha256(bytes) }));
}
