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

/** Behind every rotation: what is done there moves no other. */
const lastOutcome = (list: readonly Loose[]) => list.findLastIndex(({ kind }) => kind === 'outcome');

/** Signs the last receipt again, with a key and a change. */
const lastSigned =
  (index: number, change: object = {}) =>
  (copy: EvidenceCopy) =>
    copy.lines(RECEIPTS, (list) => list.with(-1, signedAgain(list.at(-1), stolenKey(copy, index), change)));

/** What a thief without a key does to the list of receipts. */
const LIST = rowsOf('whole', [
  [
    'a receipt is left out',
    receipts((list) => list.toSpliced(lastOutcome(list), 1)),
    ...['RECEIPT_SEQ_GAP', 'RECEIPT_CHAIN_BREAK', 'LOG_TAIL_MISSING'],
    ...['LOG_NOT_WITNESSED', 'DECISION_MISSING', 'RECEIPT_MISSING'],
  ],
  [
    'two receipts of one stream change places',
    receipts((list) => list.with(1, list[2]).with(2, list[1])),
    'RECEIPT_SEQ_GAP',
    'DECISION_MISSING',
    'LOG_NOT_WITNESSED',
    'LOG_ROOT_MISMATCH',
    'RECEIPT_CHAIN_BREAK',
    'RECEIPT_HEAD_MISSING',
    'RECEIPT_MISSING',
  ],
  [
    'two receipts of different streams change places',
    receipts((list) => list.with(2, list[3]).with(3, list[2])),
    'LOG_ROOT_MISMATCH',
    'LOG_NOT_WITNESSED',
  ],
  [
    'a receipt stands there twice',
    receipts((list) => list.toSpliced(lastOutcome(list), 0, list[lastOutcome(list)])),
    ...['RECEIPT_SEQ_GAP', 'RECEIPT_CHAIN_BREAK', 'LOG_ROOT_MISMATCH'],
    ...['LOG_NOT_WITNESSED', 'DECISION_MISSING', 'RECEIPT_MISSING'],
  ],
  [
    'the last receipt is cut off',
    receipts((list) => list.slice(0, -1)),
    'LOG_TAIL_MISSING',
    'LOG_NOT_WITNESSED',
    'RECEIPT_MISSING',
  ],
  [
    'all receipts are left out',
    text(() => ''),
    'LOG_TAIL_MISSING',
    'CHECKPOINT_KEY_UNKNOWN',
    'RECEIPT_MISSING',
  ],
  [
    'the first rotation is left out',
    receipts((list) => list.filter(({ key }) => key?.action !== 'rotate')),
    'RECEIPT_KEY_UNKNOWN',
    'CHECKPOINT_KEY_UNKNOWN',
    'DECISION_MISSING',
    'LOG_NOT_WITNESSED',
    'RECEIPT_HEAD_MISSING',
    'RECEIPT_MISSING',
  ],
  [
    'the revocation is left out',
    receipts((list) => list.filter(({ key }) => key?.action !== 'revoke')),
    'RECEIPT_SEQ_GAP',
    'DECISION_MISSING',
    'LOG_NOT_WITNESSED',
    'LOG_TAIL_MISSING',
    'RECEIPT_CHAIN_BREAK',
    'RECEIPT_MISSING',
  ],
  [
    'the forgetting is left out',
    receipts((list) => list.filter(({ kind }) => kind !== 'erasure')),
    'DECISION_MISSING',
    'LOG_NOT_WITNESSED',
    'LOG_TAIL_MISSING',
    'RECEIPT_MISSING',
  ],
  [
    'the last line is torn',
    text((all) => all.slice(0, -10)),
    'LINE_TORN',
    'LOG_NOT_WITNESSED',
    'LOG_ROOT_MISMATCH',
    'RECEIPT_MALFORMED',
    'RECEIPT_MISSING',
  ],
  ['a line is no JSON', text((all) => all.replace('{', '')), 'RECEIPT_MALFORMED', ...OTHER_LOG],
  [
    'a line holds a member twice',
    text((all) => all.replace('{', '{"kind":"key",')),
    'RECEIPT_MALFORMED',
    ...OTHER_LOG,
  ],
  ['a line begins with a byte order mark', text((all) => `\ufeff${all}`), 'BYTE_ORDER_MARK'],
]);

