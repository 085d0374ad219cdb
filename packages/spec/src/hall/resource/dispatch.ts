import { Type } from 'typebox';
import { closed, nullable } from '../../document/schema/common.ts';
import { ENDPOINTS } from '../../endpoints/endpoints.ts';
import { receipt, routeDecision, routeInput, type Wire, workerResult } from '../documents.ts';
import { type Operation, text, USUAL_PROBLEMS } from '../operation.ts';

/** What an Idempotency-Key may be. */
export const IDEMPOTENCY_KEY_PATTERN = '^[\\x21-\\x7e]{1,255}$';

const BudgetLeftSchema = closed({
  budget_id: text,
  unit: Type.Enum(['calls', 'blast', 'cost']),
  limit: Type.Integer({ minimum: 0 }),
  remaining: Type.Integer({ minimum: 0 }),
  ends_at: text,
});

const DispatchAnswerSchema = closed(
  {
    decision: routeDecision,
    receipt,
    outcome_receipt: nullable(receipt),
    result: nullable(workerResult),
    delivery_code: nullable(text),
    delivery_message: nullable(text),
    'x.budgets': Type.Optional(
      Type.Array(BudgetLeftSchema, {
        description:
          'What is left of each budget of the tenant that limited the dispatch, once its worker has ended.',
      }),
    ),
  },
  { title: 'DispatchAnswer', description: "The decision, its evidence and the worker's result." },
);

const idempotencyHeader = Type.Object(
  {
    'idempotency-key': Type.Optional(
      Type.String({
        pattern: IDEMPOTENCY_KEY_PATTERN,
        description: 'Names this request, so that it is dispatched only once.',
      }),
    ),
  },
  { additionalProperties: true },
);

/** Decisions and dispatches, of tenants and of running workers. */
export const DISPATCH_OPERATIONS = {
  route: {
    ...ENDPOINTS.route,
    summary: 'Decide without executing anything',
    description: 'A denial is an answer: 200 with the decision, whatever it is.',
    access: ['tenant'],
    body: routeInput,
    answers: { 200: routeDecision },
    problems: USUAL_PROBLEMS,
  },
  dispatch: {
    ...ENDPOINTS.dispatch,
    summary: 'Decide, execute, and return the result with its evidence',
    description:
      '200 if a worker ran, 202 if a human has to approve first, 403 if the decision is a denial. With an Idempotency-Key the same request again returns the first answer again.',
    access: ['tenant'],
    headers: idempotencyHeader,
    body: routeInput,
    answers: { 200: DispatchAnswerSchema, 202: DispatchAnswerSchema, 403: DispatchAnswerSchema },
    problems: [400, 401, 403, 410, 422, 429, 503],
  },
  streamDispatch: {
    ...ENDPOINTS.streamDispatch,
    summary: 'Decide and execute, with the progress of the worker (text/event-stream)',
    description:
      'Events: `progress`, with an object as the worker sent it; last `answer`, with `status` and the `answer` that `POST /wcp/dispatch` would give, or `problem`, with a problem document. Whoever closes the stream before that cancels the dispatch: one that waits is withdrawn, a worker that has it is told to stop. It takes no Idempotency-Key.',
    access: ['tenant'],
    body: routeInput,
    answers: { 200: Type.String({ description: 'A stream of events.' }) },
    problems: USUAL_PROBLEMS,
  },
  chain: {
    ...ENDPOINTS.chain,
    summary: 'Request another capability under the permit of a running call',
    description: 'For workers over HTTP: the bearer is the permit that came with the call.',
    access: 'permit',
    body: closed({
      asked: Type.Unknown({ description: 'A capability_id, a request, and what narrows them.' }),
    }),
    answers: { 200: closed({ decision: routeDecision, result: nullable(workerResult) }) },
    problems: [400, 401, 429, 503],
  },
} satisfies Readonly<Record<string, Operation>>;

/** What a dispatch left of a budget (section 5.12). */
export type BudgetLeft = Wire<typeof BudgetLeftSchema>;
/** The answer to `POST /wcp/dispatch` (section 9). */
export type DispatchAnswer = Wire<typeof DispatchAnswerSchema>;
