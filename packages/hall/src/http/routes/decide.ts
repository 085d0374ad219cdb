import { RouteDecisionSchema, RouteInputSchema } from '@wcp/spec';
import { Type } from 'typebox';
import { type Asked, memberOf } from '../../dispatch/asked.ts';
import type { DispatchAnswer } from '../../dispatch/dispatcher.ts';
import type { HallParts } from '../../hall-parts.ts';
import { Refusal } from '../../refusal.ts';
import { checkTenant, principalOf } from '../access.ts';
import type { HallApp } from '../app.ts';
import { askedOf } from '../body.ts';
import { answers, DispatchAnswerSchema, ProblemSchema } from '../wire.ts';

/** `decide` answers for whatever the body is: no validator stands before it. */
const asIs = () => () => true;

const STATUSES = { DISPATCH: 200, STEWARD_HOLD: 202, DENY: 403 } as const;

/** `POST /wcp/route` and `POST /wcp/dispatch`. */
export function addDecideRoutes(app: HallApp, { dispatcher, doors, idempotency, metrics }: HallParts): void {
  const dispatchOnce = (key: unknown, asked: Asked): Promise<DispatchAnswer> => {
    const tenant = memberOf(asked, 'tenant_id');
    if (key === undefined || typeof tenant !== 'string') return dispatcher.dispatch(asked);
    return idempotency.once(tenant, readKey(key), asked, (changes) =>
      dispatcher.dispatch(asked, { changes, keepResult: true }),
    );
  };
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
      const asked = askedOf(request.body);
      checkAsker(request, asked);
      const { decision, text } = await dispatcher.route(asked);
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
      const asked = askedOf(request.body);
      checkAsker(request, asked);
      const answer = await doors.enter(memberOf(asked, 'tenant_id'), memberOf(asked, 'qos_class'), () =>
        dispatchOnce(request.headers['idempotency-key'], asked),
      );
      metrics.decided('dispatch', answer.decision, (performance.now() - started) / 1000);
      if (answer.outcome_receipt !== null) metrics.ended(answer.outcome_receipt.outcome?.status ?? 'unknown');
      return reply.code(STATUSES[answer.decision.outcome]).send(answer as never);
    },
  );
}

function checkAsker(request: Parameters<typeof principalOf>[0], asked: Asked): void {
  if (asked.text === null) throw new Refusal('INVALID_BODY', 'Send a RouteInput as JSON.');
  checkTenant(principalOf(request), memberOf(asked, 'tenant_id'), memberOf(asked, 'env'));
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

function readKey(key: unknown): string {
  if (typeof key === 'string' && KEY.test(key)) return key;
  throw new Refusal('INVALID_QUERY', 'An Idempotency-Key is 1 to 255 visible ASCII characters.');
}
