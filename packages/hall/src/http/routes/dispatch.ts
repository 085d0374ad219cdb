import { IDEMPOTENCY_KEY_PATTERN } from '@wcp/spec/hall';
import { ProblemError } from '../../base/problem.ts';
import { ownMember, type ReceivedRequest } from '../../base/received-request.ts';
import type { DispatchAnswer } from '../../dispatch/dispatch-answer.ts';
import type { DispatchSetting } from '../../dispatch/dispatcher.ts';
import type { Principal } from '../../identity/principal.ts';
import { checkTenant } from '../access.ts';
import { dispatchStream } from '../dispatch-stream.ts';
import type { HallParts } from '../hall-parts.ts';
import { problemOf } from '../problem-document.ts';
import { Reply, type Routes } from '../route.ts';

const STATUSES = { DISPATCH: 200, STEWARD_HOLD: 202, DENY: 403 } as const;
const KEY = new RegExp(IDEMPOTENCY_KEY_PATTERN);

/** Decisions and dispatches, of tenants and of running workers. */
export const DISPATCH_ROUTES = {
  route: {
    body: 'received',
    async handle({ hall: { dispatcher, metrics }, body, principal }) {
      const started = performance.now();
      checkCaller(principal, body);
      const { decision, text } = await dispatcher.route(body);
      metrics.decided('route', decision, (performance.now() - started) / 1000);
      return new Reply(decision, { text });
    },
  },
  dispatch: {
    body: 'received',
    async handle({ hall, body, principal, request }) {
      checkCaller(principal, body);
      const answer = await measured(hall, body, keyOf(request.headers['idempotency-key'], body));
      return new Reply(answer, { status: STATUSES[answer.decision.outcome] });
    },
  },
  streamDispatch: {
    body: 'received',
    handle({ hall, body, principal, request }) {
      checkCaller(principal, body);
      if (request.headers['idempotency-key'] !== undefined) throw new ProblemError('INVALID_QUERY', NO_KEY);
      const stream = dispatchStream({
        async run(client) {
          const answer = await measured(hall, body, client);
          return { status: STATUSES[answer.decision.outcome], answer };
        },
        problemOf: (error) => problemOf(hall, error, request),
      });
      return new Reply('', { stream });
    },
  },
  chain: {
    async handle({ hall: { chains }, body, request }) {
      const [, permit] = /^bearer +(\S+)$/i.exec(request.headers.authorization ?? '') ?? [];
      const answer = permit === undefined ? 'unknown' : await chains.ask(permit, body.asked);
      if (answer === 'unknown') {
        throw new ProblemError('PERMIT_UNKNOWN', 'Send the permit of a call that is still running.');
      }
      if (answer === 'too_many') {
        const message =
          'This call has made all the chained dispatches that it may. Split the work into several dispatches.';
        throw new ProblemError('CHAIN_TOO_LONG', message);
      }
      return answer;
    },
  },
} satisfies Partial<Routes>;

const NO_KEY =
  'Whoever closes the stream cancels its dispatch, so that it takes no Idempotency-Key. Send it to /wcp/dispatch.';

async function measured(
  { dispatcher, metrics }: HallParts,
  body: ReceivedRequest,
  setting: DispatchSetting,
): Promise<DispatchAnswer> {
  const started = performance.now();
  const answer = await dispatcher.dispatch(body, setting);
  metrics.decided('dispatch', answer.decision, (performance.now() - started) / 1000);
  if (answer.outcome_receipt !== null) metrics.ended(answer.outcome_receipt.outcome?.status ?? 'unknown');
  return answer;
}

function checkCaller(principal: Principal, received: ReceivedRequest): void {
  if (received.text === null) throw new ProblemError('INVALID_BODY', 'Send a RouteInput as JSON.');
  checkTenant(principal, ownMember(received, 'tenant_id'), ownMember(received, 'env'));
}

/** The key of a request that names no tenant has no effect. */
function keyOf(key: unknown, received: ReceivedRequest): { readonly idempotency_key?: string } {
  if (key === undefined || typeof ownMember(received, 'tenant_id') !== 'string') return {};
  if (typeof key === 'string' && KEY.test(key)) return { idempotency_key: key };
  throw new ProblemError('INVALID_QUERY', 'An Idempotency-Key is 1 to 255 visible ASCII characters.');
}
