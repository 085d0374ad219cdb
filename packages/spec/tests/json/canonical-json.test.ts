import canonicalize from 'canonicalize';
import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { canonicalJson, WcpError } from '../../src/index.ts';
import { readCanonical } from '../../src/json/index.ts';
import { pollute, unpollute } from '../pollution.ts';

afterEach(unpollute);

/** RFC 8785, appendix B: IEEE 754 bits and how they are written. */
const NUMBERS: readonly (readonly [string, string])[] = [
  ['0000000000000000', '0'],
  ['8000000000000000', '0'],
  ['0000000000000001', '5e-324'],
  ['8000000000000001', '-5e-324'],
  ['7fefffffffffffff', '1.7976931348623157e+308'],
  ['ffefffffffffffff', '-1.7976931348623157e+308'],
  ['4340000000000000', '9007199254740992'],
  ['c340000000000000', '-9007199254740992'],
  ['4430000000000000', '295147905179352830000'],
  ['44b52d02c7e14af5', '9.999999999999997e+22'],
  ['44b52d02c7e14af6', '1e+23'],
  ['44b52d02c7e14af7', '1.0000000000000001e+23'],
  ['444b1ae4d6e2ef4e', '999999999999999700000'],
  ['444b1ae4d6e2ef4f', '999999999999999900000'],
  ['444b1ae4d6e2ef50', '1e+21'],
  ['3eb0c6f7a0b5ed8c', '9.999999999999997e-7'],
  ['3eb0c6f7a0b5ed8d', '0.000001'],
  ['41b3de4355555553', '333333333.3333332'],
  ['41b3de4355555554', '333333333.33333325'],
  ['41b3de4355555555', '333333333.3333333'],
  ['41b3de4355555556', '333333333.3333334'],
  ['41b3de4355555557', '333333333.33333343'],
  ['becbf647612f3696', '-0.0000033333333333333333'],
  ['43143ff3c1cb0959', '1424953923781206.2'],
];

const fromBits = (hex: string): number => Buffer.from(hex, 'hex').readDoubleBE();

describe('Canonical JSON is RFC 8785', () => {
  test.each(NUMBERS)('The number of bits %s is written %s', (bits, text) => {
    expect(canonicalJson(fromBits(bits))).toBe(text);
  });

  test('The sample of section 3.2.2 is written as RFC 8785 writes it.', () => {
    const sample = {
      numbers: JSON.parse('[333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001]'),
      string: '\u20ac$\u000F\u000aA\'\u0042\u0022\u005c\\"\u002f',
      literals: [null, true, false],
    };
    expect(canonicalJson(sample)).toBe(
      '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],' +
        '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
    );
  });

  test('Members are sorted by UTF-16 code units, so that a supplementary character precedes U+FB33.', () => {
    const sample = {
      '\u20ac': 'Euro Sign',
      '\r': 'Carriage Return',
      '\ufb33': 'Hebrew Letter Dalet With Dagesh',
      '1': 'One',
      '\ud83d\ude00': 'Emoji: Grinning Face',
      '\u0080': 'Control',
      '\u00f6': 'Latin Small Letter O With Diaeresis',
    };
    expect(canonicalJson(sample)).toBe(
      '{"\\r":"Carriage Return","1":"One","\u0080":"Control","ö":"Latin Small Letter O With Diaeresis",' +
        '"€":"Euro Sign","😀":"Emoji: Grinning Face","\ufb33":"Hebrew Letter Dalet With Dagesh"}',
    );
  });

  test.each([
    ['\b\t\n\f\r', '"\\b\\t\\n\\f\\r"'],
    ['\u0000\u0007\u000b\u001f', '"\\u0000\\u0007\\u000b\\u001f"'],
    ['"\\/', '"\\"\\\\/"'],
    ['\u007f\u0080\u2028\u2029\ufeff', '"\u007f\u0080\u2028\u2029\ufeff"'],
    ['\ud83d\ude00', '"😀"'],
  ])('The string %j has only the escapes that JSON needs.', (text, written) => {
    expect(canonicalJson(text)).toBe(written);
    expect(canonicalJson({ [text]: 0 })).toBe(`{${written}:0}`);
  });

  test('Empty containers and scalars stand alone.', () => {
    expect([{}, [], '', null, true, 0].map(canonicalJson)).toEqual(['{}', '[]', '""', 'null', 'true', '0']);
  });

  test('Every JSON value is written as the reference implementation writes it.', () => {
    const json = fc.oneof(
      fc.jsonValue({ stringUnit: 'binary' }),
      fc.json({ stringUnit: 'binary' }).map((text) => JSON.parse(text)),
      fc.dictionary(fc.string({ unit: 'binary' }), fc.double({ noNaN: true, noDefaultInfinity: true }), {
        minKeys: 0,
        maxKeys: 40,
      }),
    );
    fc.assert(
      fc.property(json, (value) => {
        expect(canonicalJson(value)).toBe(canonicalize(value));
      }),
      { numRuns: 600 },
    );
  });

  test('What is written reads back as the same value and is written the same again.', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'binary' }), (value) => {
        const text = canonicalJson(value);
        expect(canonicalJson(JSON.parse(text))).toBe(text);
      }),
    );
  });
});

