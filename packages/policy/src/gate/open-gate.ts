import { PolicyError } from '../base/policy-error.ts';
import type { PolicyLoading, PolicySource } from '../base/policy-source.ts';
import { Gate } from './gate.ts';
import type { GateOptions } from './gate-options.ts';
import type { LoadedGate } from './policy-gate.ts';
import { testEngine, testGate } from './self-test.ts';

/**
 * Loads policies, tests the gate that they make, and opens it.
 *
 * @throws {PolicyError} with every finding, where policies are broken or the test fails
 * @example
 * import { openGate } from '@wcp/policy';
 * import { cedarPolicies } from '@wcp/policy/cedar';
 *
 * const gate = await openGate(cedarPolicies({ path: 'policies' }));
 * console.log(gate.kind, gate.policy_version);
 * await gate.close();
 */
export async function openGate(source: PolicySource, options: GateOptions = {}): Promise<LoadedGate> {
  const { timeout_ms = 1_000, watch = false, log = () => {}, now = Date.now } = options;
  const failed = await testGate();
  if (failed !== null) throw new PolicyError([failed]);
  const load = () => loadTested(source, timeout_ms);
  const loaded = await load();
  if (!loaded.ok) throw new PolicyError(loaded.findings);
  const settings = { kind: source.kind, watched: watch ? source.watched : [], load, timeout_ms, log, now };
  return new Gate(settings, loaded.engine);
}

async function loadTested(source: PolicySource, timeout_ms: number): Promise<PolicyLoading> {
  const loading = await source.load().catch(loadingFailed);
  if (!loading.ok) return loading;
  const finding = await testEngine(loading.engine, timeout_ms);
  if (finding === null) return loading;
  await loading.engine.close?.();
  return { ok: false, findings: [finding] };
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
