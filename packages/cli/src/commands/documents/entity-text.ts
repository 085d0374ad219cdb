import type { CatalogEntity, EntityType } from '@wcp/spec/catalog';
import type { Colours } from '../../base/terminal.ts';
import { count, padColumns, rows, valueText } from '../../print/layout.ts';
import { alignColumns } from '../../print/table.ts';

/** The types of entity, in the order in which people meet them. */
export const ENTITY_TYPES: readonly { readonly type: EntityType; readonly title: string }[] = [
  { type: 'capability', title: 'Capabilities: what a request asks for' },
  { type: 'worker_species', title: 'Worker species: kinds of worker' },
  { type: 'control', title: 'Controls: safeguards that a worker implements' },
  { type: 'profile', title: 'Profiles: named security postures' },
  { type: 'policy', title: 'Policies: rules of the policy gate' },
  { type: 'event', title: 'Events: telemetry' },
];

const HEAD = new Set(['id', 'type', 'name', 'description']);

/** One entity with all its members. */
export function entityText(entity: CatalogEntity, colours: Colours): string {
  const rest = Object.entries(entity).filter(([name]) => !HEAD.has(name));
  const described = rest.map(([name, value]) => [name.replaceAll('_', ' '), memberText(value)] as const);
  const head = `${colours.bold(entity.id)}  ${entity.name} (${entity.type.replaceAll('_', ' ')})\n`;
  return `${head}${rows([['description', entity.description], ...described], 2, colours.dim)}`;
}

function memberText(value: unknown): string | null {
  if (Array.isArray(value)) return value.length === 0 ? null : value.map(valueText).join(', ');
  if (typeof value !== 'object' || value === null) return valueText(value);
  const members = Object.entries(value).map(([name, member]) => `${name} ${valueText(member)}`);
  return members.length === 0 ? null : members.join(', ');
}

/** Entities, one per line. */
export function listText(entities: readonly CatalogEntity[], { bold }: Colours): string {
  const lines = alignColumns(entities.map(({ id, name }) => [bold(id), name]));
  return lines.map((line) => `${line}\n`).join('');
}

/** The catalog as a tree: kind, domain, entity. */
export function treeText(entities: readonly CatalogEntity[], colours: Colours): string {
  return ENTITY_TYPES.map(({ type, title }) => {
    const members = entities.filter((entity) => entity.type === type);
    return `${colours.bold(title)} (${members.length})\n${branchText(members)}`;
  }).join('\n');
}

/** Wide enough for most ids, so that the names of all domains line up. */
const ID_WIDTH = 44;

function branchText(members: readonly CatalogEntity[]): string {
  const domains = [...new Set(members.map(domainOf))];
  return domains
    .map((domain) => {
      const leaves = members.filter((entity) => domainOf(entity) === domain);
      const lines = leaves.map(({ id, name }) => `    ${padColumns(id, ID_WIDTH)} ${name}\n`);
      return `  ${domain}: ${count(leaves.length, 'entry', 'entries')}\n${lines.join('')}`;
    })
    .join('');
}

function domainOf({ id }: CatalogEntity): string {
  return id.split('.').slice(0, 2).join('.');
}
