import type { AuthenticationFailure } from '../authentication.ts';
import { hasRole } from '../principal.ts';
import type { CredentialReading } from './verify-credential.ts';

/** What a Hall observed of a request's `tenant_credential` (section 4.4). */
export interface CredentialFact {
  readonly valid: boolean;
  /** Whose credential it is; null where it does not hold. */
  readonly tenant_id: string | null;
  /** Why it does not hold; null where it does. */
  readonly reason: AuthenticationFailure | null;
}

/** The fact that a reading gives for the tenant who asks. */
export function credentialFact(reading: CredentialReading, tenant_id: string): CredentialFact {
  if (!reading.ok) return invalid(reading.reason);
  const { principal } = reading.credential;
  if (principal.tenant_id !== tenant_id) return invalid('TENANT_MISMATCH');
  // Narrowed to another role, a credential does not vouch for what the tenant asks.
  return hasRole(principal, ['tenant'])
    ? { valid: true, tenant_id, reason: null }
    : invalid('ROLE_NOT_GRANTED');
}

function invalid(reason: AuthenticationFailure): CredentialFact {
  return { valid: false, tenant_id: null, reason };
}
