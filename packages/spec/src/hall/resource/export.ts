import { Type } from 'typebox';
import { closed, nullable } from '../../document/schema/common.ts';
import { ENDPOINTS } from '../../endpoints/endpoints.ts';
import type { Wire } from '../documents.ts';
import { type Operation, pageOf, pageQuery, text, textUpTo, USUAL_PROBLEMS } from '../operation.ts';
import { RECEIPT_FORM_NAMES } from './decision.ts';

const count = Type.Integer({ minimum: 0 });
const position = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });
const ExportSchema = closed({
  name: text,
  form: nullable(
    Type.Enum([...RECEIPT_FORM_NAMES], {
      description: 'The form of section 8.11; null for an export that the settings name no more.',
    }),
  ),
  next_position: count,
  lag: Type.Integer({ minimum: 0, description: 'Receipts that the log has and the target has not.' }),
  refused: Type.Integer({ minimum: 0, description: 'Receipts that the target refused for good.' }),
  attempts: Type.Integer({ minimum: 0, description: 'Attempts that failed in a row.' }),
  failure: nullable(text),
});
const RefusedReceiptSchema = closed({ name: text, position: count, reason: text, at: text });
const params = closed({ name: textUpTo(40) });
const RetriedSchema = closed({
  sent: Type.Array(count, { description: 'The positions that the target has now.' }),
  refused: Type.Array(closed({ position: count, reason: text })),
  failure: nullable(text),
});
const PROBLEMS = [400, 401, 403, 404, 413, 415, 429, 503];

/** Receipts on their way to other systems, and those that were refused there (section 8.11). */
export const EXPORT_OPERATIONS = {
  listExports: {
    ...ENDPOINTS.listExports,
    summary: 'Exports, how far each has come, and how many receipts its target refused',
    access: ['auditor', 'admin'],
    query: closed(pageQuery),
    answers: { 200: pageOf(ExportSchema) },
    problems: USUAL_PROBLEMS,
  },
  listRefusedReceipts: {
    ...ENDPOINTS.listRefusedReceipts,
    summary: 'Receipts that the target of an export refused for good, in the order of the log',
    access: ['auditor', 'admin'],
    params,
    query: closed(pageQuery),
    answers: { 200: pageOf(RefusedReceiptSchema) },
    problems: [400, 401, 403, 404, 429, 503],
  },
  retryRefusedReceipts: {
    ...ENDPOINTS.retryRefusedReceipts,
    summary: 'Send receipts once more that the target of an export refused for good',
    description:
      'Each is sent by itself. With a failure, such as a target that is away, the positions that are in neither list were not tried.',
    access: ['admin'],
    params,
    body: closed({ positions: Type.Array(position, { minItems: 1, maxItems: 20, uniqueItems: true }) }),
    answers: { 200: RetriedSchema },
    problems: PROBLEMS,
  },
} satisfies Readonly<Record<string, Operation>>;

/** An export, and how far it has come. */
export type Export = Wire<typeof ExportSchema>;
/** A receipt that the target of an export refused for good. */
export type RefusedReceipt = Wire<typeof RefusedReceiptSchema>;
/** What came of sending refused receipts once more. */
export type RetriedReceipts = Wire<typeof RetriedSchema>;
