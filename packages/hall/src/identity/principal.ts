import type { Role } from '@wcp/spec/hall';

/** An authenticated caller. */
export interface Principal {
  /**
   * The key or the credential's subject: `key:<id>` (a rotated key keeps the id of the first),
   * `jwt:<issuer>:<subject>` (a colon in the issuer is written `%3A`), `anonymous`.
   */
  readonly id: string;
  readonly roles: readonly Role[];
  /**
   * The tenant that a `tenant` acts for, else null. A credential narrowed to other roles keeps it: whoever belongs
   * to a tenant must not resolve that tenant's requests.
   */
  readonly tenant_id: string | null;
  /** The authority that a `worker-owner` or a `worker` acts for, else null. */
  readonly authority: string | null;
}

/** Whether a principal has at least one of the roles. */
export function hasRole({ roles }: Principal, wanted: readonly Role[]): boolean {
  return roles.some((role) => wanted.includes(role));
}

/** The principal of the program that embeds a Hall. */
export const OPERATOR: Principal = { id: 'operator', roles: ['admin'], tenant_id: null, authority: null };
