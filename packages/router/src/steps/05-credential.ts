import { type Denial, deny } from '../evaluation/denial.ts';
import type { AcceptedEvaluation } from '../evaluation/evaluation.ts';

/** Step 5: the credential is valid and this tenant's, where the Hall requires one. */
export function checkCredential({ engine, facts, input }: AcceptedEvaluation): Denial | null {
  if (!engine.settings.require_credential) return null;
  const isValid = facts.credential?.valid === true && facts.credential.tenant_id === input.tenant_id;
  return isValid ? null : deny('DENY_TENANT_CREDENTIAL_INVALID');
}
