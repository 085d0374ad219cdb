import type { FastifyRequest } from 'fastify';
import { ProblemError } from '../../base/problem.ts';
import { ownMember } from '../../base/received-request.ts';
import type { Principal } from '../../identity/principal.ts';
import { type AccessAsker, readEvaluation } from '../../pdp/decision-point.ts';
import { checkTenant, isLoopback } from '../access.ts';
import type { HallParts } from '../hall-parts.ts';
import type { Routes } from '../route.ts';

/** The Hall as a policy decision point (AuthZEN). */
export const ACCESS_ROUTES = {
  evaluateAccess: {
    handle({ hall, body, ...call }) {
      return hall.decisionPoint.evaluate(body, askerOf(call));
    },
  },
  evaluateAccesses: {
    async handle({ hall, body, ...call }) {
      const asker = askerOf(call);
      const isSingle = (body.evaluations ?? []).length === 0;
      if (isSingle) return hall.decisionPoint.evaluate(readEvaluation(body), asker);
      return { evaluations: await hall.decisionPoint.evaluateAll(body, asker) };
    },
  },
  showAccessConfiguration: {
    handle({ hall, request }) {
      const policy_decision_point = addressOf(hall, request);
      return {
        policy_decision_point,
        access_evaluation_endpoint: `${policy_decision_point}/access/v1/evaluation`,
        access_evaluations_endpoint: `${policy_decision_point}/access/v1/evaluations`,
      };
    },
  },
} satisfies Partial<Routes>;

interface AccessCall {
  readonly principal: Principal;
  readonly request: FastifyRequest;
  keep(text: string): void;
}

function askerOf({ principal, request, keep }: AccessCall): AccessAsker {
  const { id, tenant_id } = principal;
  return {
    id,
    tenant_id,
    request_id: request.id,
    check(received) {
      checkTenant(principal, ownMember(received, 'tenant_id'), ownMember(received, 'env'));
      keep(received.text ?? '');
    },
  };
}

/** Only on this machine the name that the client used is believed: it could be anybody's. */
function addressOf({ public_url }: HallParts, { hostname, host, protocol }: FastifyRequest): string {
  if (public_url !== undefined) return public_url.replace(/\/+$/, '');
  if (isLoopback(hostname)) return `${protocol}://${host}`;
  const message = 'This Hall does not know its own address. Its operator sets public_url in server.json.';
  throw new ProblemError('NOT_FOUND', message);
}
