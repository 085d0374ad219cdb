import fc from 'fast-check';

/** As much of a JSON Schema as the OpenAPI document uses. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly Schema[];
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxLength?: number;
  readonly items?: Schema;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
}

/** Words that get a request further than chance would, by the name of a member. */
export type Words = Readonly<Record<string, readonly unknown[]>>;

/** Texts that have broken servers before. */
export const ODD_TEXTS = [
  '',
  ' ',
  '\u0000',
  '__proto__',
  'constructor',
  '../../etc/passwd',
  '%00',
  "' OR 1=1 --",
  '{{7*7}}',
  '\ud800',
  '\u202e',
  '😀',
  'x'.repeat(300),
  '1e999',
  'null',
] as const;

/** Values that pass for others until somebody uses them. */
export const ODD_VALUES: readonly unknown[] = [
  null,
  true,
  -1,
  'x',
  [],
  {},
  { toString: 1 },
  { toString: null, valueOf: null },
  JSON.parse('{"then":1}'),
  { length: -1 },
  { constructor: { prototype: { admin: true } } },
  JSON.parse('{"__proto__":{"admin":true}}'),
  [[[[]]]],
  [null],
];

/** Any text. */
export const anyText = fc.oneof(fc.constantFrom(...ODD_TEXTS), fc.string({ unit: 'binary', maxLength: 40 }));

/** Any JSON, with odd names and numbers in it. */
export const anyJson: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom<unknown>(null, true, 0, -0, -1, 0.1, 2 ** 53, 1e308, 5e-324, [], {}),
    fc.constantFrom(...ODD_VALUES),
    anyText,
    fc.integer(),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(anyText, tie('value'), { maxKeys: 4 }),
  ),
})).value;

/** Values of the form that a schema asks for. */
export function shapedLike(
  schema: Schema,
  schemas: Readonly<Record<string, Schema>>,
  words: Words,
  name = '',
): fc.Arbitrary<unknown> {
  const known = words[name];
  const shaped = shapeOf(schema, schemas, words);
  return known === undefined ? shaped : fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...known) }, shaped);
}

function shapeOf(
  schema: Schema,
  schemas: Readonly<Record<string, Schema>>,
  words: Words,
): fc.Arbitrary<unknown> {
  const { $ref, anyOf, items, properties = {}, required = [] } = schema;
  if ($ref !== undefined) return shapeOf(schemas[$ref.split('/').at(-1) as string] as Schema, schemas, words);
  if (anyOf !== undefined) return fc.oneof(...anyOf.map((one) => shapeOf(one, schemas, words)));
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  if (schema.const !== undefined) return fc.constant(schema.const);
  switch (schema.type) {
    case 'object': {
      const members = Object.entries(properties).map(
        ([name, member]) => [name, shapedLike(member, schemas, words, name)] as const,
      );
      return fc.record(Object.fromEntries(members), { requiredKeys: [...required] });
    }
    case 'array':
      return fc.array(items === undefined ? anyJson : shapeOf(items, schemas, words), { maxLength: 3 });
    case 'string':
      return textLike(schema);
    case 'integer':
    case 'number':
      return fc.integer({ min: schema.minimum ?? -10, max: schema.maximum ?? 1000 });
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    default:
      return anyJson;
  }
}

function textLike({ pattern, maxLength = 60 }: Schema): fc.Arbitrary<string> {
  if (pattern === undefined) return fc.string({ maxLength: Math.min(maxLength, 60) });
  return fc.stringMatching(new RegExp(pattern), { size: 'small' });
}

/** A change of a value: at one of its places, by one of some ways. */
interface Mutation {
  readonly at: number;
  readonly how: 'replace' | 'remove' | 'add' | 'nest';
  readonly value: unknown;
  readonly name: string;
}

const mutation: fc.Arbitrary<Mutation> = fc.record({
  at: fc.nat(),
  how: fc.constantFrom('replace', 'remove', 'add', 'nest'),
  value: fc.oneof(fc.constantFrom(...ODD_VALUES), anyJson),
  name: anyText,
});

/** The same values with up to three changes. */
export function mutated(shaped: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  return fc
    .tuple(shaped, fc.oneof(fc.constant([]), fc.array(mutation, { maxLength: 3 })))
    .map(([value, mutations]) => mutations.reduce(change, structuredClone(value)));
}

function change(root: unknown, { at, how, value: given, name }: Mutation): unknown {
  // Nothing that is drawn is changed: it is drawn again.
  const value: unknown = structuredClone(given);
  const holder = { root };
  const places = placesIn(holder);
  const [object, key] = places[at % places.length] as [Record<string, unknown>, string];
  const found = object[key];
  if (how === 'replace') object[key] = value;
  else if (how === 'nest') object[key] = [found, { [name]: found }];
  else if (how === 'remove' && object !== (holder as unknown)) delete object[key];
  else if (typeof found === 'object' && found !== null) (found as Record<string, unknown>)[name] = value;
  return holder.root;
}

/** Every place of a value that something else may be put in: the object, and the name there. */
function placesIn(holder: object): [object, string][] {
  return Object.entries(holder).flatMap(([key, value]) => [
    [holder, key] as [object, string],
    ...(typeof value === 'object' && value !== null ? placesIn(value) : []),
  ]);
}

/** The same value once for each of its places, with something else put there. */
export function* withOneReplaced(root: unknown, value: unknown): Generator<unknown> {
  const count = placesIn({ root }).length;
  for (let at = 0; at < count; at += 1)
    yield change(structuredClone(root), { at, how: 'replace', value, name: '' });
}