class Point {
  x = 1;
  toJSON(): string {
    return 'not asked';
  }
}

const revoked = (target: object): object => {
  const { proxy, revoke } = Proxy.revocable(target, {});
  revoke();
  return proxy;
};
const thrower = {
  get a(): never {
    throw new Error('secret');
  },
};
const circle: Record<string, unknown> = {};
circle['list'] = [circle];

describe('I-JSON only: what JSON cannot hold is an error at its place', () => {
  test.each<[string, unknown, string]>([
    ['undefined', undefined, ''],
    ['a member undefined', { a: undefined }, '/a'],
    ['a function', [() => 0], '/0'],
    ['a symbol', { a: Symbol('s') }, '/a'],
    ['a BigInt', { a: [1n] }, '/a/0'],
    ['NaN', Number.NaN, ''],
    ['an infinity', { a: Number.NEGATIVE_INFINITY }, '/a'],
    ['a Date', { a: new Date(0) }, '/a'],
    ['a Map', new Map(), ''],
    ['a Set', new Set(), ''],
    ['a RegExp', [/x/], '/0'],
    ['a boxed number', Object(1), ''],
    ['a boxed string', Object('x'), ''],
    ['a typed array', new Uint8Array(1), ''],
    ['an ArrayBuffer', new ArrayBuffer(1), ''],
    ['a Promise', Promise.resolve(), ''],
    ['an Error', new Error('x'), ''],
    ['a hole of a sparse array', Object.assign(new Array(3), { 0: 0, 2: 2 }), '/1'],
    ['a lone surrogate', { a: 'x\ud800' }, '/a'],
    ['a lone low surrogate', ['\udc00\ud800'], '/0'],
    ['a name with a lone surrogate, at the object that has it', { a: { '\udfff': 1 } }, '/a'],
    ['a circle', circle, '/list/0'],
    ['a getter that throws', thrower, '/a'],
    ['a revoked proxy of an object', { a: revoked({}) }, '/a'],
    ['a revoked proxy of an array', { a: revoked([]) }, '/a'],
    ['a proxy whose keys throw', new Proxy({}, { ownKeys: () => raise() }), ''],
    ['a proxy whose elements throw', new Proxy([1], { getOwnPropertyDescriptor: () => raise() }), '/0'],
    ['a proxy whose length is no number', new Proxy([], { get: () => 'abc' }), ''],
    ['a proxy whose length is negative', new Proxy([], { get: () => -1 }), ''],
    ['a tag that throws', Object.defineProperty({}, Symbol.toStringTag, { get: () => raise() }), ''],
  ])('What is not I-JSON is an error: %s', (_name, value, path) => {
    expect(readCanonical(value).findings).toEqual([{ path, code: 'NOT_JSON', message: expect.any(String) }]);
    expect(() => canonicalJson(value)).toThrow(WcpError);
    expect(() => canonicalJson(value)).toThrow(expect.objectContaining({ code: 'ERR_WCP_CANONICAL_JSON' }));
  });

  test('Nothing that a value throws gets into the error.', () => {
    expect(() => canonicalJson(thrower)).toThrow(
      'No canonical JSON at "/a": JSON cannot hold a member that cannot be read.',
    );
  });

  test('Every place is found at once.', () => {
    const { findings } = readCanonical({ b: undefined, a: [Number.NaN, 1, 'x\ud800'] });
    expect(findings.map(({ path }) => path)).toEqual(['/a/0', '/a/2', '/b']);
  });

  test('Nothing inside a value that JSON cannot hold is read.', () => {
    expect(readCanonical(new Map([[1, thrower]])).findings).toHaveLength(1);
    expect(readCanonical({ '\ud800': thrower }).findings).toHaveLength(1);
  });
});

