import { type Denial, deny } from '../evaluation/denial.ts';
import type { AcceptedEvaluation } from '../evaluation/evaluation.ts';
import { floorOf } from '../world/settings.ts';

/** Step 4: the environment is open to the tenant, where its floor lists some. */
export function checkTenantEnvironment({ engine: { settings }, input }: AcceptedEvaluation): Denial | null {
  const environments = floorOf(settings.tenant_floors, input.tenant_id)?.environments ?? null;
  return environments?.has(input.env) === false ? deny('DENY_TENANT_ENV_NOT_ALLOWED') : null;
}
