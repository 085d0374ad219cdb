import type { FastifyRequest } from 'fastify';
import { ProblemError } from '../base/problem.ts';
import { hasRole, type Principal, type Role } from '../identity/principal.ts';
import type { HallParts } from './hall-parts.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Who may; `public`: everybody. Absent, nobody. */
    access?: readonly Role[] | 'public';
  }
  interface FastifyRequest {
    /** Who asks; on a route that is public perhaps nobody. */
    principal: Principal | null;
  }
}

/** Anybody who was recognised. */
export const ANY_ROLE: readonly Role[] = ['tenant', 'worker-owner', 'steward', 'auditor', 'admin'];
/** Those who see what all tenants did. */
export const OVERSEERS: readonly Role[] = ['steward', 'auditor', 'admin'];
/** A tenant sees its own, overseers see all. */
export const READERS: readonly Role[] = ['tenant', ...OVERSEERS];

/** While a Hall has no key at all, everybody may try it out, in `dev`, and look. */
const ANONYMOUS: Principal = {
  id: 'anonymous',
  roles: ['tenant', 'auditor'],
  tenant_id: null,
  authority: null,
};

/** Recognises who asks: perhaps nobody, whom {@link checkAccess} judges. */
export function recognise(parts: HallParts): (request: FastifyRequest) => Promise<void> {
  return async (request) => {
    request.principal = await currentPrincipal(parts, request);
  };
}

/** Who asks as things are now: a key may have been revoked since a long answer began. */
export async function currentPrincipal(
  { identity, clock }: HallParts,
  { headers: { authorization }, hostname }: FastifyRequest,
): Promise<Principal | null> {
  const principal = await identity.authenticate(authorization, new Date(timeFor(clock)));
  const isOpen = identity.isOpen && authorization === undefined && LOOPBACK.test(hostname);
  return principal ?? (isOpen ? ANONYMOUS : null);
}

/** An open Hall answers to the names of this machine alone: a page elsewhere may point its own name here. */
const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[?::1\]?)$/i;

/** Refuses whoever may not; a route that says nothing of access is closed, one that is none is not found. */
export async function checkAccess(request: FastifyRequest): Promise<void> {
  const access = request.routeOptions.config.access ?? [];
  if (access === 'public' || request.is404) return;
  const principal = principalOf(request);
  if (hasRole(principal, access)) return;
  const needed = access.join(' or ');
  throw new ProblemError(
    'FORBIDDEN',
    `This asks for the role ${needed}; you have ${principal.roles.join(', ')}.`,
  );
}

/** Who asks on a route that is not public. */
export function principalOf(request: FastifyRequest): Principal {
  if (request.principal !== null) return request.principal;
  throw new ProblemError('UNAUTHENTICATED', 'Send a valid key: `Authorization: Bearer wcp_…`.');
}

/** The one tenant whose records somebody may see; null for whoever sees all. */
export function visibleTenant(principal: Principal): string | null {
  return hasRole(principal, OVERSEERS) ? null : (principal.tenant_id ?? '');
}

/**
 * A tenant asks for itself alone. What is no text is left to `decide`, which refuses it; while the Hall is
 * open, everybody may name any tenant, in `dev`.
 */
export function checkTenant(principal: Principal, tenantId: unknown, env: unknown): void {
  if (principal === ANONYMOUS) {
    if (env === 'dev' || typeof env !== 'string') return;
    throw new ProblemError(
      'OPEN_HALL_DEV_ONLY',
      'No key is configured, so only env "dev" is served. Make a key with `wcp keys create`, or start the Hall with `wcp serve`, which makes the first ones.',
    );
  }
  if (typeof tenantId !== 'string' || tenantId === principal.tenant_id) return;
  throw new ProblemError('TENANT_MISMATCH', `You may speak for ${principal.tenant_id} alone.`);
}

/** A key is not judged by a clock that went back: that is told by whatever the request then does. */
function timeFor(clock: HallParts['clock']): number {
  try {
    return clock.now();
  } catch {
    return Date.now();
  }
}
