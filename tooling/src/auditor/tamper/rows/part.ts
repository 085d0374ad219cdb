import type { EvidenceCopy, Loose } from '../evidence-copy.ts';
import { rowsOf, type Tampering } from '../tampering.ts';

const lines = (name: string, change: (values: Loose[]) => unknown) => (copy: EvidenceCopy) =>
  copy.lines(`part/${name}`, (values) => {
    const after = change(values);
    return Array.isArray(after) ? after : undefined;
  });
const receipts = (change: (values: Loose[]) => unknown) => lines('receipts.jsonl', change);
const proofs = (change: (values: Loose[]) => unknown) => lines('proofs.jsonl', change);
const keys = (change: (values: Loose[]) => unknown) => lines('key-receipts.jsonl', change);
const NO_HASH = `sha256:${'0'.repeat(64)}`;

/** What is done to the part of a log that one tenant may see. */
export const PART: readonly Tampering[] = rowsOf('part', [
  [
    'a receipt of the part is changed',
    receipts(([first]) => {
      first.worker_id = null;
    }),
    'RECEIPT_HASH_MISMATCH',
    'PROOF_INVALID',
  ],
  [
    'a receipt of the part is left out',
    receipts((values) => values.toSpliced(3, 1)),
    'RECEIPT_SEQ_GAP',
    'PROOF_INVALID',
    'PROOF_RECEIPT_MISSING',
    'RECEIPT_CHAIN_BREAK',
    'RECEIPT_KEY_NOT_IN_FORCE',
  ],
  [
    'a receipt and its proof are left out',
    (copy) => {
      receipts((values) => values.toSpliced(3, 1))(copy);
      proofs((values) => values.toSpliced(3, 1))(copy);
    },
    'RECEIPT_SEQ_GAP',
    'RECEIPT_CHAIN_BREAK',
  ],
  [
    'the first receipt and its proof are left out',
    (copy) => {
      receipts((values) => values.slice(1))(copy);
      proofs((values) => values.slice(1))(copy);
    },
    'RECEIPT_HEAD_MISSING',
  ],
  [
    'a proof of the part is changed',
    proofs(([first]) => {
      first.proof[0] = NO_HASH;
    }),
    'PROOF_INVALID',
  ],
  [
    'a hash of a proof is left out',
    proofs(([first]) => {
      first.proof.pop();
    }),
    'PROOF_INVALID',
  ],
  [
    'the position in a proof is changed',
    proofs(([first]) => {
      first.position = 2;
    }),
    'PROOF_INVALID',
  ],
  [
    'the size in a proof is changed',
    proofs(([first]) => {
      first.size = 20;
    }),
    'PROOF_CHECKPOINT_MISSING',
  ],
  ['a line of the proofs is none', proofs((values) => [{}, ...values.slice(1)]), 'PROOF_MALFORMED'],
  [
    'two proofs change places',
    proofs(([first, second, ...rest]) => [second, first, ...rest]),
    'PROOF_INVALID',
  ],
  ['there is a proof too many', proofs((values) => [...values, values[0]]), 'PROOF_RECEIPT_MISSING'],
  ['the last proof is left out', proofs((values) => values.slice(0, -1)), 'PROOF_MALFORMED'],
  [
    'the proofs are left out',
    (copy) => copy.remove('part/proofs.jsonl'),
    'LOG_ROOT_MISMATCH',
    'CHECKPOINT_KEY_UNKNOWN',
    'LOG_NOT_WITNESSED',
    'RECEIPT_KEY_UNKNOWN',
  ],
  [
    'a rotation beside the part is changed',
    keys(([first]) => {
      first.receipt.key.origin = 'x';
    }),
    'RECEIPT_HASH_MISMATCH',
    'CHECKPOINT_KEY_UNKNOWN',
    'LOG_NOT_WITNESSED',
    'PROOF_CHECKPOINT_MISSING',
    'RECEIPT_KEY_UNKNOWN',
  ],
  [
    'the proof of a rotation is changed',
    keys(([first]) => {
      first.proof[0] = NO_HASH;
    }),
    'PROOF_INVALID',
  ],
  [
    'the position of a rotation is changed',
    keys(([first]) => {
      first.position -= 1;
    }),
    'RECEIPT_KEY_CHANGE_INVALID',
    'CHECKPOINT_KEY_UNKNOWN',
    'LOG_NOT_WITNESSED',
    'PROOF_CHECKPOINT_MISSING',
    'RECEIPT_KEY_UNKNOWN',
  ],
  [
    'the size in the proof of a rotation is changed',
    keys(([first]) => {
      first.size = 20;
    }),
    'PROOF_CHECKPOINT_MISSING',
  ],
  [
    'a rotation beside the part is left out',
    keys((values) => values.slice(1)),
    'RECEIPT_KEY_UNKNOWN',
    'CHECKPOINT_KEY_UNKNOWN',
    'LOG_NOT_WITNESSED',
    'PROOF_CHECKPOINT_MISSING',
  ],
  [
    'the rotations beside the part are left out',
    (copy) => copy.remove('part/key-receipts.jsonl'),
    'RECEIPT_KEY_UNKNOWN',
    'CHECKPOINT_KEY_UNKNOWN',
    'LOG_NOT_WITNESSED',
    'PROOF_CHECKPOINT_MISSING',
  ],
  [
    'the checkpoint of the part is left out',
    withoutCheckpoints,
    'PROOF_CHECKPOINT_MISSING',
    'END_NOT_COVERED',
    'LOG_NOT_WITNESSED',
    'LOG_NOT_TIMESTAMPED',
  ],
]);

function withoutCheckpoints(copy: EvidenceCopy): void {
  copy.remove('part/checkpoint.txt');
  copy.remove('part/checkpoints');
}
