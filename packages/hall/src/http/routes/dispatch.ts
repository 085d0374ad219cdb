import { IDEMPOTENCY_KEY_PATTERN } from '@wcp/spec/hall';
import { ProblemError } from '../../base/problem.ts';
import { ownMember, type ReceivedRequest } from '../../base/received-request.ts';
import type { Principal } from '../../identity/principal.ts';
import { checkTenant } from '../access.ts';
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
    async handle({ hall: { dispatcher, metrics }, body, principal, request }) {
      const started = performance.now();
      checkCaller(principal, body);
      const answer = await dispatcher.dispatch(body, keyOf(request.headers['idempotency-key'], body));
      metrics.decided('dispatch', answer.decision, (performance.now() - started) / 1000);
      if (answer.outcome_receipt !== null) metrics.ended(answer.outcome_receipt.outcome?.status ?? 'unknown');
      return new Reply(answer, { status: STATUSES[answer.decision.outcome] });
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
