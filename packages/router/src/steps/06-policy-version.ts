import { type Denial, deny } from '../evaluation/denial.ts';
import type { AcceptedEvaluation } from '../evaluation/evaluation.ts';

/** Step 6: the policy version is the one that the caller expects, where the caller names one. */
export function checkPolicyVersion({ engine: { settings }, input }: AcceptedEvaluation): Denial | null {
  if (input.policy_version === null || input.policy_version === settings.policy_version) return null;
  return deny('DENY_POLICY_VERSION_MISMATCH', { expected: settings.policy_version });
}
