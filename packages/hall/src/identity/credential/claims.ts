import { ROLES, type Role } from '@wcp/spec/hall';
import type { AuthenticationFailure } from '../authentication.ts';
import type { Principal } from '../principal.ts';
import type { Issuer } from './issuer.ts';

/** The claims of a credential whose signature is the issuer's; their values may be anything. */
export type Claims = Readonly<Record<string, unknown>>;

/** What a Hall reads from a credential, and when it expires (seconds since 1970). */
export interface Credential {
  readonly principal: Principal;
  readonly expires: number;
  /** The claims that a Hall knows, and the key that signed them: what may be kept of the credential. */
  readonly verified: VerifiedClaims;
}

/** The claims of a credential that were verified, with the public key that signed them. */
export interface VerifiedClaims {
  readonly key: string;
  readonly claims: Claims;
}

/** What a Hall keeps of the claims; an issuer's own may hold what it should not know. */
const KEPT_CLAIMS = ['iss', 'sub', 'tenant_id', 'authority', 'roles', 'iat', 'nbf', 'exp'] as const;

interface ClaimCheck {
  readonly reason: AuthenticationFailure;
  readonly holds: (claims: Claims, issuer: Issuer) => boolean;
}

/** The longest life of a credential, in seconds. */
export const MAX_LIFE = 86_400;
const SUBJECT = /^[^\p{C}\p{Zl}\p{Zp}]{1,256}$/u;

/** What is checked of a credential beside what the library checks, in this order. */
const CHECKS: readonly ClaimCheck[] = [
  { reason: 'CLAIM_INVALID', holds: ({ sub }) => typeof sub === 'string' && SUBJECT.test(sub) },
  { reason: 'LIFETIME_TOO_LONG', holds: ({ exp, iat }) => Number(exp) - Number(iat) <= MAX_LIFE },
  { reason: 'CLAIM_INVALID', holds: ({ roles }) => roles === undefined || isRoles(roles) },
  { reason: 'ROLE_NOT_GRANTED', holds: areGranted },
  { reason: 'TENANT_MISMATCH', holds: agrees('tenant_id') },
  { reason: 'AUTHORITY_MISMATCH', holds: agrees('authority') },
];

/** The first check that the claims of a signed credential fail; null where they pass. */
export function failureOf(claims: Claims, issuer: Issuer): AuthenticationFailure | null {
  return CHECKS.find(({ holds }) => !holds(claims, issuer))?.reason ?? null;
}

/** The credential of claims that passed every check. */
export function credentialOf(claims: Claims, issuer: Issuer, key: string): Credential {
  const { tenant_id, authority } = issuer;
  const roles = Object.freeze([...rolesOf(claims, issuer)]);
  const id = `${sourceOf(issuer)}:${String(claims['sub'])}`;
  const principal = Object.freeze({ id, roles, tenant_id, authority });
  const kept = KEPT_CLAIMS.filter((name) => claims[name] !== undefined).map((name) => [name, claims[name]]);
  const verified = { key, claims: Object.fromEntries(kept) as Claims };
  return { principal, expires: Number(claims['exp']), verified };
}

/** An issuer in a principal's id, with its colons escaped: two subjects never get the same id. */
export function sourceOf({ issuer }: Issuer): string {
  return `jwt:${issuer.replaceAll(':', '%3A')}`;
}

function isRoles(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0 && value.every((role) => typeof role === 'string');
}

function rolesOf({ roles }: Claims, issuer: Issuer): readonly Role[] {
  return roles === undefined
    ? issuer.roles
    : ROLES.filter((role) => (roles as readonly unknown[]).includes(role));
}

function areGranted({ roles }: Claims, issuer: Issuer): boolean {
  return roles === undefined || (roles as Role[]).every((role) => issuer.roles.includes(role));
}

/** A claim that is present must equal what the issuer stands for; null is a value as well. */
function agrees(member: 'tenant_id' | 'authority'): ClaimCheck['holds'] {
  return (claims, issuer) => claims[member] === undefined || claims[member] === issuer[member];
}
