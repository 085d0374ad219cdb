import type { TSchema } from 'typebox';
import { escapeText } from '../../base/text.ts';

/** The JSON Schema keywords that the wire's schemas use. */
export interface Keywords {
  readonly type?: string;
  readonly anyOf?: readonly Keywords[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly items?: Keywords;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly uniqueItems?: boolean;
  readonly properties?: Readonly<Record<string, Keywords>>;
  readonly required?: readonly string[];
  readonly minProperties?: number;
  readonly propertyNames?: Keywords;
  readonly additionalProperties?: boolean | Keywords;
  /** An id of this kind, which is read into its canonical spelling (R2). */
  readonly 'x-wcp-id'?: string;
  /** A hash, which is read with its prefix (R8). */
  readonly 'x-wcp-hash'?: boolean;
  /** An object whose unlisted members are kept with a warning. */
  readonly 'x-wcp-open'?: boolean;
}

const KNOWN = new WeakMap<TSchema, Keywords>();

/** The keywords of a schema, without prototypes: a polluted `Object.prototype` adds no keyword. */
export function keywordsOf(schema: TSchema): Keywords {
  const known = KNOWN.get(schema);
  if (known !== undefined) return known;
  const keywords = withoutPrototype(schema) as Keywords;
  KNOWN.set(schema, keywords);
  return keywords;
}

function withoutPrototype(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutPrototype);
  if (typeof value !== 'object' || value === null) return value;
  const copy: Record<string, unknown> = Object.create(null);
  for (const [name, member] of Object.entries(value)) copy[name] = withoutPrototype(member);
  return copy;
}

const WORDS: ReadonlyMap<string | undefined, string> = new Map([
  ['object', 'an object'],
  ['array', 'a list'],
  ['string', 'a text'],
  ['integer', 'an integer'],
  ['number', 'a number'],
  ['boolean', 'true or false'],
  ['null', 'null'],
]);
const BOUNDS = [
  ['minimum', 'from'],
  ['maximum', 'to'],
  ['minLength', 'with a length from'],
  ['maxLength', 'to'],
] as const;

/** What a value must be, in words. */
export function describe(schema: Keywords): string {
  if (schema['x-wcp-id'] !== undefined) return `an id of kind ${schema['x-wcp-id']}`;
  if (schema['x-wcp-hash'] === true) return 'a hash: sha256: and 64 lower-case hexadecimal digits';
  if (schema.enum !== undefined) return `one of ${schema.enum.join(', ')}`;
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.pattern !== undefined) return `a text like ${shownPattern(schema.pattern)}`;
  if (schema.required !== undefined) return `an object with ${schema.required.join(', ')}`;
  const bounds = BOUNDS.flatMap(([name, word]) => (schema[name] === undefined ? [] : [word, schema[name]]));
  return [WORDS.get(schema.type), ...bounds].join(' ');
}

const SURROGATE = /\p{Surrogate}/gu;

/** A pattern may name characters that no message holds as they are: those of WCP-3-64, and lone surrogates. */
function shownPattern(pattern: string): string {
  return escapeText(pattern).replace(SURROGATE, (half) => `\\u${half.charCodeAt(0).toString(16)}`);
}
