import { type Denial, deny } from '../evaluation/denial.ts';
import type { AcceptedEvaluation } from '../evaluation/evaluation.ts';

/** Step 4: the tenant is a signatory, where the Hall requires one. */
export function checkSignatory({ engine: { settings }, input }: AcceptedEvaluation): Denial | null {
  if (!settings.require_signatory || settings.allowed_tenants.has(input.tenant_id)) return null;
  return deny('DENY_UNKNOWN_TENANT', { tenant_id: settings.redact_tenant ? null : input.tenant_id });
}
