import { type Operation, OVERSEERS } from '@wcp/spec/hall';
import type { FastifyRequest } from 'fastify';
import { ProblemError } from '../base/problem.ts';
import { hasRole, type Principal } from '../identity/principal.ts';
import type { HallParts } from './hall-parts.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Who may call the route; nobody where it is absent. */
    access?: Operation['access'];
  }
  interface FastifyRequest {
    /** Who calls; null without a valid key. */
    principal: Principal | null;
  }
}

/** While a Hall has no key at all, everybody may try it out in `dev`, and read. */
const ANONYMOUS: Principal = {
  id: 'anonymous',
  roles: ['tenant', 'auditor'],
  tenant_id: null,
  authority: null,
};

/** Authenticates the caller; {@link checkAccess} decides what that allows. */
export function recognise(parts: HallParts): (request: FastifyRequest) => Promise<void> {
  return async (request) => {
    request.principal = await currentPrincipal(parts, request);
  };
}

/** The caller as of now: a key may have been revoked since a long answer began. */
export async function currentPrincipal(
  { identity, clock }: HallParts,
  { headers: { authorization }, hostname }: FastifyRequest,
): Promise<Principal | null> {
  const principal = await identity.authenticate(authorization, new Date(timeFor(clock)));
  const isOpen = identity.isOpen && authorization === undefined && isLoopback(hostname);
  return principal ?? (isOpen ? ANONYMOUS : null);
}

/** Whether a name is one of this machine's own: a web page elsewhere could point any other here. */
export function isLoopback(hostname: string): boolean {
  return LOOPBACK.test(hostname);
}

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[?::1\]?)$/i;

/** Refuses a caller without permission. A route that says nothing of access is closed; a path without a route is not found. */
export async function checkAccess(request: FastifyRequest): Promise<void> {
  const access = request.routeOptions.config.access ?? [];
  if (typeof access === 'string' || request.is404) return;
  const principal = principalOf(request);
  if (hasRole(principal, access)) return;
  const needed = access.join(' or ');
  throw new ProblemError(
    'FORBIDDEN',
    `This needs the role ${needed}; you have ${principal.roles.join(', ')}.`,
  );
}

/** The caller of a route that needs a key. */
export function principalOf(request: FastifyRequest): Principal {
  if (request.principal !== null) return request.principal;
  throw new ProblemError('UNAUTHENTICATED', 'Send a valid key: `Authorization: Bearer wcp_…`.');
}

/** The one tenant whose records a caller may see; null for all. */
export function visibleTenant(principal: Principal): string | null {
  return hasRole(principal, OVERSEERS) ? null : (principal.tenant_id ?? '');
}

/**
 * A tenant acts for itself alone. What is not text is left to `decide`, which denies it; while the Hall is
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
  throw new ProblemError('TENANT_MISMATCH', `You may act only for ${principal.tenant_id}.`);
}

/** A key is not judged by a clock that went back: what the request then does reports that. */
function timeFor(clock: HallParts['clock']): number {
  try {
    return clock.now();
  } catch {
    return Date.now();
  }
}
