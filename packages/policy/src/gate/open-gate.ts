import { PolicyError } from '../base/policy-error.ts';
import type { PolicySource } from '../base/policy-source.ts';
import { Gate } from './gate.ts';
import type { GateOptions } from './gate-options.ts';
import { loadTested } from './load-tested.ts';
import type { LoadedGate } from './policy-gate.ts';
import { testGate } from './self-test.ts';

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
  for (const each of loaded.unchecked ?? []) log('warn', each);
  const settings = { kind: source.kind, watched: watch ? source.watched : [], load, timeout_ms, log, now };
  return new Gate(settings, loaded.engine);
}
