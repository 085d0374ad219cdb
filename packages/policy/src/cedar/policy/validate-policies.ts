import type { DetailedError } from '@cedar-policy/cedar-wasm/nodejs';
import { checkId } from '@wcp/spec';
import type { PolicyFinding } from '../../base/policy-finding.ts';
import type { Cedar } from '../engine-package.ts';
import { cedarSchema, DISPATCH, isCatalogued } from '../request/schema.ts';
import type { CedarPolicy } from './cedar-policy.ts';
import { sentence } from './read-policies.ts';
import { lineAtByte } from './source-text.ts';
import { valueFindings } from './value-findings.ts';

/**
 * Validates policies strictly against the schema of a gate. A warning is a finding as well: a policy that can never apply
 * is one that somebody relies on in vain.
 *
 * @param known capabilities beside the catalog's; null where they are not known: then any of an organisation passes
 */
export function validatePolicies(
  cedar: Cedar,
  policies: readonly CedarPolicy[],
  known: readonly string[] | null,
): PolicyFinding[] {
  const schema = cedarSchema(known ?? privateCapabilities(policies));
  const staticPolicies = Object.fromEntries(policies.map(({ id, text }) => [id, text]));
  const answer = cedar.validate({ schema, policies: { staticPolicies } });
  if (answer.type === 'failure') {
    return answer.errors.map(({ message }) => findingOf(undefined, message, null, undefined));
  }
  const findings = policies.flatMap((policy) => {
    const errors = answer.validationErrors.filter(({ policyId }) => policyId === policy.id);
    // What is wrong with a policy is also why it can never apply.
    const warnings = answer.validationWarnings.filter(({ policyId }) => policyId === policy.id).slice(0, 1);
    return (errors.length > 0 ? errors : warnings).map(({ error }) => asFinding(policy, error));
  });
  return [...firstOfEach(findings), ...policies.flatMap(valueFindings)];
}

/** A capability in a private namespace that a policy names is taken to exist. */
function privateCapabilities(policies: readonly CedarPolicy[]): string[] {
  return policies
    .flatMap(({ json }) => actionsIn(json))
    .filter((id) => id !== DISPATCH && !isCatalogued(id))
    .filter((id) => checkId(id, 'capability').valid && checkId(id).kind === 'private');
}

/** The ids of the actions that a policy names, wherever in it. */
function actionsIn(json: unknown): string[] {
  if (typeof json !== 'object' || json === null) return [];
  const { type, id } = json as Readonly<Record<string, unknown>>;
  const own = type === 'Action' && typeof id === 'string' ? [id] : [];
  return [...own, ...Object.values(json).flatMap(actionsIn)];
}

function asFinding(policy: CedarPolicy, error: DetailedError): PolicyFinding {
  return findingOf(policy, error.message, error.help, error.sourceLocations?.[0]?.start);
}

function findingOf(
  policy: CedarPolicy | undefined,
  message: string,
  help: string | null,
  start: number | undefined,
): PolicyFinding {
  const within = policy === undefined || start === undefined ? 0 : lineAtByte(policy.text, start) - 1;
  return {
    file: policy?.file ?? null,
    line: policy === undefined ? null : policy.line + within,
    code: 'POLICY_INVALID',
    message: sentence(message.replace(/^for policy `.*?`, /s, '')),
    remedy: sentence(help ?? remedyOf(message)),
  };
}

/** The engine says the same once for each action. */
function firstOfEach(findings: readonly PolicyFinding[]): PolicyFinding[] {
  const seen = new Set<string>();
  return findings.filter(({ file, line, message }) => {
    const key = `${file}:${line}:${message.replace(/ (?:in|for) .*Action::.*/s, '')}`;
    return !seen.has(key) && seen.add(key);
  });
}

function remedyOf(message: string): string {
  return message.includes('unrecognized action')
    ? 'Name a capability of the catalog, or one that a rule of the Hall names'
    : 'Compare it with the schema, which `wcp rules schema` prints';
}
