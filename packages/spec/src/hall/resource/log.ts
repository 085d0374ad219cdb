import { Type } from 'typebox';
import { closed, nullable, time } from '../../document/schema/common.ts';
import { ENDPOINTS } from '../../endpoints/endpoints.ts';
import { receipt, type Wire } from '../documents.ts';
import { CHANGE_PROBLEMS, type Operation, pageOf, pageQuery, text, USUAL_PROBLEMS } from '../operation.ts';
import { ANY_ROLE } from '../roles.ts';

const number = Type.String({ pattern: '^[0-9]{1,15}$' });
const proof = Type.Array(text);
const LogHeadSchema = closed({
  origin: text,
  signing_key_id: text,
  public_key: text,
  verifier_key: text,
  /** Of the key that signed the first receipt: with it alone the whole log verifies. */
  first_key: text,
  /** Of the key that permits are signed with. */
  permit_key: text,
  size: Type.Integer(),
  root: text,
});
const KeyTermSchema = closed({
  key_id: text,
  public_key: text,
  from_position: Type.Integer(),
  to_position: nullable(Type.Integer()),
  revoked_from: nullable(Type.Integer()),
});
const NextKeySchema = closed({ key_id: text, public_key: text });
const LogKeysSchema = closed({
  origin: text,
  keys: Type.Array(KeyTermSchema),
  /** The receipts of kind `key`, from which all of this follows. */
  changes: Type.Array(closed({ position: Type.Integer(), receipt })),
  /** The key that follows with the next rotation, where one is prepared. */
  next: nullable(NextKeySchema),
  permit_key: text,
});
const ProvenCheckpointSchema = closed({
  size: Type.Integer(),
  /** With the lines of the witnesses. */
  checkpoint: text,
  /** Base64 of the DER of each timestamp (RFC 3161). */
  timestamps: Type.Array(text),
});
const InclusionProofSchema = closed({ position: Type.Integer(), size: Type.Integer(), proof });
const ConsistencyProofSchema = closed({ first: Type.Integer(), second: Type.Integer(), proof });

/** The log: its signed head, and the proofs that nothing in it was changed (section 8, "Log"). */
export const LOG_OPERATIONS = {
  showLog: {
    ...ENDPOINTS.showLog,
    summary: 'The name of the log, the key that signs it, and its size',
    access: ANY_ROLE,
    answers: { 200: LogHeadSchema },
    problems: USUAL_PROBLEMS,
  },
  showLogKeys: {
    ...ENDPOINTS.showLogKeys,
    summary: 'The keys of the log, and the positions that each may sign',
    description: 'Open to everybody, so that workers elsewhere can follow a key that changes.',
    access: 'public',
    answers: { 200: LogKeysSchema },
    problems: [400, 429],
  },
  rotateLogKey: {
    ...ENDPOINTS.rotateLogKey,
    summary: 'Let another key sign the log from now on, or prepare it',
    access: ['admin'],
    body: closed({
      prepare: Type.Optional(
        Type.Boolean({ description: 'Only make the next key, so that workers can be told of it first.' }),
      ),
    }),
    answers: { 200: LogKeysSchema },
    problems: CHANGE_PROBLEMS,
  },
  revokeLogKey: {
    ...ENDPOINTS.revokeLogKey,
    summary: 'Take the trust from what a former key of the log signed from a position or a time on',
    access: ['admin'],
    params: closed({ key_id: text }),
    body: closed({ position: Type.Optional(Type.Integer({ minimum: 0 })), time: Type.Optional(time()) }),
    answers: { 200: LogKeysSchema },
    problems: CHANGE_PROBLEMS,
  },
  signCheckpoint: {
    ...ENDPOINTS.signCheckpoint,
    summary:
      'The head of the log, signed now: a C2SP tlog-checkpoint, with the cosignatures that come in time',
    access: ANY_ROLE,
    answers: { 200: Type.String({ description: 'A signed note.' }) },
    problems: USUAL_PROBLEMS,
  },
  listCheckpoints: {
    ...ENDPOINTS.listCheckpoints,
    summary: 'The earlier checkpoints that witnesses cosigned or an authority timestamped, by their sizes',
    access: ANY_ROLE,
    query: closed(pageQuery),
    answers: { 200: pageOf(ProvenCheckpointSchema) },
    problems: USUAL_PROBLEMS,
  },
  proveInclusion: {
    ...ENDPOINTS.proveInclusion,
    summary: 'Proof that the receipt at a position is in the log of a size',
    access: ANY_ROLE,
    query: closed({ position: number, size: Type.Optional(number) }),
    answers: { 200: InclusionProofSchema },
    problems: USUAL_PROBLEMS,
  },
  proveConsistency: {
    ...ENDPOINTS.proveConsistency,
    summary: 'Proof that the log of one size begins with the log of a smaller one',
    access: ANY_ROLE,
    query: closed({ first: number, second: Type.Optional(number) }),
    answers: { 200: ConsistencyProofSchema },
    problems: USUAL_PROBLEMS,
  },
} satisfies Readonly<Record<string, Operation>>;

/** A checkpoint with what witnesses and authorities of timestamps said of it. */
export type ProvenCheckpoint = Wire<typeof ProvenCheckpointSchema>;

/** The name of a log, the key that signs it, and its size. */
export type LogHead = Wire<typeof LogHeadSchema>;
/** The keys of a log, and the positions that each may sign. */
export type LogKeys = Wire<typeof LogKeysSchema>;
