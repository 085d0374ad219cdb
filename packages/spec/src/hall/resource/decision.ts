import { Type } from 'typebox';
import { closed, nullable } from '../../document/schema/common.ts';
import { ENDPOINTS } from '../../endpoints/endpoints.ts';
import { freeObject, receipt, registryRecord, routeDecision, type Wire } from '../documents.ts';
import {
  LOOKUP_PROBLEMS,
  type Operation,
  pageOf,
  pageQuery,
  readablePageOf,
  textUpTo,
  USUAL_PROBLEMS,
} from '../operation.ts';
import { OVERSEERS, READERS } from '../roles.ts';

const name = textUpTo(200);
const DecisionRecordSchema = closed({
  position: Type.Integer(),
  input: Type.Unknown(),
  facts: freeObject('The facts that the decision was made with (section 4.4).'),
  decision: routeDecision,
});
const ShownDecisionSchema = closed({
  position: Type.Integer(),
  input: Type.Unknown(),
  facts: freeObject('The facts (section 4.4).'),
  decision: routeDecision,
  receipts: Type.Array(receipt),
  explanation: nullable(
    freeObject('Each step with what it saw, and the smallest change that would allow it.'),
  ),
  result: Type.Unknown(),
});
const PlacedReceiptSchema = closed({ position: Type.Integer(), receipt });
/** The forms in which receipts are given out beside their own (section 8.11). */
export const RECEIPT_FORM_NAMES = ['dsse', 'cloudevents', 'ocsf', 'scitt'] as const;
/** One of {@link RECEIPT_FORM_NAMES}. */
export type ReceiptForm = (typeof RECEIPT_FORM_NAMES)[number];

const PlacedFormSchema = closed({
  position: Type.Integer(),
  /** A JSON object, or the base64 of a form that is binary. */
  document: Type.Unknown(),
});
const WorldDocumentsSchema = closed(
  {
    catalog_version: name,
    config: Type.Unknown(),
    rules: Type.Unknown(),
    workers: Type.Array(registryRecord),
  },
  { title: 'WorldDocuments', description: 'The documents that a world was compiled from.' },
);

/** Decisions, their receipts and the worlds that they were made in (section 8). */
export const DECISION_OPERATIONS = {
  listDecisions: {
    ...ENDPOINTS.listDecisions,
    summary: 'Decisions with the input and the facts that they were made from, oldest first',
    description:
      'With outcome or deny_code a page may hold fewer items than the limit, even none, and still not be the last: the last page has next_cursor null.',
    access: READERS,
    query: closed({
      ...pageQuery,
      outcome: Type.Optional(Type.Enum(['DISPATCH', 'DENY', 'STEWARD_HOLD'])),
      deny_code: Type.Optional(name),
      tenant_id: Type.Optional(name),
      correlation_id: Type.Optional(name),
    }),
    answers: { 200: readablePageOf(DecisionRecordSchema) },
    problems: USUAL_PROBLEMS,
  },
  showDecision: {
    ...ENDPOINTS.showDecision,
    summary: 'One decision: what it was made from, its receipts, and each step explained',
    access: READERS,
    params: closed({ decision_id: name }),
    answers: { 200: ShownDecisionSchema },
    problems: [400, 401, 403, 404, 410, 429, 503],
  },
  listReceipts: {
    ...ENDPOINTS.listReceipts,
    summary: 'Receipts in the order of the log',
    access: READERS,
    query: closed({
      ...pageQuery,
      stream: Type.Optional(name),
      correlation_id: Type.Optional(name),
      decision_id: Type.Optional(name),
    }),
    answers: { 200: pageOf(PlacedReceiptSchema) },
    problems: USUAL_PROBLEMS,
  },
  listReceiptForms: {
    ...ENDPOINTS.listReceiptForms,
    summary: 'Receipts in another form, in the order of the log',
    description:
      'Envelopes (dsse) and signed statements (scitt, as base64) are signed for this answer by the key that signs the log now.',
    access: OVERSEERS,
    query: closed({ ...pageQuery, form: Type.Enum([...RECEIPT_FORM_NAMES]), stream: Type.Optional(name) }),
    answers: { 200: pageOf(PlacedFormSchema) },
    problems: USUAL_PROBLEMS,
  },
  showWorld: {
    ...ENDPOINTS.showWorld,
    summary: 'The documents of a world that was in force',
    access: OVERSEERS,
    params: closed({ digest: name }),
    answers: { 200: WorldDocumentsSchema },
    problems: LOOKUP_PROBLEMS,
  },
} satisfies Readonly<Record<string, Operation>>;

/** A decision with everything that it was made from. */
export type DecisionRecord = Wire<typeof DecisionRecordSchema>;
/** A decision with its receipts, its explanation and its result. */
export type ShownDecision = Wire<typeof ShownDecisionSchema>;
/** A receipt at its position in the log. */
export type PlacedReceipt = Wire<typeof PlacedReceiptSchema>;
/** The documents that a world was compiled from. */
export type WorldDocuments = Wire<typeof WorldDocumentsSchema>;
