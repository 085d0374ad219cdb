import type { Loose } from '../evidence-copy.ts';
import { STRANGER } from '../forge.ts';
import { rowsOf, type Tampering } from '../tampering.ts';

/** A receipt that was changed is not that which the checkpoints and the decisions are about. */
const CHANGED = ['RECEIPT_HASH_MISMATCH', 'LOG_ROOT_MISMATCH', 'LOG_NOT_WITNESSED'];
/** What the decision says too. */
const OF_DECISION = [...CHANGED, 'RECORD_CHANGED'];
/** What stands at another place of a stream. */
const MOVED = ['RECEIPT_HEAD_MISSING', 'RECEIPT_SEQ_GAP', 'RECEIPT_FORKED'];
/** Whatever a rotation leads to is unknown where the rotation does not count. */
const NO_ROTATION = [
  ...['RECEIPT_HASH_MISMATCH', 'RECEIPT_KEY_UNKNOWN'],
  ...['CHECKPOINT_KEY_UNKNOWN', 'LOG_NOT_WITNESSED'],
];
/** What the forgetting does not say was forgotten is missing. */
const NOT_FORGOTTEN = [...CHANGED, 'DECISION_MISSING'];
const HASH = `sha256:${'b'.repeat(64)}`;

type Receipt = Loose;
type Row = readonly [member: string, change: (receipt: Receipt) => unknown, ...codes: string[]];

const DECISION: readonly Row[] = [
  ['receipt_id', (each) => (each.receipt_id = '01890a5d-ac96-774b-bcce-b302099a8057'), ...CHANGED],
  ['kind', (each) => (each.kind = 'outcome'), ...CHANGED, 'RECEIPT_MISSING'],
  ['stream', (each) => (each.stream = 'agent.forgotten'), ...OF_DECISION, ...MOVED, 'RECEIPT_CHAIN_BREAK'],
  ['seq', (each) => (each.seq = 7), ...CHANGED, ...MOVED],
  ['correlation_id', (each) => (each.correlation_id = 'another'), ...OF_DECISION],
  ['decision_id', (each) => (each.decision_id = null), ...CHANGED, 'RECEIPT_MISSING', 'DECISION_MISSING'],
  [
    'dispatched_at',
    (each) => (each.dispatched_at = '2020-01-01T00:00:00.000Z'),
    ...OF_DECISION,
    'TIME_NOT_ORDERED',
  ],
  ['worker_id', (each) => (each.worker_id = 'org.example.other'), ...OF_DECISION],
  ['worker_species_id', (each) => (each.worker_species_id = null), ...OF_DECISION],
  ['capability_id', (each) => (each.capability_id = 'cap.doc.summarize'), ...OF_DECISION],
  ['policy_decision', (each) => (each.policy_decision = 'DENY'), ...OF_DECISION],
  ['deny_code', (each) => (each.deny_code = 'DENY_FROZEN'), ...OF_DECISION],
  ['controls_verified', (each) => each.controls_verified.pop(), ...OF_DECISION],
  ['artifact_hash', (each) => (each.artifact_hash = HASH), ...OF_DECISION],
  ['decision_digest', (each) => (each.decision_digest = HASH), ...OF_DECISION],
  ['world_digest', (each) => (each.world_digest = HASH), ...OF_DECISION],
  ['facts_digest', (each) => (each.facts_digest = HASH), ...CHANGED, 'FACTS_CHANGED'],
  ['outcome', (each) => (each.outcome = { status: 'ok', result_hash: null, duration_ms: 1 }), ...OF_DECISION],
  ['prev_receipt_hash', (each) => (each.prev_receipt_hash = HASH), ...CHANGED, 'RECEIPT_CHAIN_BREAK'],
  [
    'receipt_hash',
    (each) => (each.receipt_hash = HASH),
    ...CHANGED,
    'RECEIPT_SIGNATURE_INVALID',
    'RECEIPT_CHAIN_BREAK',
  ],
  ['signing_key_id', (each) => (each.signing_key_id = STRANGER.keyId), ...CHANGED, 'RECEIPT_KEY_UNKNOWN'],
  [
    'signature',
    (each) => (each.signature = STRANGER.sign('x').toString()),
    'RECEIPT_SIGNATURE_INVALID',
    'LOG_ROOT_MISMATCH',
    'LOG_NOT_WITNESSED',
  ],
  ['a member of its own', (each) => (each.seen = true), ...CHANGED],
];

