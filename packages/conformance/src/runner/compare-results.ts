import { OPERATIONS, type OperationName } from '../fixtures/operations.ts';
import { sortedJson } from '../fixtures/sorted-json.ts';
import { isObject, type Members } from '../protocol/message.ts';
import type { Difference } from './verdict.ts';

const MAX_DIFFERENCES = 20;
/** Messages are never compared (WCP-11-42). */
const NOT_COMPARED = 'message';

/**
 * The differences between a result and what a case expects: the members that the expectation lists at its
 * top level must be equal, others are ignored; nested values must be equal as a whole (WCP-11-40). Arrays
 * that the schema calls sets (`uniqueItems`) compare as sets (WCP-11-41), messages not at all.
 */
export function compareResult(op: OperationName, expected: Members, got: Members): readonly Difference[] {
  const { sets } = OPERATIONS[op];
  const listed = Object.fromEntries(Object.entries(got).filter(([name]) => Object.hasOwn(expected, name)));
  return differences(comparable(expected, sets), comparable(listed, sets));
}

/** The differences between two results of one operation, in any member. */
export function compareResults(op: OperationName, first: Members, second: Members): readonly Difference[] {
  const { sets } = OPERATIONS[op];
  return differences(comparable(first, sets), comparable(second, sets));
}

function differences(expected: unknown, got: unknown): Difference[] {
  const found: Difference[] = [];
  walk(expected, got, '', found);
  return found.slice(0, MAX_DIFFERENCES);
}

function walk(expected: unknown, got: unknown, path: string, found: Difference[]): void {
  if (isObject(expected) && isObject(got)) walkMembers(expected, got, path, found);
  else if (Array.isArray(expected) && Array.isArray(got) && expected.length === got.length) {
    for (const [index, item] of expected.entries()) walk(item, got[index], `${path}/${index}`, found);
  } else if (expected !== got) found.push({ path, expected, got });
}

function walkMembers(expected: Members, got: Members, path: string, found: Difference[]): void {
  for (const name of [...new Set([...Object.keys(expected), ...Object.keys(got)])].sort()) {
    const place = `${path}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    if (!Object.hasOwn(got, name)) found.push({ path: place, expected: expected[name] });
    else if (!Object.hasOwn(expected, name)) found.push({ path: place, got: got[name] });
    else walk(expected[name], got[name], place, found);
  }
}

/** The keywords of a JSON Schema that say which arrays are sets. */
interface SchemaNode {
  readonly uniqueItems?: unknown;
  readonly items?: unknown;
  readonly properties?: unknown;
  readonly anyOf?: unknown;
}

/** A copy of `value` without messages, and with every array that `schema` calls a set in one order. */
function comparable(value: unknown, schema: unknown): unknown {
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

/** The schema itself, or every branch of a union. */
function alternatives(schema: unknown): SchemaNode[] {
  if (!isObject(schema)) return [];
  const node: SchemaNode = schema;
  return Array.isArray(node.anyOf) ? node.anyOf.flatMap(alternatives) : [node];
}
