import { sortedJson } from '../fixtures/sorted-json.ts';
import { isObject } from './read-answer.ts';

/** The keywords of a JSON Schema that say which lists are sets. */
interface SchemaNode {
  readonly uniqueItems?: unknown;
  readonly items?: unknown;
  readonly properties?: unknown;
  readonly anyOf?: unknown;
}

/** Texts of messages are never compared (WCP-11-42). */
const NOT_COMPARED = 'message';

/**
 * A copy of `value` as answers are compared: without texts of messages, and with every list that
 * `schema` calls a set (`uniqueItems`) in one order (WCP-11-41, WCP-11-42).
 */
export function comparable(value: unknown, schema: unknown): unknown {
  return copy(value, alternatives(schema));
}

function copy(value: unknown, nodes: readonly SchemaNode[]): unknown {
  if (Array.isArray(value)) return copyList(value, nodes);
  if (!isObject(value)) return value;
  const kept = Object.entries(value).filter(([name]) => name !== NOT_COMPARED);
  return Object.fromEntries(kept.map(([name, member]) => [name, copy(member, memberNodes(nodes, name))]));
}

function copyList(list: readonly unknown[], nodes: readonly SchemaNode[]): unknown[] {
  const itemNodes = nodes.flatMap(({ items }) => alternatives(items));
  const items = list.map((item) => copy(item, itemNodes));
  if (!nodes.some(({ uniqueItems }) => uniqueItems === true)) return items;
  const keyed = items.map((item) => ({ item, key: sortedJson(item) }));
  return keyed.sort((a, b) => (a.key < b.key ? -1 : 1)).map(({ item }) => item);
}

function memberNodes(nodes: readonly SchemaNode[], name: string): SchemaNode[] {
  return nodes.flatMap(({ properties }) =>
    isObject(properties) && Object.hasOwn(properties, name) ? alternatives(properties[name]) : [],
  );
}

/** A schema itself, or all that a union allows. */
function alternatives(schema: unknown): SchemaNode[] {
  if (!isObject(schema)) return [];
  const node: SchemaNode = schema;
  return Array.isArray(node.anyOf) ? node.anyOf.flatMap(alternatives) : [node];
}
