import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareResult, compareResults } from '../../../src/runner/compare/compare-results.ts';

const members = fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue()) as fc.Arbitrary<
  Record<string, unknown>
>;

describe('comparing members', () => {
  test('A result equals itself.', () => {
    fc.assert(
      fc.property(members, (result) => {
        expect(compareResult(result, structuredClone(result))).toEqual([]);
      }),
    );
  });

  test('Members that are not listed are ignored.', () => {
    fc.assert(
      fc.property(members, members, (expected, more) => {
        expect(compareResult(expected, { ...more, ...expected })).toEqual([]);
      }),
    );
  });

  test('A listed member with another value is found.', () => {
    fc.assert(
      fc.property(
        members,
        fc.string().filter((name) => name !== 'message'),
        fc.jsonValue(),
        fc.jsonValue(),
        (rest, name, a, b) => {
          fc.pre(JSON.stringify(a) !== JSON.stringify(b) && !/"message"/.test(JSON.stringify([a, b])));
          fc.pre(!differOnlyInOrderOrZero(a, b));
          expect(compareResult({ ...rest, [name]: a }, { ...rest, [name]: b })).not.toEqual([]);
        },
      ),
    );
  });

  test('A listed member that is absent is found, null or not.', () => {
    expect(compareResult({ kind: null }, {})).toEqual([{ path: '/kind', expected: null }]);
    expect(compareResult({ kind: null }, { kind: undefined as never })).not.toEqual([]);
  });

  test('Names of Object.prototype are members like any others.', () => {
    expect(compareResult({ constructor: 1 }, {})).toEqual([{ path: '/constructor', expected: 1 }]);
    const proto = JSON.parse('{"__proto__":{"valid":true}}') as Record<string, unknown>;
    expect(compareResult({ valid: true }, proto)).toEqual([{ path: '/valid', expected: true }]);
    expect(compareResult(proto, {})).toEqual([{ path: '/__proto__', expected: { valid: true } }]);
  });

  test('Nested values must be equal as a whole.', () => {
    const expected = { escalation_effective: { policy_gate: true } };
    const got = { escalation_effective: { policy_gate: true, rationale: null } };
    expect(compareResult(expected, got)).toEqual([{ path: '/escalation_effective/rationale', got: null }]);
  });

  test('Nothing is coerced.', () => {
    for (const [a, b] of [
      [1, '1'],
      [0, false],
      [null, 0],
      ['', null],
      [[], {}],
      [[1], 1],
      [{}, null],
    ]) {
      expect(compareResult({ a }, { a: b })).toHaveLength(1);
    }
  });

  test('Minus zero is zero.', () => {
    expect(compareResult({ a: 0 }, { a: -0 })).toEqual([]);
  });

  test('Paths are JSON Pointers.', () => {
    expect(compareResult({ 'a/b~': [1] }, { 'a/b~': [2] })).toEqual([
      { path: '/a~1b~0/0', expected: 1, got: 2 },
    ]);
  });

  test('Every difference is found, and the ones that explain the others come first.', () => {
    const list = Array.from({ length: 100 }, (_, index) => index);
    const got = { list: list.map((item) => item + 1), deny_code: 'DENY_B', outcome: 'DENY' };
    const paths = compareResult({ list, deny_code: 'DENY_A', outcome: 'DISPATCH' }, got).map(
      ({ path }) => path,
    );
    expect(paths).toHaveLength(102);
    expect(paths.slice(0, 3)).toEqual(['/outcome', '/deny_code', '/list/0']);
  });
});

describe('comparing lists', () => {
  const missing = ['ctrl.a.one', 'ctrl.b.two', 'ctrl.c.three'];
  const findings = [
    { path: '/env', code: 'MISSING_MEMBER', message: 'one' },
    { path: '/extra', code: 'UNKNOWN_MEMBER', message: 'two' },
  ];

  test('Lists are compared in their order, at the top of a decision and inside its reason.', () => {
    const result = (a: unknown, b: unknown) => ({
      required_controls_effective: a,
      deny_reason_if_denied: { code: 'X', message: 'Y', findings: b, missing: a },
    });
    const expected = result(missing, findings);
    expect(compareResult(expected, structuredClone(expected))).toEqual([]);
    expect(compareResult(expected, result(missing.toReversed(), findings))).not.toEqual([]);
    expect(compareResult(expected, result(missing, findings.toReversed()))).not.toEqual([]);
  });

  test('Lists with the same items in another order differ in their order, and nothing else is said of them.', () => {
    const [first, second, third] = missing;
    const got = { controls_applied: [second, first, third] };
    expect(compareResult({ controls_applied: missing }, got)).toEqual([
      { path: '/controls_applied', kind: 'order', expected: missing, got: got.controls_applied },
    ]);
    expect(compareResult({ findings }, { findings: findings.toReversed() })).toMatchObject([
      { path: '/findings', kind: 'order' },
    ]);
  });

  test('Lists of one length with another item differ at that item.', () => {
    expect(compareResult({ list: ['a', 'b'] }, { list: ['a', 'c'] })).toEqual([
      { path: '/list/1', expected: 'b', got: 'c' },
    ]);
    expect(compareResult({ list: ['a', 'b', 'b'] }, { list: ['b', 'a', 'a'] })).toHaveLength(3);
  });

  test('Lists of different lengths differ in the items that one of them lacks, each as often as it does.', () => {
    const differ = (expected: unknown[], got: unknown[]) => compareResult({ list: expected }, { list: got });
    expect(differ(['a', 'b'], ['b'])).toEqual([{ path: '/list', kind: 'items', expected: ['a'] }]);
    expect(differ(['b'], ['b', 'a', 'b'])).toEqual([{ path: '/list', kind: 'items', got: ['a', 'b'] }]);
    expect(differ(['a'], ['b', 'c'])).toEqual([
      { path: '/list', kind: 'items', expected: ['a'], got: ['b', 'c'] },
    ]);
  });

  test('A missing, an extra and a repeated item are found.', () => {
    for (const got of [missing.slice(1), [...missing, 'ctrl.d.four'], [...missing, 'ctrl.a.one']]) {
      expect(compareResult({ controls_applied: missing }, { controls_applied: got })).toHaveLength(1);
    }
  });
});

describe('comparing messages', () => {
  test('Messages are not compared at any depth, present or absent.', () => {
    const expected = {
      message: 'a',
      deny_reason_if_denied: { code: 'X', message: 'a', findings: [{ path: '', code: 'C', message: 'a' }] },
    };
    const got = { deny_reason_if_denied: { code: 'X', message: 'b', findings: [{ path: '', code: 'C' }] } };
    expect(compareResult(expected, got)).toEqual([]);
  });
});

describe('comparing two answers', () => {
  test('The second answer is compared with the first in every member.', () => {
    expect(compareResults({ a: 1 }, { a: 1, b: 2 })).toEqual([{ path: '/b', got: 2 }]);
    fc.assert(
      fc.property(members, (result) => {
        expect(compareResults(result, structuredClone(result))).toEqual([]);
      }),
    );
  });
});

/** Two values of JSON that differ in how they are written alone. */
function differOnlyInOrderOrZero(a: unknown, b: unknown): boolean {
  try {
    expect(normal(a)).toEqual(normal(b));
    return true;
  } catch {
    return false;
  }
}

const normal = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
