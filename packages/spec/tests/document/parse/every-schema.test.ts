// Lengths and repetition, in every place of every schema where they are limited: the reader and the JSON
// Schema must say the same.
import fc from 'fast-check';
import { Compile } from 'typebox/compile';
import { describe, expect, test } from 'vitest';
import { ReceiptSchema, RouteDecisionSchema, SCHEMAS } from '../../../src/document/index.ts';
import { parseDocument } from '../../../src/document/parse/parse-document.ts';
import { type Keywords, keywordsOf } from '../../../src/document/parse/schema-keywords.ts';
import { readSchema } from '../../../src/document/parse/schema-reader.ts';
import { partOf } from '../near-schema.ts';

type Place = readonly [path: string, schema: Keywords];

function placesIn(schema: Keywords, path: string): Place[] {
  const { properties = {}, anyOf = [], items, additionalProperties } = schema;
  return [
    [path, schema] as const,
    ...Object.entries(properties).flatMap(([name, inner]) => placesIn(inner, `${path}/${name}`)),
    ...anyOf.flatMap((inner) => placesIn(inner, path)),
    ...(items === undefined ? [] : placesIn(items, `${path}/*`)),
    ...(typeof additionalProperties === 'object' ? placesIn(additionalProperties, `${path}/*`) : []),
  ];
}

const places = Object.entries(SCHEMAS).flatMap(([name, schema]) => placesIn(keywordsOf(schema), name));
const sets = places.filter(([, { uniqueItems }]) => uniqueItems === true);
const lengths = places.filter(
  ([, { minLength, maxLength }]) => minLength !== undefined || maxLength !== undefined,
);

function expectAgreement(schema: Keywords, value: unknown): boolean {
  const accepted = readSchema(schema, value).findings.length === 0;
  expect(accepted).toBe(Compile(schema).Check(value));
  return accepted;
}

test('The schemas limit repetition and length in more than one place.', () => {
  expect(sets.map(([path]) => path)).toContain('route-decision/controls_applied');
  expect(lengths.map(([path]) => path)).toContain('receipt/stream');
});

describe('A list in which nothing may occur twice', () => {
  test.each(sets)('%s is refused with a repeated item and accepted without one', (_, schema) => {
    const item = fc.sample(partOf(schema.items as Keywords, 0), { numRuns: 20, seed: 1 });
    for (const one of item) {
      expect(expectAgreement(schema, [one])).toBe(true);
      expect(expectAgreement(schema, [one, structuredClone(one)])).toBe(false);
    }
  });
});

describe('A length counts code points, not UTF-16 code units', () => {
  test.each(lengths)('The reader and the JSON Schema agree on lengths in %s', (_, schema) => {
    const { minLength = 0, maxLength = 200, pattern } = schema;
    for (const unit of ['a', '😀', 'é', '\u{10ffff}']) {
      for (const length of [minLength - 1, minLength, maxLength - 1, maxLength, maxLength + 1]) {
        if (length < 0) continue;
        const accepted = expectAgreement(schema, unit.repeat(length));
        const isWithin = length >= minLength && length <= (schema.maxLength ?? length);
        if (pattern === undefined) expect(accepted).toBe(isWithin);
      }
    }
  });
});

test('A receipt whose stream is 128 astral characters has a valid stream, one of 129 has not.', () => {
  const wrongPaths = (stream: string) => {
    const parsed = parseDocument(ReceiptSchema, { stream });
    return parsed.ok ? [] : parsed.findings.map(({ path }) => path);
  };
  expect(wrongPaths('😀'.repeat(128))).not.toContain('/stream');
  expect(wrongPaths('😀'.repeat(129))).toContain('/stream');
});

test('A decision that lists a control twice is refused.', () => {
  const control = 'ctrl.obs.audit-log-append-only';
  const parsed = parseDocument(RouteDecisionSchema, { controls_applied: [control, control] });
  expect(parsed.ok).toBe(false);
  if (!parsed.ok) expect(parsed.findings.map(({ path }) => path)).toContain('/controls_applied');
});