const OUTCOME: readonly Row[] = [
  ['outcome.status', (each) => (each.outcome.status = 'error'), ...CHANGED],
  ['outcome.result_hash', (each) => (each.outcome.result_hash = HASH), ...CHANGED],
  ['outcome.duration_ms', (each) => (each.outcome.duration_ms += 1), ...CHANGED],
  ['enforcement', (each) => delete each.enforcement, ...CHANGED],
  ['enforcement.code.level', (each) => (each.enforcement.code.level = 'none'), ...CHANGED],
  ['enforcement.code.by', (each) => (each.enforcement.code.by = 'nobody'), ...CHANGED],
];

const ROTATION: readonly Row[] = [
  ['key', (each) => delete each.key, ...NO_ROTATION],
  ['key.action', (each) => (each.key.action = 'revoke'), ...NO_ROTATION],
  ['key.key_id', (each) => (each.key.key_id = STRANGER.keyId), ...NO_ROTATION],
  ['key.public_key', (each) => (each.key.public_key = STRANGER.publicKey), ...NO_ROTATION],
  ['key.from_position', (each) => (each.key.from_position += 1), ...NO_ROTATION],
  ['key.origin', (each) => (each.key.origin = 'hall.example/other'), ...NO_ROTATION],
  ['key.proof', (each) => (each.key.proof = null), ...NO_ROTATION],
];

const REVOCATION: readonly Row[] = [
  ['key.from_position', (each) => (each.key.from_position = 0), ...CHANGED],
  ['key.key_id', (each) => (each.key.key_id = STRANGER.keyId), ...CHANGED],
];

const ERASURE: readonly Row[] = [
  ['erasure', (each) => delete each.erasure, ...NOT_FORGOTTEN],
  ['erasure.scope', (each) => (each.erasure.scope = 'before'), ...CHANGED],
  ['erasure.tenant_id', (each) => (each.erasure.tenant_id = 'agent.example'), ...NOT_FORGOTTEN],
  ['erasure.data_label', (each) => (each.erasure.data_label = 'PUBLIC'), ...CHANGED],
  ['erasure.before', (each) => (each.erasure.before = '2020-01-01T00:00:00Z'), ...NOT_FORGOTTEN],
  ['erasure.decision_id', (each) => (each.erasure.decision_id = each.receipt_id), ...NOT_FORGOTTEN],
  ['erasure.below', (each) => (each.erasure.below = 0), ...NOT_FORGOTTEN],
  ['erasure.decisions', (each) => (each.erasure.decisions = 0), ...CHANGED],
  ['erasure.reason', (each) => (each.erasure.reason = 'retention'), ...CHANGED],
  ['erasure.note', (each) => (each.erasure.note = 'nothing'), ...CHANGED],
  ['erasure.by', (each) => (each.erasure.by = 'nobody'), ...CHANGED],
];

function rows(what: string, find: (each: Receipt) => boolean, list: readonly Row[]): Tampering[] {
  return rowsOf(
    'whole',
    list.map(([member, change, ...codes]) => [
      `${member} of ${what} is changed`,
      (copy) =>
        copy.lines('whole/receipts.jsonl', (receipts) => {
          change(receipts.find(find));
        }),
      ...codes,
    ]),
  );
}

/** A change of each member of each kind of receipt, by somebody without a key. */
export const RECEIPT_MEMBERS: readonly Tampering[] = [
  ...rows('a decision', ({ kind, stream }) => kind === 'decision' && stream === 'agent.example', DECISION),
  ...rows('an outcome', ({ kind }) => kind === 'outcome', OUTCOME),
  ...rows('a rotation', ({ key }) => key?.action === 'rotate', ROTATION),
  ...rows('the revocation', ({ key }) => key?.action === 'revoke', REVOCATION),
  ...rows('the forgetting', ({ kind }) => kind === 'erasure', ERASURE),
];
