import type { EvidenceCopy, Loose } from '../evidence-copy.ts';
import { STRANGER } from '../forge.ts';
import { rowsOf, type Tampering } from '../tampering.ts';

const disclosure = (change: (value: Loose) => unknown) => (copy: EvidenceCopy) =>
  copy.json('disclosure.json', (value) => {
    change(value);
  });
const HASH = `sha256:${'b'.repeat(64)}`;

const DISCLOSURE = rowsOf('disclosure', [
  [
    'disclosure of a disclosure is changed',
    disclosure((value) => {
      value.disclosure = 'wcp-disclosure.v2';
    }),
    'DISCLOSURE_MALFORMED',
  ],
  [
    'the request of a disclosure is changed',
    disclosure((value) => {
      value.request.note = 'another';
    }),
    'DISCLOSURE_REQUEST_MISMATCH',
  ],
  [
    'the request of a disclosure is left out',
    disclosure((value) => {
      delete value.request;
    }),
    'DISCLOSURE_MALFORMED',
  ],
  [
    'the receipt of a disclosure is changed',
    disclosure((value) => {
      value.receipt.policy_decision = 'DENY';
    }),
    'RECEIPT_HASH_MISMATCH',
    'PROOF_INVALID',
  ],
  [
    'artifact_hash in a disclosure is changed',
    disclosure((value) => {
      value.receipt.artifact_hash = HASH;
    }),
    'DISCLOSURE_REQUEST_MISMATCH',
    'RECEIPT_HASH_MISMATCH',
    'PROOF_INVALID',
  ],
  [
    'the receipt of a disclosure is signed with a key of nobody',
    disclosure((value) => {
      value.receipt.signing_key_id = STRANGER.keyId;
    }),
    'RECEIPT_KEY_UNKNOWN',
    'PROOF_INVALID',
    'RECEIPT_HASH_MISMATCH',
  ],
  [
    'the signature in a disclosure is changed',
    disclosure((value) => {
      value.receipt.signature = `${value.receipt.signature.slice(0, 20)}AAAA${value.receipt.signature.slice(24)}`;
    }),
    'RECEIPT_SIGNATURE_INVALID',
    'PROOF_INVALID',
  ],
  [
    'the receipt of a disclosure is none',
    disclosure((value) => {
      value.receipt = 'none';
    }),
    'DISCLOSURE_MALFORMED',
  ],
  [
    'the position in a disclosure is changed',
    disclosure((value) => {
      value.position -= 1;
    }),
    'PROOF_INVALID',
  ],
  [
    'the size in a disclosure is changed',
    disclosure((value) => {
      value.size += 1;
    }),
    'PROOF_INVALID',
  ],
  [
    'the proof in a disclosure is changed',
    disclosure((value) => {
      value.proof[0] = HASH;
    }),
    'PROOF_INVALID',
  ],
  [
    'the proof in a disclosure is left out',
    disclosure((value) => {
      delete value.proof;
    }),
    'PROOF_MALFORMED',
  ],
  [
    'the checkpoint in a disclosure is changed',
    disclosure((value) => {
      value.checkpoint = value.checkpoint.replace(/\n\d+\n/, '\n7\n');
    }),
    'CHECKPOINT_SIGNATURE_INVALID',
    'PROOF_INVALID',
  ],
  [
    'the checkpoint in a disclosure is of another log',
    disclosure((value) => {
      value.checkpoint = value.checkpoint.replaceAll('localhost', 'otherhost');
    }),
    'CHECKPOINT_ORIGIN_MISMATCH',
  ],
  [
    'the checkpoint in a disclosure is none',
    disclosure((value) => {
      value.checkpoint = 'none';
    }),
    'CHECKPOINT_MALFORMED',
  ],
  [
    'the checkpoint in a disclosure is left out',
    disclosure((value) => {
      delete value.checkpoint;
    }),
    'DISCLOSURE_MALFORMED',
  ],
]);

const list = (change: (value: Loose) => unknown) => (copy: EvidenceCopy) =>
  copy.json('ban-list.json', (value) => {
    change(value);
  });
const INVALID = 'BAN_LIST_SIGNATURE_INVALID';

const BAN_LIST = rowsOf('ban-list', [
  [
    'schema_version of a ban list is changed',
    list((value) => {
      value.schema_version = 'wcp-ban-list.v2';
    }),
    'BAN_LIST_MALFORMED',
  ],
  [
    'the authority of a ban list is changed',
    list((value) => {
      value.authority = 'org.other';
    }),
    'BAN_LIST_AUTHORITY_MISMATCH',
  ],
  [
    'the sequence of a ban list is changed',
    list((value) => {
      value.sequence += 1;
    }),
    INVALID,
  ],
  [
    'issued_at of a ban list is changed',
    list((value) => {
      value.issued_at = '2020-01-01T00:00:00Z';
    }),
    INVALID,
  ],
  [
    'max_age_seconds of a ban list is changed',
    list((value) => {
      value.max_age_seconds -= 1;
    }),
    INVALID,
  ],
  [
    'a ban is left out',
    list((value) => {
      value.entries = [];
    }),
    INVALID,
  ],
  [
    'the hash of a ban is changed',
    list(({ entries: [first] }) => {
      first.sha256 = HASH.replace('bb', 'cc');
    }),
    INVALID,
  ],
  [
    'the reason of a ban is changed',
    list(({ entries: [first] }) => {
      first.reason = 'none';
    }),
    INVALID,
  ],
  [
    'reported_at of a ban is changed',
    list(({ entries: [first] }) => {
      first.reported_at = '2020-01-01T00:00:00Z';
    }),
    INVALID,
  ],
  [
    'the source of a ban is changed',
    list(({ entries: [first] }) => {
      first.source = 'nobody';
    }),
    INVALID,
  ],
  [
    'review_status of a ban is changed',
    list(({ entries: [first] }) => {
      first.review_status = 'cleared';
    }),
    INVALID,
  ],
  [
    'the key of a ban list is changed',
    list((value) => {
      value.signing_key_id = STRANGER.keyId;
    }),
    'BAN_LIST_KEY_UNKNOWN',
  ],
  [
    'the signature of a ban list is changed',
    list((value) => {
      value.signature = STRANGER.sign('x').toString();
    }),
    INVALID,
  ],
  [
    'a ban list gets a member more',
    list((value) => {
      value.more = 1;
    }),
    'BAN_LIST_MALFORMED',
  ],
]);

/** What is done to disclosures and ban lists. */
export const DOCUMENTS: readonly Tampering[] = [...DISCLOSURE, ...BAN_LIST];
