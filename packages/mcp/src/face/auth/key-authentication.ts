import type { Role } from '@wcp/spec/hall';
import {
  type Authenticate,
  insufficient,
  invalidToken,
  NO_CREDENTIAL,
  readBearer,
  UNAVAILABLE,
} from './authentication.ts';

/** Whose key it is, as a Hall says it. */
export interface KeyHolder {
  /** `key:<id>`, the same for a key that was rotated. */
  readonly id: string;
  readonly roles: readonly Role[];
  readonly tenant_id: string | null;
}

/** How keys of a Hall authenticate. */
export interface KeyAuthenticationOptions {
  /** Asks the Hall whose key it is: `hall.identity.authenticate`; null for one that does not hold. */
  recognise(authorization: string): Promise<KeyHolder | null>;
  /** Who may use this face: `tenant` for agents (default), `steward` for the tools of stewards. */
  readonly role?: 'tenant' | 'steward';
}

/** What stands for the tenant of a steward, who has none. */
const STEWARDS = '(stewards)';

/**
 * Authenticates by the API keys of a Hall. The tenant is that of the key, whatever a client says of itself.
 *
 * @example
 * import type { Hall } from '@wcp/hall';
 * import { authenticateByKey } from '@wcp/mcp';
 *
 * declare const hall: Hall;
 * const authenticate = authenticateByKey({
 *   recognise: (authorization) => hall.identity.authenticate(authorization, new Date()),
 * });
 * console.log((await authenticate('Bearer wcp_unknown')).ok); // false
 */
export function authenticateByKey({ recognise, role = 'tenant' }: KeyAuthenticationOptions): Authenticate {
  return async (authorization) => {
    if (authorization === undefined) return NO_CREDENTIAL;
    const credential = readBearer(authorization);
    if (credential === null) return invalidToken('The header is not a bearer token.');
    let holder: KeyHolder | null;
    try {
      holder = await recognise(`Bearer ${credential}`);
    } catch {
      return UNAVAILABLE;
    }
    if (holder === null) return invalidToken('The key is unknown, revoked or expired.');
    if (!holder.roles.includes(role)) return insufficient(`This needs a key with the role ${role}.`);
    const tenant_id = role === 'steward' ? STEWARDS : holder.tenant_id;
    if (tenant_id === null) return insufficient('This key belongs to no tenant.');
    return { ok: true, caller: { tenant_id, credential, key_id: holder.id } };
  };
}
