import type { PolicySource } from '../base/policy-source.ts';
import type { GateOptions } from './gate-options.ts';
import type { LoadedGate } from './policy-gate.ts';

/**
 * Loads policies, tests the gate that they make, and opens it.
 *
 * @throws {PolicyError} with every finding, where policies are broken or the test fails
 */
export async function openGate(source: PolicySource, options: GateOptions = {}): Promise<LoadedGate> {
  const { timeout_ms = 1_000, now = Date.now } = options;
  void [source, timeout_ms, now];
  throw new Error('scaffold');
}
