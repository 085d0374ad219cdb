import type { HallConfig } from '@wcp/spec';
import { makesDemand } from '@wcp/spec/document';
import type { HallWorld } from '../world/hall-world.ts';

/** A compliance level (section 11). */
type ComplianceLevel = 'WCP-Basic' | 'WCP-Standard' | 'WCP-Full';

/** Which compliance level a Hall reaches, and what keeps it from a higher one. */
export interface Compliance {
  /** Null where it does not even decide. */
  readonly level: ComplianceLevel | null;
  readonly missing: readonly { readonly level: ComplianceLevel; readonly reason: string }[];
}

/** What the compliance level depends on beside the documents. */
export interface ComplianceState {
  readonly isOpen: boolean;
  readonly isStoring: boolean;
  readonly hasGate: boolean;
  /** Whether the program around the Hall offers the tools for approvals over MCP. */
  readonly offersApprovalTools: boolean;
  /** Whether nothing holds some worker to its envelope. */
  readonly runsUncontained: boolean;
}

type Condition = readonly [
  ComplianceLevel,
  (documents: { readonly config: HallConfig; readonly rules: unknown }, state: ComplianceState) => boolean,
  string,
];

/** What each compliance level requires of a Hall in production, beside what this implementation always does. */
const CONDITIONS: readonly Condition[] = [
  ['WCP-Standard', (_, { isStoring }) => isStoring, 'Evidence and telemetry cannot be kept now.'],
  [
    'WCP-Full',
    (_, { isOpen }) => !isOpen,
    'No API key and no issuer is configured: anybody may ask, in dev alone.',
  ],
  [
    'WCP-Full',
    ({ config }) => makesDemand(config, 'require_signatory'),
    'require_signatory is off: any tenant may ask.',
  ],
  [
    'WCP-Full',
    ({ config }) => makesDemand(config, 'require_worker_attestation'),
    'require_worker_attestation is off: changed code would run.',
  ],
  [
    'WCP-Full',
    ({ config }) => makesDemand(config, 'enforce_privilege_envelopes'),
    'enforce_privilege_envelopes is off: what a worker may touch is not checked.',
  ],
  [
    'WCP-Full',
    (_, { runsUncontained }) => !runsUncontained,
    'Workers run uncontained: nothing holds them to their envelopes. `wcp workers list` says which.',
  ],
  [
    'WCP-Full',
    ({ rules }, { hasGate }) => hasGate || !hasGatedRule(rules),
    'Rules ask for a policy gate, and none is configured: what they match is denied.',
  ],
  [
    'WCP-Full',
    (_, { offersApprovalTools }) => offersApprovalTools,
    'The MCP tools wcp.approvals.list, wcp.approval.resolve and wcp.approval.escalate are not offered (WCP-9-5).',
  ],
];

/** Whether a rule asks for the policy gate; the rules are free of errors. */
function hasGatedRule(rules: unknown): boolean {
  const list = (Array.isArray(rules) ? rules : Object(rules).rules) as readonly WrittenRule[] | undefined;
  return (list ?? []).some(({ decision }) => decision.escalation?.policy_gate === true);
}

interface WrittenRule {
  readonly decision: { readonly escalation?: { readonly policy_gate?: boolean } | null };
}

/** The compliance level that a Hall reaches (section 11), and everything that is missing for a higher one. */
export function complianceOf({ world, documents }: HallWorld, state: ComplianceState): Compliance {
  if (world.diagnostics.some(({ level, path }) => level === 'error' && !path.startsWith('/workers'))) {
    return {
      level: null,
      missing: [{ level: 'WCP-Basic', reason: 'The rules or the configuration have errors.' }],
    };
  }
  const written = { config: documents.config as HallConfig, rules: documents.rules };
  const missing = CONDITIONS.filter(([, holds]) => !holds(written, state)).map(([level, , reason]) => ({
    level,
    reason,
  }));
  const lacks = (level: ComplianceLevel) => missing.some((condition) => condition.level === level);
  if (lacks('WCP-Standard')) return { level: 'WCP-Basic', missing };
  return { level: lacks('WCP-Full') ? 'WCP-Standard' : 'WCP-Full', missing };
}
