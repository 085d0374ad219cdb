const RECEIPT_MEANINGS = {
  RECEIPT_MALFORMED:
    'This is not a receipt: a member is missing or of the wrong type, or it has no canonical JSON.',
  RECEIPT_HASH_MISMATCH: 'The receipt was changed: its content does not have the hash that it states.',
  RECEIPT_KEY_UNKNOWN: 'The receipt is signed with an unknown key.',
  RECEIPT_SIGNATURE_INVALID: 'The signature does not match the stated key and hash.',
  RECEIPT_HEAD_MISSING: 'The first receipt of its stream does not have seq 0: earlier receipts are missing.',
  RECEIPT_SEQ_GAP: 'The seq does not follow that of the previous receipt in the stream.',
  RECEIPT_CHAIN_BREAK: 'The receipt does not name the hash of the previous receipt in its stream.',
} as const;

const CHECKPOINT_MEANINGS = {
  CHECKPOINT_MALFORMED: 'This is not a signed checkpoint.',
  CHECKPOINT_ORIGIN_MISMATCH: 'The checkpoint belongs to another log.',
  CHECKPOINT_KEY_UNKNOWN: 'The checkpoint has no signature by a known key of this log.',
  CHECKPOINT_SIGNATURE_INVALID: "The log's signature does not match this checkpoint.",
} as const;

const LOG_MEANINGS = {
  RECEIPT_KEY_NOT_IN_FORCE:
    'The receipt is signed with a key of the log that was not in force at its position.',
  RECEIPT_KEY_REVOKED:
    'The receipt is signed with a key that was revoked from its position or an earlier one on.',
  RECEIPT_KEY_CHANGE_INVALID:
    'The receipt says that the key of the log changes, but that does not follow from the key in force.',
  RECEIPT_RESTORE_INVALID:
    'The receipt says that the log was restored, but the receipts before it are not those of the backup.',
  RECEIPT_FORKED: 'A different receipt has the same place in the same stream.',
  CHECKPOINT_KEY_NOT_IN_FORCE:
    'The checkpoint is signed with a key of the log that was not in force at its size.',
  CHECKPOINT_KEY_REVOKED:
    'The checkpoint is signed with a key that was revoked from its size or an earlier one on.',
  LOG_TAIL_MISSING: 'The checkpoint covers more receipts than there are: the end of the log is missing.',
  LOG_ROOT_MISMATCH: 'The first receipts of the log are not those that the checkpoint covers.',
} as const;

const WITNESS_MEANINGS = {
  COSIGNATURE_INVALID: "A known witness's cosignature does not match this checkpoint.",
  LOG_NOT_WITNESSED:
    'No checkpoint that covers the last receipt is cosigned by as many witnesses as the policy demands.',
} as const;

const TIME_MEANINGS = {
  TIME_NOT_ORDERED:
    'The receipt is dated more than five minutes before one that stands earlier in the log, or cannot be from where a timestamp places it.',
} as const;

const TIMESTAMP_MEANINGS = {
  TIMESTAMP_MALFORMED: 'This is not a timestamp (RFC 3161).',
  TIMESTAMP_MISMATCH: 'The timestamp is about something else than this checkpoint.',
  TIMESTAMP_AUTHORITY_UNKNOWN: 'The timestamp is not from an authority whose certificate is known.',
  TIMESTAMP_SIGNATURE_INVALID: "The authority's signature does not match this timestamp.",
} as const;

const TILE_MEANINGS = {
  TILE_MISSING: 'A tile or a bundle of entries that the checkpoint covers is missing.',
  TILE_MALFORMED: 'The file is not a tile of this many hashes, or not a bundle of this many entries.',
  TILE_MISMATCH: 'The hashes of the tile are not those of the entries below it.',
  ARCHIVE_MALFORMED: 'The file archive.json is not the description of an archive.',
  ARCHIVE_ROOT_MISMATCH: 'The entries of the archive do not have the root that its description states.',
} as const;

const PROOF_MEANINGS = {
  PROOF_MALFORMED:
    'This is not a claim with a proof: a member is missing, out of range or of the wrong type.',
  PROOF_INVALID: 'The proof does not lead to the stated root.',
} as const;

const DISCLOSURE_MEANINGS = {
  DISCLOSURE_MALFORMED: 'This is not a disclosure: a member is missing or of the wrong type.',
  DISCLOSURE_REQUEST_MISMATCH:
    'The request is not the one that was decided about: it does not have the artifact_hash of the receipt.',
} as const;

const ATTEST_MEANINGS = {
  ATTEST_MANIFEST_MISSING: 'The package has no readable manifest.',
  ATTEST_MANIFEST_ID_MISMATCH: 'The manifest belongs to another worker or species.',
  ATTEST_HASH_MISMATCH: 'The package does not have the hash that the manifest states.',
  ATTEST_SIGNATURE_MISSING: 'The manifest is not signed, or there is no key to check its HMAC with.',
  ATTEST_SIG_INVALID: "No signature of the manifest is by a registered key of the worker's authority.",
} as const;

