import fc from 'fast-check';
import { type Keywords, keywordsOf } from '../../src/document/parse/schema-keywords.ts';
import { SCHEMAS } from '../../src/document/schemas.ts';

const text = fc.string({ unit: 'binary', maxLength: 8 });
const json = fc.jsonValue({ maxDepth: 2, stringUnit: 'binary' });
/** Values that are wrong in a way that a type alone does not tell. */
const odd = fc.constantFrom<unknown>(
  null,
  '',
  ' ',
  0,
  -1,
  0.5,
  101,
  1e300,
  true,
  [],
  {},
  'a'.repeat(129),
  '😀'.repeat(100),
);

/**
 * JSON at and near a schema: about every second value is right, most others are wrong in one place.
 * Ids and hashes are often written in the ways that a reader normalises.
 */
export function nearSchema(name: string): fc.Arbitrary<unknown> {
  const schema = keywordsOf(SCHEMAS[name] as object);
  return fc.oneof({ arbitrary: partOf(schema, 0), weight: 3 }, { arbitrary: partOf(schema, 1), weight: 2 });
}

/** A value of a schema, of whose parts about `wrong` in thirty are anything else. */
export function partOf(schema: Keywords, wrong: number): fc.Arbitrary<unknown> {
  const right = rightValue(schema, wrong);
  if (wrong === 0) return right;
  return fc.oneof(
    { arbitrary: right, weight: 30 },
    { arbitrary: json, weight: wrong },
    { arbitrary: odd, weight: wrong },
  );
}

function rightValue(schema: Keywords, wrong: number): fc.Arbitrary<unknown> {
  if (schema.anyOf !== undefined) return fc.oneof(...schema.anyOf.map((one) => partOf(one, wrong)));
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  if (schema.const !== undefined) return fc.constant(schema.const);
  switch (schema.type) {
    case 'object':
      return objectOf(schema, wrong);
    case 'array':
      return fc.array(partOf(schema.items as Keywords, wrong), {
        minLength: schema.minItems ?? 0,
        maxLength: 3,
      });
    case 'string':
      return textOf(schema);
    case 'integer':
      return fc.integer({ min: schema.minimum ?? -5, max: schema.maximum ?? 50 });
    case 'number':
      return fc.double({ noNaN: true, noDefaultInfinity: true, min: schema.minimum ?? -1e9 });
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    default:
      return json;
  }
}

function textOf({ pattern, minLength = 0, maxLength }: Keywords): fc.Arbitrary<string> {
  if (pattern === undefined)
    return fc.string({ unit: 'binary', minLength, maxLength: Math.min(maxLength ?? 8, 130) });
  return fc.stringMatching(new RegExp(pattern)).filter((match) => match.length <= (maxLength ?? 1000));
}

function objectOf(schema: Keywords, wrong: number): fc.Arbitrary<unknown> {
  const { properties = {}, required = [], additionalProperties: open } = schema;
  const members = Object.fromEntries(
    Object.entries(properties).map(([name, one]) => [name, partOf(one, wrong)]),
  );
  const listed = fc.record(members, { requiredKeys: [...required] });
  const dropped = fc.tuple(listed, fc.nat(30 * Math.max(1, required.length))).map(([value, at]) => {
    const { [required[at] ?? '']: _, ...rest } = value as Record<string, unknown>;
    return wrong > 0 && at < required.length ? rest : value;
  });
  const value = typeof open === 'object' ? partOf(open, wrong) : json;
  const more = fc.dictionary(fc.oneof(text, fc.constantFrom('__proto__', 'constructor', 'ext')), value, {
    maxKeys: 2,
  });
  const mayHaveMore = open === false ? wrong > 0 : true;
  if (!mayHaveMore) return listed;
  const extra = fc.oneof(
    { arbitrary: fc.constant({}), weight: open === false ? 30 : 1 },
    { arbitrary: more, weight: 1 },
  );
  return fc.tuple(dropped, extra).map(([base, beside]) => ({ ...beside, ...base }));
}
