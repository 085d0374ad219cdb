import type { PolicyLoading, PolicySource } from '../base/policy-source.ts';
import { testEngine } from './self-test.ts';

/** Loads policies and tests what they make; a server is asked. Never rejects. */
export async function loadTested(source: PolicySource, timeout_ms: number): Promise<PolicyLoading> {
  const loading = await loadPolicies(source);
  if (!loading.ok) return loading;
  const finding = await testEngine(loading.engine, timeout_ms);
  if (finding === null) return loading;
  await loading.engine.close?.();
  return { ok: false, findings: [finding] };
}

/** Loads policies without asking anybody. Never rejects. */
export function loadPolicies(source: PolicySource): Promise<PolicyLoading> {
  return source.load().catch(loadingFailed);
}

/** A source has findings for what is wrong; one that rejects all the same has no policies. */
function loadingFailed(error: unknown): PolicyLoading {
  const message = `The policies cannot be loaded: ${error instanceof Error ? error.message : 'for a reason without words'}.`;
  const remedy = 'Look at the policies that were changed last.';
  return {
    ok: false,
    findings: [{ file: null, line: null, code: 'POLICY_LOADING_FAILED', message, remedy }],
  };
}