/** Adds a receipt about the keys, signed with the key in force, and a checkpoint over it. */
const changing = (change: (position: number) => object) => (copy: EvidenceCopy) => {
  copy.lines(RECEIPTS, (list) => {
    const last = list.findLast(({ kind }) => kind === 'key');
    const place = { seq: last.seq + 2, prev_receipt_hash: list.at(-2).receipt_hash };
    const key = { ...last.key, ...change(list.length) };
    return [...list, signedAgain(last, stolenKey(copy, -1), { ...place, key })];
  });
  const note = checkpointOf(copy);
  replaceCheckpoint(copy, () => note);
};

const TO_STRANGER = { action: 'rotate', key_id: STRANGER.keyId, public_key: STRANGER.publicKey };

/** What a thief with keys of the log does. */
const KEYS = rowsOf('whole', [
  [
    'the last receipt is signed with the revoked key',
    lastSigned(0),
    'RECEIPT_KEY_REVOKED',
    'LOG_NOT_WITNESSED',
    'LOG_ROOT_MISMATCH',
  ],
  [
    'the last receipt is signed with a former key',
    lastSigned(1),
    'RECEIPT_KEY_NOT_IN_FORCE',
    'LOG_NOT_WITNESSED',
    'LOG_ROOT_MISMATCH',
  ],
  [
    'the last receipt is signed with a key of nobody',
    receipts((list) => list.with(-1, signedAgain(list.at(-1), STRANGER))),
    'RECEIPT_KEY_UNKNOWN',
    'LOG_NOT_WITNESSED',
    'LOG_ROOT_MISMATCH',
  ],
  [
    'a signature is that of another receipt',
    receipts((list) => list.with(1, { ...list[1], signature: list[2].signature })),
    'RECEIPT_SIGNATURE_INVALID',
    ...OTHER_LOG,
  ],
  [
    'the last receipt says something else, and is signed with the key in force',
    lastSigned(-1, { receipt_id: '01890a5d-ac96-774b-bcce-b302099a8057' }),
    ...OTHER_LOG,
  ],
  [
    'a receipt is added at the end, with the key in force',
    addReceipt,
    'DECISION_MISSING',
    'END_NOT_COVERED',
    'LOG_NOT_WITNESSED',
  ],
  [
    'every denial becomes a permission, with every key',
    denialsAllowed,
    'LOG_NOT_WITNESSED',
    'LOG_ROOT_MISMATCH',
    'RECORD_CHANGED',
  ],
  [
    'the log is written anew with every key, and its checkpoint too',
    rewrittenWithCheckpoint,
    'LOG_NOT_WITNESSED',
    'RECORD_CHANGED',
  ],
  [
    'the log is written anew, and the cosignatures are put below its checkpoint',
    rewrittenWithCosignatures,
    'COSIGNATURE_INVALID',
    'LOG_NOT_WITNESSED',
    'RECORD_CHANGED',
  ],
  [
    'a key follows that never proved itself',
    changing((position) => ({ ...TO_STRANGER, from_position: position + 1, proof: 'AAAA' })),
    'RECEIPT_KEY_CHANGE_INVALID',
    'LOG_NOT_WITNESSED',
  ],
  [
    'a former key comes back',
    changing((position) => ({ action: 'rotate', from_position: position + 1, proof: 'AAAA' })),
    'RECEIPT_KEY_CHANGE_INVALID',
    'LOG_NOT_WITNESSED',
  ],
  [
    'a key is revoked from the future on',
    changing((position) => ({ from_position: position + 1 })),
    'RECEIPT_KEY_CHANGE_INVALID',
    'LOG_NOT_WITNESSED',
  ],
  [
    'a key that nobody knows is revoked',
    changing(() => ({ key_id: STRANGER.keyId, public_key: STRANGER.publicKey })),
    'RECEIPT_KEY_CHANGE_INVALID',
    'LOG_NOT_WITNESSED',
  ],
  [
    'the first key is revoked from its beginning on, by a thief with the key in force',
    changing(() => ({ from_position: 0 })),
    'RECEIPT_KEY_REVOKED',
    'CHECKPOINT_KEY_REVOKED',
    'LOG_NOT_WITNESSED',
  ],
  [
    'a change of the key names another log',
    changing(() => ({ origin: 'hall.example/other' })),
    'RECEIPT_KEY_CHANGE_INVALID',
    'LOG_NOT_WITNESSED',
  ],
  [
    'the log is written anew from a time before the timestamp',
    backdated,
    'TIME_NOT_ORDERED',
    'LOG_NOT_WITNESSED',
    'RECORD_CHANGED',
  ],
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

/** What is done to the list of receipts, with keys and without. */
export const RECEIPT_LIST: readonly Tampering[] = [...LIST, ...KEYS];
