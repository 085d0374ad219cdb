import { keyRotation } from '@wcp/evidence/log';
import type { EvidenceCopy, Loose } from '../evidence-copy.ts';
import {
  checkpointOf,
  newestCheckpoints,
  replaceCheckpoint,
  rewrite,
  STRANGER,
  signedAgain,
  stolenKey,
} from '../forge.ts';
import { rowsOf, type Tampering } from '../tampering.ts';

const RECEIPTS = 'whole/receipts.jsonl';
const OTHER_LOG = ['LOG_ROOT_MISMATCH', 'LOG_NOT_WITNESSED'];

const receipts = (change: (list: Loose[]) => unknown) => (copy: EvidenceCopy) => copy.lines(RECEIPTS, change);
const text = (change: (text: string) => string) => (copy: EvidenceCopy) => copy.text(RECEIPTS, change);

/** Signs the last receipt again, with a key and a change. */
const lastSigned =
  (index: number, change: object = {}) =>
  (copy: EvidenceCopy) =>
    copy.lines(RECEIPTS, (list) => list.with(-1, signedAgain(list.at(-1), stolenKey(copy, index), change)));

/** What a thief without a key does to the list of receipts. */
const LIST = rowsOf('whole', [
  ['a receipt is left out', receipts((list) => list.toSpliced(2, 1)), 'RECEIPT_SEQ_GAP'],
  [
    'two receipts of one stream change places',
    receipts((list) => list.with(1, list[2]).with(2, list[1])),
    'RECEIPT_SEQ_GAP',
  ],
  [
    'two receipts of different streams change places',
    receipts((list) => list.with(2, list[3]).with(3, list[2])),
    'LOG_ROOT_MISMATCH',
  ],
  ['a receipt stands there twice', receipts((list) => list.toSpliced(2, 0, list[2])), 'RECEIPT_SEQ_GAP'],
  ['the last receipt is cut off', receipts((list) => list.slice(0, -1)), 'LOG_TAIL_MISSING'],
  ['all receipts are left out', () => undefined, 'LOG_TAIL_MISSING'],
  [
    'the first rotation is left out',
    receipts((list) => list.filter(({ key }) => key?.action !== 'rotate')),
    'RECEIPT_KEY_UNKNOWN',
  ],
  [
    'the revocation is left out',
    receipts((list) => list.filter(({ key }) => key?.action !== 'revoke')),
    'RECEIPT_SEQ_GAP',
  ],
  [
    'the forgetting is left out',
    receipts((list) => list.filter(({ kind }) => kind !== 'erasure')),
    'DECISION_MISSING',
  ],
  ['the last line is torn', text((all) => all.slice(0, -10)), 'LINE_TORN'],
  ['a line is no JSON', text((all) => all.replace('{', '')), 'RECEIPT_MALFORMED'],
  ['a line holds a member twice', text((all) => all.replace('{', '{"kind":"key",')), 'RECEIPT_MALFORMED'],
  ['a line begins with a byte order mark', text((all) => `\ufeff${all}`), 'BYTE_ORDER_MARK'],
]);

/** What a thief with keys of the log does. */
const KEYS = rowsOf('whole', [
  ['the last receipt is signed with the revoked key', lastSigned(0), 'RECEIPT_KEY_REVOKED'],
  ['the last receipt is signed with a former key', lastSigned(1), 'RECEIPT_KEY_NOT_IN_FORCE'],
  [
    'the last receipt is signed with a key of nobody',
    receipts((list) => list.with(-1, signedAgain(list.at(-1), STRANGER))),
    'RECEIPT_KEY_UNKNOWN',
  ],
  [
    'a signature is that of another receipt',
    receipts((list) => (list[1].signature = list[2].signature)),
    'RECEIPT_SIGNATURE_INVALID',
  ],
  [
    'the last receipt says something else, and is signed with the key in force',
    lastSigned(-1, { receipt_id: '01890a5d-ac96-774b-bcce-b302099a8057' }),
    ...OTHER_LOG,
  ],
  ['a receipt is added at the end, with the key in force', addReceipt, ...OTHER_LOG],
  ['every denial becomes a permission, with every key', denialsAllowed, ...OTHER_LOG],
  ['the log is written anew with every key, and its checkpoint too', rewrittenWithCheckpoint, ...OTHER_LOG],
  [
    'the log is written anew, and the cosignatures are put below its checkpoint',
    rewrittenWithCosignatures,
    'COSIGNATURE_INVALID',
  ],
  ['the log is written anew from a time before the timestamp', backdated, 'TIME_NOT_ORDERED'],
]);

function addReceipt(copy: EvidenceCopy): void {
  copy.lines(RECEIPTS, (list) => {
    const last = list.at(-1);
    const place = { seq: last.seq + 1, prev_receipt_hash: last.receipt_hash };
    return [...list, signedAgain(last, stolenKey(copy, -1), place)];
  });
}

const ALLOWED = { policy_decision: 'ALLOW', deny_code: null };
const allowing = (change: object) => (receipt: Loose) =>
  receipt.policy_decision === 'DENY' ? { ...receipt, ...ALLOWED, ...change } : receipt;

function denialsAllowed(copy: EvidenceCopy): void {
  rewrite(copy, 0, allowing({}));
}

function rewrittenWithCheckpoint(copy: EvidenceCopy): void {
  rewrite(copy, 13, (receipt) => ({ ...receipt, correlation_id: 'another' }));
  const note = checkpointOf(copy);
  replaceCheckpoint(copy, () => note);
}

/** The lines of the witnesses as they were, below another checkpoint. */
function rewrittenWithCosignatures(copy: EvidenceCopy): void {
  const [newest = ''] = newestCheckpoints(copy);
  const lines = copy
    .read(newest)
    .split('\n')
    .filter((line) => line.startsWith('\u2014 witness'));
  rewrite(copy, 13, (receipt) => ({ ...receipt, correlation_id: 'another' }));
  const note = `${checkpointOf(copy)}${lines.join('\n')}\n`;
  replaceCheckpoint(copy, () => note);
}

function backdated(copy: EvidenceCopy): void {
  rewrite(copy, 13, (receipt) => ({ ...receipt, dispatched_at: '2020-01-01T00:00:00.000Z' }));
  const note = checkpointOf(copy);
  replaceCheckpoint(copy, () => note);
}

/** A rotation to a key of the thief, which the key in force signs; the new key never proved itself. */
async function changeWithoutProof(copy: EvidenceCopy): Promise<object> {
  const current = stolenKey(copy, -1);
  const next = {
    keyId: STRANGER.keyId,
    publicKey: STRANGER.publicKey,
    sign: async (data: string) => current.sign(data),
  };
  return keyRotation({ origin: 'hall.example/log', current, next, position: copy.values(RECEIPTS).length });
}

/** What is done to the list of receipts, with keys and without. */
export const RECEIPT_LIST: readonly Tampering[] = [...LIST, ...KEYS];
void changeWithoutProof;
