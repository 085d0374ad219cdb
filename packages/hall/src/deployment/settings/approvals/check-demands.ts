import type { ApprovalDemand } from '../../../approval/demand/approval-demand.ts';
import { DeploymentError, type DeploymentFinding } from '../../deployment-error.ts';
import type { DeploymentDocuments } from '../../documents.ts';
import { serverFinding } from '../server-file.ts';
import type { DeploymentApprovals } from './read-approvals.ts';

/**
 * Stops the start where a demand names a rule that is not there: a misspelt one would demand nothing, and nobody would
 * notice.
 *
 * @throws {DeploymentError} `NO_SUCH_RULE`
 */
export function checkDemands({ demands }: DeploymentApprovals, documents: DeploymentDocuments): void {
  const findings = missingRules(demands, documents);
  if (findings.length > 0) throw new DeploymentError(findings);
}

/** The demands on rules that are not there. Rules that cannot be read are another finding, and deny everything. */
export function missingRules(
  demands: readonly ApprovalDemand[],
  { rules }: Pick<DeploymentDocuments, 'rules'>,
): readonly DeploymentFinding[] {
  const ids = idsOf(rules);
  if (ids === null) return [];
  return demands.flatMap(({ rule_id }, index): DeploymentFinding[] => {
    if (rule_id === undefined || ids.has(rule_id)) return [];
    const message = `A demand on approvals names the rule ${JSON.stringify(rule_id)}, which is not in rules.json, so it demands nothing. Name one that is there, or leave rule_id out.`;
    return [serverFinding({ path: `/approvals/demands/${index}/rule_id`, code: 'NO_SUCH_RULE', message })];
  });
}

function idsOf(rules: unknown): ReadonlySet<unknown> | null {
  const list = Array.isArray(rules) ? rules : (rules as { rules?: unknown } | null | undefined)?.rules;
  if (!Array.isArray(list)) return null;
  return new Set(list.map((rule: { rule_id?: unknown } | null) => rule?.rule_id));
}
