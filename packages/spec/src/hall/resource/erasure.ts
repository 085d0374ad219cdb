import { Type } from 'typebox';
import { closed, dataLabel, nullable, time } from '../../document/schema/common.ts';
import { ENDPOINTS } from '../../endpoints/endpoints.ts';
import { receipt, type Wire } from '../documents.ts';
import { CHANGE_PROBLEMS, type Operation } from '../operation.ts';

/** The longest note of a forgetting, in characters. */
export const MAX_NOTE_LENGTH = 500;

const named = (description: string) =>
  Type.Optional(nullable(Type.String({ minLength: 1, maxLength: 128, description })));

const ErasureRequestSchema = closed({
  decision_id: named('Only this decision, and the one that was made when a human had approved it.'),
  tenant_id: named('Only of this tenant; without another member everything, and its data key.'),
  before: Type.Optional(nullable(time({ description: 'Only what was decided before.' }))),
  data_label: Type.Optional(nullable(dataLabel)),
  note: Type.Optional(
    nullable(
      Type.String({
        minLength: 1,
        maxLength: MAX_NOTE_LENGTH,
        description: 'Why; it stands in the receipt for ever.',
      }),
    ),
  ),
  dry_run: Type.Optional(Type.Boolean({ description: 'Says what would be forgotten, and forgets nothing.' })),
});

const ErasureResultSchema = closed({
  dry_run: Type.Boolean(),
  decisions: Type.Integer({ minimum: 0 }),
  in_flight: Type.Integer({ minimum: 0 }),
  receipt: nullable(receipt),
  is_done: Type.Boolean(),
});

/** Forgetting payloads (section 8.9). */
export const ERASURE_OPERATIONS = {
  forgetPayloads: {
    ...ENDPOINTS.forgetPayloads,
    summary: 'Forget requests, results and what else belongs to them; receipts and proofs stay',
    description:
      'Name a decision, or a tenant, or a time, or a tenant and a time. `is_done` is false where a large part is still being removed; the key of a tenant is gone at once.',
    access: ['admin'],
    body: ErasureRequestSchema,
    answers: { 200: ErasureResultSchema },
    problems: CHANGE_PROBLEMS,
  },
} satisfies Readonly<Record<string, Operation>>;

/** What is to be forgotten. */
export type ErasureRequest = Wire<typeof ErasureRequestSchema>;
/** What was forgotten, or would be. */
export type ErasureResult = Wire<typeof ErasureResultSchema>;
