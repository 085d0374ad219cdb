import type { AuthenticationFailure } from '../authentication.ts';
import { hasRole } from '../principal.ts';
import type { CredentialReading } from './verify-credential.ts';

/** The `tenant_credential` of a request that is to be judged. */
export interface TenantCredential {
  /** What stands in its place in the request: its hash. */
  readonly sealed: string;
  /** The credential itself; null for a request that was kept. */
  readonly text: string | null;
  readonly tenant_id: string;
}

/** What a Hall observed of a request's `tenant_credential` (section 4.4). */
export interface CredentialFact {
  readonly valid: boolean;
  /** The tenant of the credential; null where it is not valid. */
  readonly tenant_id: string | null;
  /** Why it is not valid; null where it is. */
  readonly reason: AuthenticationFailure | null;
}

/** The fact about a credential for the tenant of the request. */
export function credentialFact(reading: CredentialReading, tenant_id: string): CredentialFact {
  if (!reading.ok) return invalid(reading.reason);
  const { principal } = reading.credential;
  if (principal.tenant_id !== tenant_id) return invalid('TENANT_MISMATCH');
  // A credential narrowed to another role does not vouch for the tenant's requests.
  return hasRole(principal, ['tenant'])
    ? { valid: true, tenant_id, reason: null }
    : invalid('ROLE_NOT_GRANTED');
}

function invalid(reason: AuthenticationFailure): CredentialFact {
  return { valid: false, tenant_id: null, reason };
}
