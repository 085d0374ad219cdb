/** What somebody may do at a Hall. */
export const ROLES = ['tenant', 'worker-owner', 'steward', 'auditor', 'admin'] as const;
/** One of {@link ROLES}. */
export type Role = (typeof ROLES)[number];

/** Somebody who was recognised. */
export interface Principal {
  /** Names the key or the credential's subject: `key:<id>`, `jwt:<issuer>:<subject>`, `anonymous`. */
  readonly id: string;
  readonly roles: readonly Role[];
  /** The tenant that a `tenant` speaks for; null for others. */
  readonly tenant_id: string | null;
  /** The authority that a `worker-owner` speaks for; null for others. */
  readonly authority: string | null;
}

/** Whether a principal has at least one of the roles. */
export function hasRole({ roles }: Principal, wanted: readonly Role[]): boolean {
  return roles.some((role) => wanted.includes(role));
}
