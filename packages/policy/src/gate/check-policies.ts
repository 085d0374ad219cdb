import type { PolicyFinding } from '../base/policy-finding.ts';
import type { PolicySource } from '../base/policy-source.ts';
import { loadPolicies, loadTested } from './load-tested.ts';

/** What a check of policies found. */
export interface PolicyCheck {
  /** `cedar`, `opa`, `authzen`. */
  readonly kind: string;
  /** What would be in force; null where something is wrong. */
  readonly policy_version: string | null;
  /** Everything that is wrong; empty where a gate would open, as far as was checked. */
  readonly findings: readonly PolicyFinding[];
  /** What was not checked, each as a sentence. */
  readonly unchecked: readonly string[];
}

/** How policies are checked. */
export interface PolicyCheckOptions {
  /** Whether a server of policies may be asked (default false). */
  readonly online?: boolean;
  /** As of a gate (default 1,000). */
  readonly timeout_ms?: number;
}

/**
 * Checks policies as a gate would before it opens, and closes what was loaded. Never rejects.
 *
 * @example
 * import { checkPolicies } from '@wcp/policy';
 * import { opaServer } from '@wcp/policy/opa';
 *
 * const { findings, unchecked } = await checkPolicies(opaServer({ url: 'http://127.0.0.1:8181' }));
 * console.log(findings, unchecked);
 */
export async function checkPolicies(
  source: PolicySource,
  { online = false, timeout_ms = 1_000 }: PolicyCheckOptions = {},
): Promise<PolicyCheck> {
  const { kind, server } = source;
  const isAsked = online || server === undefined;
  const loading = isAsked ? await loadTested(source, timeout_ms) : await loadPolicies(source);
  const unasked = isAsked ? [] : [`The server at ${server} was not asked; --online asks it.`];
  if (!loading.ok) return { kind, policy_version: null, findings: loading.findings, unchecked: unasked };
  const { engine, unchecked = [] } = loading;
  await engine.close?.();
  return { kind, policy_version: engine.policy_version, findings: [], unchecked: [...unasked, ...unchecked] };
}
