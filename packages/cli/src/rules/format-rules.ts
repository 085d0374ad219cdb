import { RuleSchema } from '@wcp/spec/document';
import { escapeText } from '@wcp/spec/json';

/** The longest line, where it can be broken. */
const WIDTH = 110;
const INDENT = 2;

/**
 * Valid rules in their one form: members in the order of the schema, two spaces, a short value on one line. The order of
 * members and the space between them are all that changes, and neither counts in the digest of a world.
 */
export function formattedRules(rules: unknown): string {
  return `${valueText(inOrder(rules), { margin: 0, column: 0, after: 0 })}\n`;
}

/** Where a value stands: the indent of its line, where it begins on it, and how much must follow it there. */
interface Position {
  readonly margin: number;
  readonly column: number;
  readonly after: number;
}

function valueText(value: unknown, at: Position): string {
  const flat = flatText(value);
  if (typeof value !== 'object' || value === null || flat.length === 2) return flat;
  const isShort = at.column + flat.length + at.after <= WIDTH;
  if (isShort && !isAlwaysOpen(value)) return flat;
  const isList = Array.isArray(value);
  const margin = at.margin + INDENT;
  const parts = Object.entries(value).map(([name, member], index, all) => {
    const label = isList ? '' : `${JSON.stringify(name)}: `;
    const after = index === all.length - 1 ? 0 : 1;
    return `${' '.repeat(margin)}${label}${valueText(member, { margin, column: margin + label.length, after })}`;
  });
  const [open, close] = isList ? '[]' : '{}';
  return `${open}\n${parts.join(',\n')}\n${' '.repeat(at.margin)}${close}`;
}

/** A value on one line. */
function flatText(value: unknown): string {
  if (typeof value !== 'object' || value === null) return scalarText(value);
  if (Array.isArray(value)) return `[${value.map(flatText).join(', ')}]`;
  const members = Object.entries(value).map(
    ([name, member]) => `${JSON.stringify(name)}: ${flatText(member)}`,
  );
  return members.length === 0 ? '{}' : `{ ${members.join(', ')} }`;
}

/** What could control a terminal is escaped; it is the same text to whoever reads the JSON. */
function scalarText(value: unknown): string {
  return JSON.stringify(value).replace(CONTROL_CHARACTERS, escapeText);
}

const CONTROL_CHARACTERS = /[\u007f-\u009f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

/** A document, a rule and its decision are open, so that a change shows as the lines that it changes; so is a table. */
function isAlwaysOpen(value: object): boolean {
  if (Array.isArray(value)) return value.some(isAlwaysOpen) || (value.length > 1 && value.every(isRow));
  return ['rules', 'rule_id', 'candidate_workers_ranked'].some((name) => Object.hasOwn(value, name));
}

function isRow(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length > 1;
}

/** A copy with the members of every object in the order of the schema. */
function inOrder(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(inOrder);
  const names = Object.keys(value).sort((a, b) => placeOf(a) - placeOf(b));
  return Object.fromEntries(names.map((name) => [name, inOrder((value as Record<string, unknown>)[name])]));
}

function placeOf(name: string): number {
  return PLACES.get(name) ?? PLACES.size;
}

/** The names of a schema's members, those of an object together and in their order. */
function namesIn(schema: unknown): string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  const { properties = {}, items, anyOf = [] } = schema as SchemaParts;
  const inside = [...Object.values(properties), items, ...anyOf].flatMap(namesIn);
  return [...Object.keys(properties), ...inside];
}

interface SchemaParts {
  readonly properties?: Readonly<Record<string, unknown>>;
  readonly items?: unknown;
  readonly anyOf?: readonly unknown[];
}

const PLACES: ReadonlyMap<string, number> = new Map(
  [...new Set(namesIn(RuleSchema))].map((name, index) => [name, index]),
);
