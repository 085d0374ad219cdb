import fc from 'fast-check';
import { Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { afterEach, describe, expect, test } from 'vitest';
import { SCHEMAS } from '../../../src/document/index.ts';
import { readSchema } from '../../../src/document/parse/schema-reader.ts';
import { parseRouteInput } from '../../../src/index.ts';
import { pollute, unpollute } from '../../pollution.ts';
import { RECEIPT } from '../../sample-receipt.ts';
import { nearSchema } from '../near-schema.ts';

afterEach(unpollute);

const RUNS = 600;
const schemaOf = (name: string) => SCHEMAS[name] as (typeof SCHEMAS)[string];
const codesOf = (schema: object, value: unknown): string[] =>
  readSchema(schema, value).findings.map(({ path, code }) => `${path} ${code}`);

describe('The reader and the JSON Schema agree', () => {
  test.each(Object.keys(SCHEMAS))('The reader and the JSON Schema agree on every %s', (name) => {
    const check = Compile(schemaOf(name));
    const outcomes = { accepted: 0, refused: 0 };
    fc.assert(
      fc.property(nearSchema(name), (value) => {
        const { findings } = readSchema(schemaOf(name), value);
        expect(findings.length === 0).toBe(check.Check(value));
        outcomes[findings.length === 0 ? 'accepted' : 'refused'] += 1;
      }),
      { numRuns: RUNS },
    );
    expect(Math.min(outcomes.accepted, outcomes.refused)).toBeGreaterThan(RUNS / 20);
  });

  test('The reader of a RouteInput and the JSON Schema agree within its limits, where no id is blank.', () => {
    const check = Compile(schemaOf('route-input'));
    const outcomes = { accepted: 0, refused: 0 };
    fc.assert(
      fc.property(nearSchema('route-input'), (value) => {
        fc.pre(!JSON.stringify(value).includes('"__proto__"'));
        const { ok } = parseRouteInput(value);
        expect(ok).toBe(check.Check(value));
        outcomes[ok ? 'accepted' : 'refused'] += 1;
      }),
      { numRuns: RUNS * 3 },
    );
    expect(Math.min(outcomes.accepted, outcomes.refused)).toBeGreaterThan(RUNS / 20);
  });

  test('What was read is accepted again and read as itself.', () => {
    for (const name of Object.keys(SCHEMAS)) {
      fc.assert(
        fc.property(nearSchema(name), (value) => {
          const first = readSchema(schemaOf(name), value);
          fc.pre(first.findings.length === 0);
          const again = readSchema(schemaOf(name), first.value);
          expect(again.findings).toEqual([]);
          expect(again.value).toEqual(first.value);
          expect(again.diagnostics.filter(({ level }) => level === 'info')).toEqual([]);
        }),
        { numRuns: 100 },
      );
    }
  });
});

describe('Lengths', () => {
  test('A length counts Unicode code points.', () => {
    const schema = Type.String({ minLength: 2, maxLength: 3 });
    for (const value of ['😀', '😀😀', '😀😀😀', '😀😀😀😀', 'a', 'ab', 'abc', 'abcd', '']) {
      expect(readSchema(schema, value).findings.length === 0).toBe(Compile(schema).Check(value));
    }
  });
});

describe('The documents that the command line once read otherwise', () => {
  test('A receipt may have a stream of 100 astral characters, and not one of 129.', () => {
    expect(codesOf(schemaOf('receipt'), { ...RECEIPT, stream: '😀'.repeat(100) })).toEqual([]);
    expect(codesOf(schemaOf('receipt'), { ...RECEIPT, stream: '😀'.repeat(129) })).toEqual([
      '/stream INVALID_VALUE',
    ]);
  });

  test('A receipt that holds a control twice is refused.', () => {
    const control = 'ctrl.obs.audit-log-append-only';
    expect(codesOf(schemaOf('receipt'), { ...RECEIPT, controls_verified: [control, control] })).toEqual([
      '/controls_verified INVALID_VALUE',
    ]);
  });
});

describe('A union', () => {
  const union = Type.Union([
    Type.Object({ eq: Type.Integer() }, { additionalProperties: false }),
    Type.Object({ in: Type.Array(Type.Integer()) }, { additionalProperties: false }),
    Type.Object({ eq: Type.Boolean(), in: Type.Boolean() }, { additionalProperties: false }),
    Type.Null(),
  ]);

  test.each<[unknown, string[]]>([
    [null, []],
    [{ eq: 1 }, []],
    [{ eq: true, in: true }, []],
    [{ eq: 'x' }, ['/eq INVALID_VALUE']],
    [{ in: [1, 'x'] }, ['/in/1 INVALID_VALUE']],
    [{ eq: 1, x: 1 }, ['/x UNKNOWN_MEMBER']],
    [{ eq: 1, in: [] }, [' INVALID_VALUE']],
    [{}, [' INVALID_VALUE']],
    ['x', [' INVALID_VALUE']],
    [[], [' INVALID_VALUE']],
  ])('%j is judged by the one alternative that it could be', (value, found) => {
    expect(codesOf(union, value)).toEqual(found);
  });

  const tagged = Type.Union([
    Type.Object({ kind: Type.Literal('a'), x: Type.Integer() }, { additionalProperties: false }),
    Type.Object({ kind: Type.Literal('b') }, { additionalProperties: false }),
  ]);
  test.each<[unknown, string[]]>([
    [{ kind: 'a', x: 1 }, []],
    [{ kind: 'a' }, ['/x MISSING_MEMBER']],
    [{ kind: 'a', x: 'y', z: 1 }, ['/x INVALID_VALUE', '/z UNKNOWN_MEMBER']],
    [{ kind: 'b', x: 1 }, ['/x UNKNOWN_MEMBER']],
    [{ kind: 'c' }, ['/kind INVALID_VALUE']],
    [{ x: 1 }, ['/kind MISSING_MEMBER']],
    [1, [' INVALID_VALUE']],
  ])('The reader judges %j by the alternative that its constant member names', (value, found) => {
    expect(codesOf(tagged, value)).toEqual(found);
    expect(found.length === 0).toBe(Compile(tagged).Check(value));
  });

  test('The reader says which constants are known where the value has another.', () => {
    expect(readSchema(tagged, { kind: 'c' }).findings[0]?.message).toBe('Expected one of a, b.');
  });

  test.each([
    ['is not required in each', Type.Object({ kind: Type.Optional(Type.Literal('b')) })],
    ['is no constant in each', Type.Object({ kind: Type.String() })],
    ['has the same value in two', Type.Object({ kind: Type.Literal('a') })],
    ['is listed in one alone', Type.Object({ y: Type.Integer() })],
    ['is required in one alone', Type.Object({})],
  ])('A union is not told apart by a member that %s', (_, other) => {
    const either = Type.Union([Type.Object({ kind: Type.Literal('a'), x: Type.Integer() }), other]);
    for (const value of [{ kind: 'a' }, { kind: 'b' }, { y: 1 }, { kind: 'a', x: 1 }, {}]) {
      expect([value, codesOf(either, value).length === 0]).toEqual([value, Compile(either).Check(value)]);
    }
  });

  test('A union with one alternative of the type says what that one lacks.', () => {
    const nullable = Type.Union([Type.Object({ a: Type.Integer() }), Type.Null()]);
    expect(codesOf(nullable, {})).toEqual(['/a MISSING_MEMBER']);
  });

  test('A union may have an alternative that requires nothing.', () => {
    const either = Type.Union([
      Type.Object({ a: Type.Integer() }),
      Type.Object({ a: Type.Optional(Type.String()) }),
    ]);
    expect(codesOf(either, {})).toEqual([]);
    expect(codesOf(either, { a: 'x' })).toEqual([]);
    expect(codesOf(either, { a: null })).toEqual([' INVALID_VALUE']);
  });

  test('A union may have an alternative that lists nothing.', () => {
    const either = Type.Union([Type.Unsafe({ type: 'object', additionalProperties: false }), Type.Null()]);
    expect(codesOf(either, {})).toEqual([]);
    expect(codesOf(either, { a: 1 })).toEqual(['/a UNKNOWN_MEMBER']);
  });

  test('A union reports the diagnostics of the alternative that it takes and no other.', () => {
    const id = Type.String({ pattern: '^[a-z_]+$', 'x-wcp-id': 'control' });
    const either = Type.Union([
      Type.Object({ a: id, b: Type.Integer() }),
      Type.Object({ a: id, b: Type.String() }),
    ]);
    const { value, diagnostics } = readSchema(Type.Array(either), [{ a: 'x_y', b: 'z' }]);
    expect(value).toEqual([{ a: 'x-y', b: 'z' }]);
    expect(diagnostics).toEqual([
      {
        level: 'info',
        code: 'UNDERSCORE_ID',
        path: '/0/a',
        message: '"x_y" is read as "x-y": ids are written with hyphens.',
      },
    ]);
  });
});

describe('What is expected is said in words', () => {
  test.each<[object, unknown, string]>([
    [Type.Integer({ minimum: 0, maximum: 5 }), 6, 'Expected an integer from 0 to 5.'],
    [Type.Integer({ minimum: 0 }), -1, 'Expected an integer from 0.'],
    [Type.Number(), '1', 'Expected a number.'],
    [Type.Boolean(), 0, 'Expected true or false.'],
    [Type.Null(), 0, 'Expected null.'],
    [Type.Array(Type.Null()), {}, 'Expected a list.'],
    [Type.Object({}), [], 'Expected an object.'],
    [Type.Object({ a: Type.Null(), b: Type.Null() }), 1, 'Expected an object with a, b.'],
    [Type.String({ minLength: 1, maxLength: 3 }), '', 'Expected a text with a length from 1 to 3.'],
    [Type.String({ pattern: '^a$' }), 'b', 'Expected a text like ^a$.'],
    [Type.String({ pattern: '^\\.$' }), 'b', 'Expected a text like ^\\\\.$.'],
    [Type.String({ pattern: '^[\u0000\u2028]$' }), 'b', 'Expected a text like ^[\\u0000\\u2028]$.'],
    [Type.String({ pattern: '[\ud800-\udfff]' }), 'b', 'Expected a text like [\\ud800-\\udfff].'],
    [Type.String({ pattern: '^\u{1f600}$' }), 'b', 'Expected a text like ^\u{1f600}$.'],
    [Type.String({ 'x-wcp-id': 'control', pattern: '^a$' }), 'b', 'Expected an id of kind control.'],
    [
      Type.String({ 'x-wcp-hash': true, pattern: '^a$' }),
      'b',
      'Expected a hash: sha256: and 64 lower-case hexadecimal digits.',
    ],
    [Type.Enum(['a', 'b']), 'c', 'Expected one of a, b.'],
    [Type.Literal(true), false, 'Expected true.'],
    [Type.Array(Type.Null(), { minItems: 1 }), [], 'Expected a list that is not empty.'],
    [Type.Array(Type.Null(), { maxItems: 1 }), [null, null], 'Expected a list of at most 1.'],
    [
      Type.Array(Type.Unknown(), { uniqueItems: true }),
      [
        { a: 1, b: 2 },
        { b: 2, a: 1 },
      ],
      'Expected a list in which nothing occurs twice.',
    ],
    [Type.Object({}, { minProperties: 1 }), {}, 'Expected an object with at least one condition.'],
    [Type.Union([Type.Integer(), Type.Null()]), 'x', 'Expected an integer, or null.'],
  ])('What is expected by %j is said in words.', (schema, value, message) => {
    expect(readSchema(schema, value).findings).toEqual([{ path: '', code: 'INVALID_VALUE', message }]);
  });

  test('Missing and unknown members are named, safe to show.', () => {
    const schema = Type.Object({ a: Type.Null() }, { additionalProperties: false });
    expect(readSchema(schema, { 'x\n': 1 }).findings.map(({ message }) => message)).toEqual([
      'The member "a" is required.',
      'There is no member "x\\u000a" here; known are a.',
    ]);
  });
});

describe('A polluted Object.prototype', () => {
  test('A polluted Object.prototype is neither a keyword of a schema nor a member of a document.', () => {
    const schema = Type.Object({ a: Type.Optional(Type.Integer()) }, { additionalProperties: false });
    pollute({
      anyOf: [{}],
      enum: ['x'],
      const: 'x',
      pattern: '^$',
      minimum: 9,
      maximum: 0,
      items: {},
      minItems: 9,
      maxItems: 0,
      uniqueItems: true,
      minProperties: 9,
      required: ['zz'],
      'x-wcp-id': 'control',
      'x-wcp-hash': true,
      'x-wcp-open': true,
      a: 'polluted',
    });
    const good = readSchema(schema, {});
    const bad = codesOf(schema, { a: 'x', b: 1 });
    const polluted = (good.value as Record<string, unknown>)['a'];
    unpollute();
    expect(good.findings).toEqual([]);
    expect(polluted).toBeUndefined();
    expect(bad).toEqual(['/a INVALID_VALUE', '/b UNKNOWN_MEMBER']);
  });

  test('A polluted Object.prototype adds no member to the copy of a document.', () => {
    const { value } = readSchema(schemaOf('facts'), {
      now: '2026-01-01T00:00:00Z',
      decision_id: 'x',
      workers: { w: {} },
    });
    expect(Object.getPrototypeOf(value)).toBeNull();
  });
});
