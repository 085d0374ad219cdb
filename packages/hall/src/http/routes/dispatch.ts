import { RouteDecisionSchema, RouteInputSchema } from '@wcp/spec/document';
import { Type } from 'typebox';
import { ProblemError } from '../../base/problem.ts';
import { ownMember, type ReceivedRequest } from '../../base/received-request.ts';
import { checkTenant, principalOf } from '../access.ts';
import type { HallApp } from '../app.ts';
import type { HallParts } from '../hall-parts.ts';
import { receivedBody } from '../request-body.ts';
import { answers, DispatchAnswerSchema, ProblemSchema } from '../wire.ts';

/** `decide` answers for whatever the body is: no validator stands before it. */
const asIs = () => () => true;

const STATUSES = { DISPATCH: 200, STEWARD_HOLD: 202, DENY: 403 } as const;

/** `POST /wcp/route` and `POST /wcp/dispatch`. */
export function addDecideRoutes(app: HallApp, { dispatcher, metrics }: HallParts): void {
  app.post(
    '/wcp/route',
    {
      config: { access: ['tenant'], isAsked: true },
      validatorCompiler: asIs,
      schema: {
        operationId: 'route',
        summary: 'Decide, and execute nothing',
        description: 'A denial is an answer: 200 with the decision, whatever it is.',
        body: RouteInputSchema,
        response: answers({ 200: RouteDecisionSchema }),
      },
    },
    async (request, reply) => {
      const started = performance.now();
      const received = receivedBody(request.body);
      checkAsker(request, received);
      const { decision, text } = await dispatcher.route(received);
      metrics.decided('route', decision, (performance.now() - started) / 1000);
      return reply.type('application/json').send(text as never);
    },
  );
  app.post(
    '/wcp/dispatch',
    {
      config: { access: ['tenant'], isAsked: true },
      validatorCompiler: asIs,
      schema: {
        operationId: 'dispatch',
        summary: 'Decide, execute, and give the result with its evidence',
        description:
          '200 where a worker ran, 202 where a human has to look first, 403 where it was denied. With an Idempotency-Key the same request again gives the first answer again.',
        headers: IdempotencyHeader,
        body: RouteInputSchema,
        response: answers(
          {
            200: DispatchAnswerSchema,
            202: DispatchAnswerSchema,
            403: {
              description: 'Denied, with the decision; or not allowed to ask.',
              content: {
                'application/json': { schema: DispatchAnswerSchema },
                'application/problem+json': { schema: ProblemSchema },
              },
            },
          },
          [400, 401, 422, 429, 503],
        ),
      },
    },
    async (request, reply) => {
      const started = performance.now();
      const received = receivedBody(request.body);
      checkAsker(request, received);
      const answer = await dispatcher.dispatch(received, keyOf(request.headers['idempotency-key'], received));
      metrics.decided('dispatch', answer.decision, (performance.now() - started) / 1000);
      if (answer.outcome_receipt !== null) metrics.ended(answer.outcome_receipt.outcome?.status ?? 'unknown');
      return reply.code(STATUSES[answer.decision.outcome]).send(answer as never);
    },
  );
}

function checkAsker(request: Parameters<typeof principalOf>[0], received: ReceivedRequest): void {
  if (received.text === null) throw new ProblemError('INVALID_BODY', 'Send a RouteInput as JSON.');
  checkTenant(principalOf(request), ownMember(received, 'tenant_id'), ownMember(received, 'env'));
}

const KEY = /^[\x21-\x7e]{1,255}$/;
const IdempotencyHeader = Type.Object(
  {
    'idempotency-key': Type.Optional(
      Type.String({ pattern: KEY.source, description: 'Names this request, so that it is dispatched once.' }),
    ),
  },
  { additionalProperties: true },
);

/** A key of a request that names no tenant names nothing: it is not read. */
function keyOf(key: unknown, received: ReceivedRequest): { readonly idempotency_key?: string } {
  if (key === undefined || typeof ownMember(received, 'tenant_id') !== 'string') return {};
  return { idempotency_key: readKey(key) };
}

function readKey(key: unknown): string {
  if (typeof key === 'string' && KEY.test(key)) return key;
  throw new ProblemError('INVALID_QUERY', 'An Idempotency-Key is 1 to 255 visible ASCII characters.');
}
