import { catalog } from '@wcp/spec/catalog';
import { compareText } from '@wcp/spec/json';
import {
  type CedarMember,
  CONTEXT_MEMBERS,
  ENUMERATIONS,
  ENVELOPE_TYPES,
  PRIVILEGE_CONTEXT,
  WORKER_MEMBERS,
} from './members.ts';

/** The group of all actions: `action in Action::"dispatch"` is every dispatch. */
export const DISPATCH = 'dispatch';

/** The ids of the catalog's capabilities. */
const CATALOGUED = catalog.entities.filter(({ type }) => type === 'capability').map(({ id }) => id);

/**
 * The Cedar schema of a gate: what policies may say about a request of step 13. Editors and the Cedar CLI read it.
 *
 * @param capabilities beside those of the catalog, such as those of an organisation
 * @example
 * import { writeFileSync } from 'node:fs';
 * import { cedarSchema } from '@wcp/policy/cedar';
 *
 * writeFileSync('wcp.cedarschema', cedarSchema(['org.example.cap.greet']));
 */
export function cedarSchema(capabilities: readonly string[] = []): string {
  return schemaOf([...CATALOGUED, ...capabilities]);
}

/** The schema of a gate that is asked about these capabilities alone. */
export function schemaOf(capabilities: readonly string[]): string {
  const ids = [...new Set(capabilities)].sort(compareText);
  return [
    '// What a policy gate of the Worker Class Protocol asks about (section 5, step 13).',
    'entity Tenant;',
    '// The members of privilege_context: a text is itself, anything else its JSON.',
    `entity ${PRIVILEGE_CONTEXT.type} tags String;`,
    `type PrivilegeEnvelope = ${record(Object.entries(ENVELOPE_TYPES))};`,
    `entity Worker ${record(WORKER_MEMBERS.map(typed))};`,
    `type Request = ${record(CONTEXT_MEMBERS.map(typed))};`,
    '// Every dispatch is in this group; the action of one is its capability.',
    `action ${JSON.stringify(DISPATCH)};`,
    `action ${ids.map((id) => JSON.stringify(id)).join(',\n  ')}`,
    `  in [${JSON.stringify(DISPATCH)}]`,
    '  appliesTo { principal: [Tenant], resource: [Worker], context: Request };',
    '',
  ].join('\n');
}

/** Whether the catalog has a capability. */
export function isCatalogued(capability: string): boolean {
  return CATALOGUED.includes(capability);
}

function typed({ name, type }: CedarMember): [string, string] {
  return [name, type];
}

function record(members: readonly (readonly [string, string])[]): string {
  return `{\n${members.map(line).join('')}}`;
}

function line([name, type]: readonly [string, string]): string {
  const values = ENUMERATIONS[name];
  const comment =
    values === undefined ? '' : ` // ${values.map((value) => JSON.stringify(value)).join(', ')}`;
  return `  ${name}: ${type},${comment}\n`;
}