const BAN_LIST_MEANINGS = {
  BAN_LIST_MALFORMED: 'This is not a ban list.',
  BAN_LIST_AUTHORITY_MISMATCH: 'The ban list belongs to another authority.',
  BAN_LIST_KEY_UNKNOWN: 'The ban list is signed with an unknown key.',
  BAN_LIST_SIGNATURE_INVALID: 'The ban list was changed after it was signed.',
  BAN_LIST_FROM_FUTURE: 'The ban list was issued in the future.',
  BAN_LIST_ROLLED_BACK: 'A later ban list is known.',
  BAN_LIST_STALE: 'The ban list has expired.',
} as const;

const CODE_ATTESTATION_MEANINGS = {
  CODE_ATTESTATION_MALFORMED: 'This is not an attestation of code.',
  CODE_ATTESTATION_WORKER_MISMATCH: 'The attestation is about another worker.',
  CODE_ATTESTATION_AUDIENCE_MISMATCH: 'The attestation was made for another Hall.',
  CODE_ATTESTATION_NONCE_MISMATCH:
    'The attestation answers another question: it is an earlier one, or was made up.',
  CODE_ATTESTATION_AUTHORITY_UNKNOWN: "No key is registered for the worker's authority and for it alone.",
  CODE_ATTESTATION_KEY_UNKNOWN: "The attestation names a key that is not one of the worker's authority.",
  CODE_ATTESTATION_SIGNATURE_INVALID:
    'The attestation was changed after it was signed, or signed with another key.',
  CODE_ATTESTATION_STALE: 'The attestation was made more than five minutes ago.',
  CODE_ATTESTATION_FROM_FUTURE: 'The attestation was made more than five minutes ahead of the clock.',
} as const;

const MEANINGS = {
  ...RECEIPT_MEANINGS,
  ...CHECKPOINT_MEANINGS,
  ...LOG_MEANINGS,
  ...WITNESS_MEANINGS,
  ...TIME_MEANINGS,
  ...TIMESTAMP_MEANINGS,
  ...TILE_MEANINGS,
  ...PROOF_MEANINGS,
  ...DISCLOSURE_MEANINGS,
  ...ATTEST_MEANINGS,
  ...BAN_LIST_MEANINGS,
  ...CODE_ATTESTATION_MEANINGS,
} as const;

/** A code of `verifyReceipts` (section 13, "Receipts"). */
export type ReceiptFindingCode = keyof typeof RECEIPT_MEANINGS;

/** A code of `verifyCheckpoint`. */
export type CheckpointFindingCode = keyof typeof CHECKPOINT_MEANINGS;

/** A code of `verifyLog`: those of receipts and checkpoints, and those that only a whole log shows. */
export type LogFindingCode = ReceiptFindingCode | CheckpointFindingCode | keyof typeof LOG_MEANINGS;

/** A code of `verifyWitnessed`: what checkpoints and the cosignatures on them show. */
export type WitnessFindingCode = keyof typeof WITNESS_MEANINGS;

/** A code of `verifyTimes`. */
export type TimeFindingCode = keyof typeof TIME_MEANINGS;

/** A code of `verifyTimestamp`, in the order of the checks. */
export type TimestampFindingCode = keyof typeof TIMESTAMP_MEANINGS;

/** A code of `verifyTiles`: those of a log, and those about its tiles. */
export type TileFindingCode = LogFindingCode | keyof typeof TILE_MEANINGS;

/** A code of `verifyInclusion` and `verifyConsistency`. */
export type ProofFindingCode = keyof typeof PROOF_MEANINGS;

/** A code of `verifyDisclosure`: those of a part of a log and of a proof, and its own. */
export type DisclosureFindingCode =
  | Exclude<LogFindingCode, 'RECEIPT_HEAD_MISSING' | 'RECEIPT_FORKED' | `LOG_${string}`>
  | ProofFindingCode
  | keyof typeof DISCLOSURE_MEANINGS;

/** Why a package is not attested (section 8, "Manifest"), in the order of the checks. */
export type AttestCode = keyof typeof ATTEST_MEANINGS;

/** Why a ban list is refused (section 8, "Ban list"), in the order of the checks. */
export type BanListCode = keyof typeof BAN_LIST_MEANINGS;

/** Why the attestation of a worker's code is refused (section 10.5), in the order of the checks. */
export type CodeAttestationCode = keyof typeof CODE_ATTESTATION_MEANINGS;

/** Every code that a verifier of evidence finds. */
export type EvidenceFindingCode = keyof typeof MEANINGS;

/** One thing wrong with evidence. The message is for people and quotes nothing of the evidence. */
export interface EvidenceFinding<C extends EvidenceFindingCode = EvidenceFindingCode> {
  /**
   * The place in the list that was verified: of the receipt, or of the checkpoint for the codes
   * `CHECKPOINT_…` and `LOG_…`. 0 for a document that stands alone.
   */
  readonly index: number;
  readonly code: C;
  readonly message: string;
}

/** The finding of one code at one place. */
export function finding<C extends EvidenceFindingCode>(code: C, index = 0): EvidenceFinding<C> {
  return { index, code, message: MEANINGS[code] };
}
