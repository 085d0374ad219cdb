import type { DetailedError, ValidationError } from '@cedar-policy/cedar-wasm/nodejs';
import { checkId } from '@wcp/spec';
import type { PolicyFinding } from '../../base/policy-finding.ts';
import type { Cedar } from '../engine-package.ts';
import { cedarSchema, DISPATCH, isCatalogued, schemaOf } from '../request/schema.ts';
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
  return validateWith(cedar, policies, schemaFor(policies, known));
}

/** See {@link validatePolicies}. */
export function validateWith(
  cedar: Cedar,
  policies: readonly CedarPolicy[],
  schema: string,
): PolicyFinding[] {
  const staticPolicies = Object.fromEntries(policies.map(({ id, text }) => [id, text]));
  const answer = cedar.validate({ schema, policies: { staticPolicies } });
  if (answer.type === 'failure') {
    return answer.errors.map(({ message }) => findingOf(undefined, message, null, undefined));
  }
  const errorsOf = byPolicy(answer.validationErrors);
  const warningsOf = byPolicy(answer.validationWarnings);
  const findings = policies.flatMap((policy) => {
    // What is wrong with a policy is also why it can never apply.
    const found = errorsOf.get(policy.id) ?? warningsOf.get(policy.id)?.slice(0, 1) ?? [];
    return found.map(({ error }) => asFinding(policy, error));
  });
  return [...firstOfEach(findings), ...policies.flatMap(valueFindings)];
}

function byPolicy(found: readonly ValidationError[]): ReadonlyMap<string, ValidationError[]> {
  const groups = new Map<string, ValidationError[]>();
  for (const each of found) {
    const group = groups.get(each.policyId) ?? [];
    groups.set(each.policyId, group);
    group.push(each);
  }
  return groups;
}

/** A capability that no policy names, for all of them: the gate asks about each in the same form. */
const ANY_OTHER = 'cap.wcp.any-other';

/**
 * The schema that shows what is wrong with policies. A policy is validated once for each capability, and is as right or
 * wrong for any that no policy names: one stands for them all. Where a name is unknown, the schema has all that are
 * known, so that the engine can say which was meant.
 */
function schemaFor(policies: readonly CedarPolicy[], known: readonly string[] | null): string {
  const named = [...new Set(policies.flatMap(({ json }) => actionsIn(json)))].filter((id) => id !== DISPATCH);
  const others = new Set(known ?? named.filter(isPrivate));
  const isKnown = named.every((id) => isCatalogued(id) || others.has(id));
  return isKnown ? schemaOf([...named, ANY_OTHER]) : cedarSchema([...others]);
}

/** A capability in a private namespace that a policy names is taken to exist. */
function isPrivate(id: string): boolean {
  return checkId(id, 'capability').valid && checkId(id).kind === 'private';
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