const raise = (): never => {
  throw new Error('trap');
};

describe('An attacker does not choose what is read', () => {
  test('A getter that answers differently the second time is called once.', () => {
    let asked = 0;
    const value = {
      get a() {
        asked += 1;
        return asked;
      },
    };
    expect(canonicalJson(value)).toBe('{"a":1}');
    expect(asked).toBe(1);
  });

  test('Only own enumerable members are read: no inherited, hidden or symbol member, and toJSON is not called.', () => {
    const value = Object.defineProperty(new Point(), 'hidden', { value: 1, enumerable: false });
    expect(canonicalJson(Object.assign(value, { [Symbol('s')]: 1 }))).toBe('{"x":1}');
    expect(canonicalJson(Object.create({ inherited: 1 }))).toBe('{}');
  });

  test('An own member __proto__ is a member like any other.', () => {
    expect(canonicalJson(JSON.parse('{"__proto__":{"a":1},"z":{"__proto__":2}}'))).toBe(
      '{"__proto__":{"a":1},"z":{"__proto__":2}}',
    );
    expect(({} as Record<string, unknown>)['a']).toBeUndefined();
  });

  test('A polluted Object.prototype is ignored, both as a member and in a hole.', () => {
    pollute({ a: 1, toJSON: () => 'x', 0: 'hole', toString: () => 'x' });
    expect(canonicalJson({ b: [1] })).toBe('{"b":[1]}');
    expect(readCanonical(new Array(1)).findings).toHaveLength(1);
  });

  test('A value that occurs twice without a circle is written twice.', () => {
    const shared = { a: 1 };
    expect(canonicalJson({ x: shared, y: [shared, shared] })).toBe('{"x":{"a":1},"y":[{"a":1},{"a":1}]}');
  });

  test('-0 is written 0', () => {
    expect(canonicalJson([-0])).toBe('[0]');
  });

  test('Objects with few and with many members are sorted alike.', () => {
    const names = Array.from({ length: 30 }, (_, index) => String.fromCharCode(122 - (index % 26)) + index);
    const value = Object.fromEntries(names.map((name) => [name, 0]));
    expect(Object.keys(JSON.parse(canonicalJson(value)))).toEqual([...names].sort());
  });

  test('A nesting of 1,000 levels is written: the limits of section 3 are those of an input.', () => {
    const text = `${'['.repeat(1000)}${']'.repeat(1000)}`;
    expect(canonicalJson(JSON.parse(text))).toBe(text);
  });

  test('A nesting that the stack cannot hold is TOO_DEEP, not a crash.', () => {
    const value = JSON.parse(`${'['.repeat(200_000)}${']'.repeat(200_000)}`);
    expect(readCanonical(value).findings.map(({ code }) => code)).toEqual(['TOO_DEEP']);
    expect(() => canonicalJson(value)).toThrow(WcpError);
  });

  test('What is larger than any text can be is TOO_LARGE.', () => {
    const large = 'x'.repeat(2 ** 20);
    const { findings } = readCanonical(Array.from({ length: 300 }, () => large));
    expect(findings).toEqual([{ path: '', code: 'TOO_LARGE', message: expect.any(String) }]);
    expect(readCanonical(['x'.repeat(2 ** 29 - 32), 1]).findings).toEqual(findings);
  });

  test('The function canonicalJson throws nothing but a WcpError.', () => {
    fc.assert(
      fc.property(
        fc.anything({ withBigInt: true, withDate: true, withMap: true, withSparseArray: true }),
        (value) => {
          const { findings, text } = readCanonical(value);
          if (findings.length === 0) expect(canonicalJson(value)).toBe(text);
          else expect(() => canonicalJson(value)).toThrow(WcpError);
        },
      ),
    );
  });
});

test('The path in an error is escaped like every message.', () => {
  const place = (name: string) => messageOf(() => canonicalJson({ [name]: undefined }));
  expect(place('a\u001b[31m')).toContain('"/a\\u001b[31m"');
  expect(place('\u202e')).toContain('"/\\u202e"');
});

function messageOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('Nothing was thrown.');
}
