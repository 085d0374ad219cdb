import { Type } from 'typebox';
import { closed, nullable } from '../../document/schema/common.ts';
import { ENDPOINTS } from '../../endpoints/endpoints.ts';
import { receipt, routeDecision, type Wire } from '../documents.ts';
import {
  CHANGE_PROBLEMS,
  type Operation,
  pageQuery,
  readablePageOf,
  text,
  textUpTo,
  USUAL_PROBLEMS,
} from '../operation.ts';
import { OVERSEERS } from '../roles.ts';

const state = Type.Enum(['dead', 'replayed']);
const DeadLetterSchema = closed({
  decision_id: text,
  state,
  at: text,
  tenant_id: text,
  capability_id: text,
  worker_id: text,
  code: text,
  input: Type.Unknown({
    description: 'The request as it was received, with the hash of its tenant_credential in its place.',
  }),
  requested_by: Type.Array(text, { description: 'The ids of the keys and credentials that asked for it.' }),
  replay: nullable(closed({ by: text, at: text, decision_id: text })),
});
const params = closed({ decision_id: textUpTo(64) });
const ReplayedSchema = closed({ decision: routeDecision, receipt, outcome_receipt: nullable(receipt) });

/** Dispatches that their workers did not carry out. */
export const DEAD_LETTER_OPERATIONS = {
  listDeadLetters: {
    ...ENDPOINTS.listDeadLetters,
    summary: 'Failed dispatches in the order of their decision ids',
    access: OVERSEERS,
    query: closed({ ...pageQuery, state: Type.Optional(state) }),
    answers: { 200: readablePageOf(DeadLetterSchema) },
    problems: USUAL_PROBLEMS,
  },
  replayDeadLetter: {
    ...ENDPOINTS.replayDeadLetter,
    summary: 'Decide and dispatch the request again, once',
    description: 'Whether the first attempt had an effect is for the caller to know.',
    access: ['steward', 'admin'],
    params,
    answers: { 200: ReplayedSchema },
    problems: CHANGE_PROBLEMS,
  },
  purgeDeadLetter: {
    ...ENDPOINTS.purgeDeadLetter,
    summary: 'Delete a dead letter; the receipts of its dispatch stay',
    access: ['admin'],
    params,
    answers: { 200: closed({ decision_id: text }) },
    problems: CHANGE_PROBLEMS,
  },
} satisfies Readonly<Record<string, Operation>>;

/** A dispatch that its worker did not carry out, as the Hall shows it. */
export type DeadLetter = Wire<typeof DeadLetterSchema>;
/** The outcome of replaying a dead letter. */
export type ReplayedDeadLetter = Wire<typeof ReplayedSchema>;
