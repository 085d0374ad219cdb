import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { canonicalJson, parseRouteInput } from '../../src/index.ts';
import { INPUT_DEPTH, INPUT_SIZE, type RouteInputReading, readRouteInput } from '../../src/input/index.ts';
import { pollute, unpollute } from '../pollution.ts';

afterEach(unpollute);

const INPUT = {
  capability_id: 'cap.doc.summarize',
  env: 'dev',
  data_label: 'PUBLIC',
  tenant_risk: 'low',
  qos_class: 'P2',
  tenant_id: 'agent.research',
  correlation_id: '7b0f7b1e-7b8c-4b0e-9a53-2c1f6a3a9a11',
};
const FULL = {
  ...INPUT,
  request: { text: 'hello', max: 3 },
  policy_version: 'policy.v1',
  blast_score: 7,
  blast_radius: { data: 1, reversibility: 2 },
  privilege_context: { b: 1, a: 2 },
  tenant_credential: 'e30.e30.c2ln',
  dry_run: true,
  ext: { 'x.ada': true },
};

const findingsOf = (value: unknown): string[] => {
  const reading = readRouteInput(value);
  expect(reading.deny_code).toBe('DENY_INVALID_INPUT');
  for (const finding of reading.findings) expect(Object.keys(finding)).toEqual(['path', 'code', 'message']);
  return reading.findings.map(({ path, code }) => `${path} ${code}`);
};
const valid = (value: unknown): RouteInputReading => {
  const reading = readRouteInput(value);
  expect(reading.findings).toEqual([]);
  expect(reading.deny_code).toBeNull();
  return reading;
};
const raise = (): never => {
  throw new Error('trap');
};

describe('A valid input', () => {
  test('An input with every member is read, its containers as canonical text.', () => {
    expect({ ...valid(FULL) }).toEqual({
      deny_code: null,
      findings: [],
      ...INPUT,
      policy_version: 'policy.v1',
      blast_score: 7,
      blast_radius_sum: 3,
      dry_run: true,
      request_json: '{"max":3,"text":"hello"}',
      privilege_context_json: '{"a":2,"b":1}',
    });
  });

  test('An input with only the required members has an empty request and a blast score of 0.', () => {
    expect(valid(INPUT)).toMatchObject({
      ...INPUT,
      policy_version: null,
      blast_score: 0,
      blast_radius_sum: 0,
      dry_run: false,
      request_json: '{}',
      privilege_context_json: null,
    });
  });

  test('The canonical JSON of an input is that of what was received, whatever the order of its members.', () => {
    const reversed = Object.fromEntries(Object.entries(FULL).reverse());
    expect(valid(FULL).canonical()).toBe(canonicalJson(FULL));
    expect({ ...valid(reversed) }).toEqual({ ...valid(FULL) });
    expect(valid(reversed).canonical()).toBe(canonicalJson(FULL));
  });

  test.each<[string, readonly unknown[]]>([
    ['capability_id', ['cap.a', 'cap.a.b.c', 'x.ada.doc.shred', 'org.acme.a', `cap.${'a'.repeat(60)}`]],
    ['env', ['dev', 'stage', 'prod', 'edge']],
    ['data_label', ['PUBLIC', 'INTERNAL', 'RESTRICTED']],
    ['tenant_risk', ['low', 'medium', 'high']],
    ['qos_class', ['P0', 'P1', 'P2', 'P3']],
    ['tenant_id', ['a', 'A-Za-z0-9._:@/-', 'x'.repeat(128)]],
    ['correlation_id', ['0', '__proto__', 'x'.repeat(128)]],
    ['request', [{}, { a: [null, { b: 'ü\n' }] }, Object.create(null)]],
    ['policy_version', ['', ' ', 'ü"\\\n\u2028', 'x'.repeat(1000)]],
    ['blast_score', [0, -0, 1, 100, 1e2]],
    ['blast_radius', [{}, { data: 0 }, { data: 5, network: 5, financial: 5, time: 5, reversibility: 5 }]],
    ['privilege_context', [{}, { constructor: 1 }]],
    ['tenant_credential', ['', 'ü"\\']],
    ['dry_run', [true, false]],
    ['ext', [{}, { '': null }]],
  ])('%s of an input may be %j', (name, values) => {
    for (const value of values) {
      const input = { ...INPUT, [name]: value };
      expect(valid(input).canonical()).toBe(canonicalJson(input));
    }
  });

  test('An input has no negative zero, and its blast dimensions are summed.', () => {
    expect(Object.is(valid({ ...INPUT, blast_score: -0 }).blast_score, 0)).toBe(true);
    expect(valid({ ...INPUT, blast_radius: { data: -0, time: 4, reversibility: 5 } }).blast_radius_sum).toBe(
      9,
    );
    expect(valid({ ...INPUT, policy_version: 'ü"\\' }).policy_version).toBe('ü"\\');
  });
});

const BAD_TEXT = [null, 0, true, [], {}, ['dev'], new String('dev')];

describe('A wrong member', () => {
  test.each<[string, readonly unknown[]]>([
    [
      'capability_id',
      [
        ...BAD_TEXT,
        '',
        ' ',
        'cap',
        'cap.',
        'cap.Doc',
        'cap.a_b',
        'wrk.a',
        'org.acme',
        'cap.a\n',
        `cap.${'a'.repeat(61)}`,
      ],
    ],
    ['env', [...BAD_TEXT, '', 'Dev', 'dev ', 'test', 'constructor']],
    ['data_label', [...BAD_TEXT, '', 'public', 'SECRET']],
    ['tenant_risk', [...BAD_TEXT, '', 'LOW', 'critical']],
    ['qos_class', [...BAD_TEXT, '', 'p0', 'P4', 'P']],
    ['tenant_id', [...BAD_TEXT, 'a b', 'ä', 'a\n', '\u00a0', '\v', 'x'.repeat(129)]],
    ['correlation_id', [...BAD_TEXT, ' a', 'a\u0000', '\f', '\u2003', 'x'.repeat(129)]],
    ['request', [null, 0, '', '{}', false, [], [{}]]],
    ['policy_version', [1, {}, ['v'], false]],
    ['blast_score', [true, false, '1', -1, 101, 0.5, 1e21, [], {}, [1]]],
    ['blast_radius', [0, '', true, [], [1, 2]]],
    ['privilege_context', ['x', [], 1]],
    ['tenant_credential', [1, {}, []]],
    ['dry_run', [null, 0, 1, 'true', 'false', {}, []]],
    ['ext', ['x', [], 1]],
  ])('%s %j is INVALID_VALUE at its path', (name, values) => {
    for (const value of values) {
      const at = value instanceof String ? `/${name} NOT_JSON` : `/${name} INVALID_VALUE`;
      expect(findingsOf({ ...INPUT, [name]: value })).toEqual([at]);
    }
  });

  test.each(Object.keys(INPUT))('The absent member %s is MISSING_MEMBER at its path.', (name) => {
    const { [name as keyof typeof INPUT]: _, ...rest } = INPUT;
    expect(findingsOf(rest)).toEqual([`/${name} MISSING_MEMBER`]);
    expect(findingsOf({ ...rest, [name]: undefined })).toEqual([`/${name} NOT_JSON`]);
  });

  test.each([
    [{ data: 6 }, ['/blast_radius/data INVALID_VALUE']],
    [{ data: -1, time: 1.5 }, ['/blast_radius/data INVALID_VALUE', '/blast_radius/time INVALID_VALUE']],
    [{ reversibility: 'reversible' }, ['/blast_radius/reversibility INVALID_VALUE']],
    [{ network: true }, ['/blast_radius/network INVALID_VALUE']],
    [{ network: '1' }, ['/blast_radius/network INVALID_VALUE']],
    [{ network: null }, ['/blast_radius/network INVALID_VALUE']],
    [{ network: [1] }, ['/blast_radius/network INVALID_VALUE']],
    [{ blast: 1 }, ['/blast_radius/blast UNKNOWN_MEMBER']],
    [{ 'a/~': 1 }, ['/blast_radius/a~1~0 UNKNOWN_MEMBER']],
    [
      { constructor: 1, toString: 1 },
      ['/blast_radius/constructor UNKNOWN_MEMBER', '/blast_radius/toString UNKNOWN_MEMBER'],
    ],
    [{ data: undefined }, ['/blast_radius/data NOT_JSON']],
    [{ data: Number.NaN, time: 9 }, ['/blast_radius/data NOT_JSON', '/blast_radius/time INVALID_VALUE']],
    [{ other: undefined }, ['/blast_radius/other NOT_JSON']],
    [{ data: { a: undefined } }, ['/blast_radius/data INVALID_VALUE', '/blast_radius/data/a NOT_JSON']],
    [{ '\ud800': 1, data: 9 }, ['/blast_radius NOT_JSON']],
    [{ data: { '\ud800': 1 } }, ['/blast_radius/data NOT_JSON']],
  ])('A finding of blast_radius %j names its dimension.', (radius, found) => {
    expect(findingsOf({ ...INPUT, blast_radius: radius })).toEqual(found);
  });

  test('What is refused in one member says nothing about a dimension of the same name.', () => {
    expect(findingsOf({ ...INPUT, request: { data: undefined }, blast_radius: { data: 9 } })).toEqual([
      '/blast_radius/data INVALID_VALUE',
      '/request/data NOT_JSON',
    ]);
  });

  test.each(['Env', 'tenant', 'request ', '', 'constructor', 'toString', 'hasOwnProperty', '0', 'ä/~'])(
    'The member %j is UNKNOWN_MEMBER.',
    (name) => {
      const path = `/${name.replace('/~', '~1~0')}`;
      expect(findingsOf({ ...INPUT, [name]: 1 })).toEqual([`${path} UNKNOWN_MEMBER`]);
      expect(findingsOf({ ...INPUT, [name]: undefined })).toEqual([`${path} NOT_JSON`]);
      expect(findingsOf({ ...INPUT, [name]: [undefined] })).toEqual([
        `${path} UNKNOWN_MEMBER`,
        `${path}/0 NOT_JSON`,
      ]);
    },
  );

  test('Every finding comes at once, sorted by path and then by code.', () => {
    const input = {
      zz: 1,
      aa: [Number.NaN],
      env: 'moon',
      blast_radius: { x: 1, data: 9 },
      dry_run: 'no',
      request: { b: 1n },
    };
    expect(findingsOf(input)).toEqual([
      '/aa UNKNOWN_MEMBER',
      '/aa/0 NOT_JSON',
      '/blast_radius/data INVALID_VALUE',
      '/blast_radius/x UNKNOWN_MEMBER',
      '/capability_id MISSING_MEMBER',
      '/correlation_id MISSING_MEMBER',
      '/data_label MISSING_MEMBER',
      '/dry_run INVALID_VALUE',
      '/env INVALID_VALUE',
      '/qos_class MISSING_MEMBER',
      '/request/b NOT_JSON',
      '/tenant_id MISSING_MEMBER',
      '/tenant_risk MISSING_MEMBER',
      '/zz UNKNOWN_MEMBER',
    ]);
    expect(findingsOf(Object.fromEntries(Object.entries(input).reverse()))).toEqual(findingsOf(input));
  });

  test('Null stands for absent in six optional members, and stays in the canonical text.', () => {
    const nulls = {
      policy_version: null,
      blast_score: null,
      blast_radius: null,
      privilege_context: null,
      tenant_credential: null,
      ext: null,
    };
    const absent = {
      policy_version: null,
      privilege_context_json: null,
      blast_score: 0,
      blast_radius_sum: 0,
    };
    expect(valid({ ...INPUT, ...nulls })).toMatchObject(absent);
    expect(valid({ ...INPUT, ...nulls }).canonical()).toBe(canonicalJson({ ...INPUT, ...nulls }));
  });

  test('A wrong member is echoed as null, and a valid one as it is.', () => {
    for (const name of Object.keys(INPUT)) {
      expect(readRouteInput({ ...FULL, [name]: 'not valid!' })).toMatchObject({
        ...INPUT,
        dry_run: true,
        [name]: null,
      });
    }
    expect(readRouteInput({ ...FULL, dry_run: 1, zz: 1 })).toMatchObject({ ...INPUT, dry_run: false });
    expect(readRouteInput({ ...FULL, policy_version: 1 }).policy_version).toBeNull();
    expect(readRouteInput({ ...FULL, policy_version: '\ud800' }).policy_version).toBeNull();
  });

  test('An input with a wrong member still has canonical JSON, as long as it is JSON.', () => {
    for (const input of [{ env: 'moon' }, { ...FULL, zz: [1] }, { ...INPUT, tenant_id: '\t ' }, {}]) {
      expect(readRouteInput(input).canonical()).toBe(canonicalJson(input));
    }
    for (const input of [
      null,
      { ...INPUT, request: { a: 1n } },
      { ...INPUT, ext: { a: 'x'.repeat(INPUT_SIZE) } },
    ]) {
      expect(() => readRouteInput(input).canonical()).toThrow(
        expect.objectContaining({ code: 'ERR_WCP_CANONICAL_JSON' }),
      );
    }
  });

  test('An unknown member is named in a message that is short and safe to show.', () => {
    const message = (name: string): string | undefined =>
      readRouteInput({ ...INPUT, [name]: 1 }).findings[0]?.message;
    expect(message('a\n\u202e\\')).toBe('There is no member "a\\u000a\\u202e\\\\" in a RouteInput.');
    expect(message('x'.repeat(64))).toBe(`There is no member "${'x'.repeat(64)}" in a RouteInput.`);
    expect(message('x'.repeat(65))).toBe(`There is no member "${'x'.repeat(64)}…" in a RouteInput.`);
    expect(message(`${'x'.repeat(63)}😀`)?.isWellFormed()).toBe(true);
  });
});

const BLANK = ['', ' ', '\t', '\n', '\r', ' \t\r\n '];

describe('A blank id', () => {
  test.each(BLANK)('The blank ids of %j are a denial without findings, the tenant first.', (blank) => {
    const codeOf = (more: object): [unknown, unknown] => {
      const { deny_code, findings } = readRouteInput({ ...FULL, ...more });
      return [deny_code, findings];
    };
    expect(codeOf({ tenant_id: blank })).toEqual(['DENY_MISSING_TENANT_ID', []]);
    expect(codeOf({ correlation_id: blank })).toEqual(['DENY_MISSING_CORRELATION_ID', []]);
    expect(codeOf({ tenant_id: blank, correlation_id: blank })).toEqual(['DENY_MISSING_TENANT_ID', []]);
  });

  test('A blank id is echoed as null.', () => {
    expect(readRouteInput({ ...INPUT, tenant_id: ' ' })).toMatchObject({ ...INPUT, tenant_id: null });
    expect(readRouteInput({ ...INPUT, correlation_id: '' })).toMatchObject({
      ...INPUT,
      correlation_id: null,
    });
  });

  test('A blank id beside another finding is INVALID_VALUE too.', () => {
    expect(findingsOf({ ...INPUT, tenant_id: '', correlation_id: '\n', env: 'moon' })).toEqual([
      '/correlation_id INVALID_VALUE',
      '/env INVALID_VALUE',
      '/tenant_id INVALID_VALUE',
    ]);
    expect(findingsOf({ ...INPUT, tenant_id: '', request: { a: undefined } })).toEqual([
      '/request/a NOT_JSON',
      '/tenant_id INVALID_VALUE',
    ]);
    const { correlation_id: _, ...rest } = INPUT;
    expect(findingsOf({ ...rest, tenant_id: ' ' })).toEqual([
      '/correlation_id MISSING_MEMBER',
      '/tenant_id INVALID_VALUE',
    ]);
  });

  test.each(['\u00a0', '\u3000', '\v', '\f', '\ufeff', '\u2028'])(
    '%j is an invalid id and not a blank one',
    (text) => {
      expect(findingsOf({ ...INPUT, tenant_id: text })).toEqual(['/tenant_id INVALID_VALUE']);
    },
  );

  test('A blank text in any other member is not a blank id.', () => {
    expect(findingsOf({ ...INPUT, capability_id: '' })).toEqual(['/capability_id INVALID_VALUE']);
  });
});

describe('Any value at all is answered', () => {
  const revoked = Proxy.revocable({}, {});
  revoked.revoke();
  test.each<[string, unknown]>([
    ['null', null],
    ['undefined', undefined],
    ['a number', 1],
    ['NaN', Number.NaN],
    ['a string', '{}'],
    ['a boolean', true],
    ['a BigInt', 1n],
    ['a symbol', Symbol('s')],
    ['a function', () => INPUT],
    [
      'a function that says it is an object',
      Object.assign(() => 0, INPUT, { [Symbol.toStringTag]: 'Object' }),
    ],
    ['an array', [INPUT]],
    ['an array with members', Object.assign([], INPUT)],
    ['a Date with members', Object.assign(new Date(), INPUT)],
    ['a Map with members', Object.assign(new Map(), INPUT)],
    ['a boxed string', Object('x')],
    ['a revoked proxy', revoked.proxy],
    ['a proxy whose keys throw', new Proxy(INPUT, { ownKeys: raise })],
    ['a large array', new Array(2 ** 32 - 1)],
  ])('An input that is %s has the one finding NOT_AN_OBJECT.', (_name, value) => {
    expect(findingsOf(value)).toEqual([' NOT_AN_OBJECT']);
    expect(readRouteInput(value)).toMatchObject({
      tenant_id: null,
      env: null,
      dry_run: false,
      request_json: '{}',
    });
  });

  const circular: Record<string, unknown> = { ...INPUT, request: {} };
  circular['request'] = { back: circular };
  const inner: Record<string, unknown> = { list: [1] };
  inner['self'] = [inner];
  test.each<[string, unknown, string[]]>([
    ['undefined', { a: undefined }, ['/request/a']],
    ['a function', { a: raise }, ['/request/a']],
    ['a symbol', { a: Symbol('s') }, ['/request/a']],
    ['a BigInt', { a: [0, 1n] }, ['/request/a/1']],
    [
      'NaN and the infinities',
      [Number.NaN, 1 / 0, -1 / 0].map((a) => ({ a })),
      ['/request/0/a', '/request/1/a', '/request/2/a'],
    ],
    [
      'a Date, a Map, a Set',
      { d: new Date(), m: new Map(), s: new Set() },
      ['/request/d', '/request/m', '/request/s'],
    ],
    ['a lone surrogate', { a: '\ud800', b: ['\udc00x'] }, ['/request/a', '/request/b/0']],
    ['a name with a lone surrogate, at its object', { a: { 'x\ud800': raise, ok: 1 } }, ['/request/a']],
    ['a name __proto__', JSON.parse('{"a":{"__proto__":{"b":1}}}'), ['/request/a/__proto__']],
    [
      'a getter that throws',
      {
        get a(): never {
          return raise();
        },
      },
      ['/request/a'],
    ],
    ['a proxy that throws', { a: new Proxy({ b: 1 }, { get: raise }) }, ['/request/a']],
    ['a hole', { a: Object.assign(new Array(3), { 0: 1, 2: 3 }) }, ['/request/a/1']],
    ['a circle', inner, ['/request/self/0']],
    ['a path with / and ~', { 'a/b': { 'c~d': 1n } }, ['/request/a~1b/c~0d']],
  ])('A value that is %s is NOT_JSON at its place.', (_name, request, paths) => {
    const container = Array.isArray(request) ? [['/request INVALID_VALUE']] : [];
    expect(findingsOf({ ...INPUT, request })).toEqual([
      ...container.flat(),
      ...paths.map((path) => `${path} NOT_JSON`),
    ]);
  });

  test('A circle through the input itself is NOT_JSON where it closes.', () => {
    expect(findingsOf(circular)).toEqual(['/request/back NOT_JSON']);
    const self: Record<string, unknown> = { ...INPUT };
    self['request'] = self;
    expect(findingsOf(self)).toEqual(['/request NOT_JSON']);
  });

  test('A member that JSON cannot hold gets no second finding.', () => {
    for (const value of [1n, undefined, new Date(), '\ud800', Number.NaN, new Map([[1, 1]])]) {
      for (const name of [...Object.keys(FULL), 'unknown']) {
        expect(findingsOf({ ...FULL, [name]: value })).toEqual([`/${name} NOT_JSON`]);
      }
    }
    expect(findingsOf({ ...FULL, env: { '\ud800': 1 } })).toEqual(['/env NOT_JSON']);
    expect(
      findingsOf({
        ...FULL,
        get env() {
          return raise();
        },
      }),
    ).toEqual(['/env NOT_JSON']);
  });

  test('An own member __proto__ is NOT_JSON, whatever it holds.', () => {
    for (const value of ['1', '{"env":"dev"}', '{"a":{"b":1}}', 'null']) {
      const input = JSON.parse(`{"__proto__":${value},${JSON.stringify(INPUT).slice(1)}`);
      expect(findingsOf(input)).toEqual(['/__proto__ NOT_JSON']);
    }
    const { env: _, ...rest } = INPUT;
    const input = JSON.parse(`{"__proto__":{"env":"dev"},${JSON.stringify(rest).slice(1)}`);
    expect(findingsOf(input)).toEqual(['/__proto__ NOT_JSON', '/env MISSING_MEMBER']);
  });

  test('A name with a lone surrogate is the only finding of the input, and its valid members are echoed.', () => {
    expect(findingsOf({ ...INPUT, '\ud800': raise })).toEqual([' NOT_JSON']);
    const input = { ...INPUT, 'x\udc00': 1, '\ud800': 1, env: 'moon', tenant_id: ' ' };
    expect(findingsOf(input)).toEqual([' NOT_JSON']);
    expect(readRouteInput(input)).toMatchObject({ ...INPUT, env: null, tenant_id: null });
    expect(() => readRouteInput(input).canonical()).toThrow(/no canonical JSON/);
  });

  test('Inherited members are ignored.', () => {
    expect(findingsOf(Object.create(INPUT))).toHaveLength(7);
    valid(Object.assign(Object.create({ zz: 1, dry_run: true }), INPUT));
    expect(valid(Object.assign(Object.create({ dry_run: true }), INPUT)).dry_run).toBe(false);
    class Input {}
    valid(Object.assign(new Input(), INPUT));
    valid(Object.assign(Object.create(null), INPUT));
  });

  test('Members that are not enumerable or are symbols are ignored.', () => {
    const input = Object.defineProperty({ ...INPUT, [Symbol('s')]: 1n }, 'zz', {
      value: 1n,
      enumerable: false,
    });
    valid(input);
    expect(findingsOf(Object.defineProperty({ ...INPUT }, 'env', { enumerable: false }))).toEqual([
      '/env MISSING_MEMBER',
    ]);
  });

  test('A polluted Object.prototype changes nothing.', () => {
    const before = [INPUT, FULL, {}, { ...INPUT, zz: 1 }].map((input) => ({ ...readRouteInput(input) }));
    pollute({
      ...FULL,
      zz: 1,
      a: 1,
      path: 'x',
      code: 'x',
      data: 5,
      toString: raise,
      toJSON: raise,
      deny_code: 'x',
      request_json: 'x',
    });
    const after = [INPUT, FULL, {}, { ...INPUT, zz: 1 }].map((input) =>
      Object.assign(Object.create(null), readRouteInput(input)),
    );
    unpollute();
    expect(after.map((reading) => ({ ...reading }))).toEqual(before);
  });

  test('Each getter is called once.', () => {
    const asked: string[] = [];
    const input = {};
    for (const [name, value] of Object.entries({ ...FULL, zz: 1 })) {
      const get = () => {
        asked.push(name);
        return asked.filter((other) => other === name).length === 1 ? value : raise();
      };
      Object.defineProperty(input, name, { get, enumerable: true });
    }
    const reading = readRouteInput(input);
    expect(reading.findings.map(({ path }) => path)).toEqual(['/zz']);
    expect(reading).toMatchObject(INPUT);
    expect(reading.canonical()).toBe(canonicalJson({ ...FULL, zz: 1 }));
    expect(asked).toEqual([...Object.keys(FULL), 'zz']);
  });

  test('A proxy that lies about its length or its keys is read as it says.', () => {
    const keys = new Proxy(
      {},
      {
        ownKeys: () => ['a'],
        getOwnPropertyDescriptor: () => ({ value: 1, enumerable: true, configurable: true }),
        get: (_target, key) => (key === 'a' ? 'x' : undefined),
      },
    );
    expect(valid({ ...INPUT, request: keys }).request_json).toBe('{"a":"x"}');
    for (const length of ['abc', -1, Number.NaN, {}, 1n]) {
      const list = new Proxy([], { get: (_target, key) => (key === 'length' ? length : 0) });
      expect(findingsOf({ ...INPUT, request: { list } })).toEqual(['/request/list NOT_JSON']);
    }
  });

  test('Near the end of the stack a reading is right, a denial, or an error that the engine catches.', () => {
    const outcomes = new Set<string>();
    const answer = (): string => {
      try {
        const reading = readRouteInput(FULL);
        return reading.deny_code ?? reading.canonical();
      } catch (error) {
        return error instanceof Error ? 'an error' : 'something else';
      }
    };
    const descend = (): void => {
      try {
        descend();
      } catch (error) {
        if (!(error instanceof RangeError)) throw error;
      }
      outcomes.add(answer());
    };
    descend();
    const others = [...outcomes].filter((outcome) => !['DENY_INVALID_INPUT', 'an error'].includes(outcome));
    expect(others).toEqual([canonicalJson(FULL)]);
  });

  test('Nothing carries over from one reading to the next.', () => {
    const first = readRouteInput({ ...FULL, tenant_id: '', env: 'moon', zz: '\u202e' });
    expect({ ...valid(INPUT) }).toEqual({ ...readRouteInput(structuredClone(INPUT)) });
    expect(valid(INPUT)).toMatchObject({ policy_version: null, blast_radius_sum: 0, request_json: '{}' });
    expect(first.findings).toHaveLength(3);
  });
});

describe('Limits', () => {
  test('An input nests 64 levels, itself the first, and no deeper.', () => {
    const list = (levels: number): unknown => (levels === 0 ? 1 : [list(levels - 1)]);
    valid({ ...INPUT, request: { a: list(INPUT_DEPTH - 2) } });
    const paths = `/request/a${'/0'.repeat(INPUT_DEPTH - 2)}`;
    expect(findingsOf({ ...INPUT, request: { a: list(INPUT_DEPTH - 1) } })).toEqual([`${paths} TOO_DEEP`]);
  });

  test('Only containers count as levels.', () => {
    const deepest = (leaf: unknown): object => {
      let request: unknown = { a: leaf };
      for (let level = 3; level <= INPUT_DEPTH; level += 1) request = { a: request };
      return { ...INPUT, request };
    };
    const at = `/request${'/a'.repeat(INPUT_DEPTH - 1)}`;
    for (const scalar of [1, 'x', null, true]) valid(deepest(scalar));
    for (const container of [{}, [], [1], { a: { a: 1n } }])
      expect(findingsOf(deepest(container))).toEqual([`${at} TOO_DEEP`]);
    expect(findingsOf(deepest(undefined))).toEqual([`${at} NOT_JSON`]);
  });

  test('An array of the input counts from level 2.', () => {
    const deep = (levels: number): unknown => (levels === 0 ? 0 : [deep(levels - 1)]);
    expect(findingsOf({ ...INPUT, zz: deep(63) })).toEqual(['/zz UNKNOWN_MEMBER']);
    expect(findingsOf({ ...INPUT, zz: deep(64) })).toEqual([
      '/zz UNKNOWN_MEMBER',
      `/zz${'/0'.repeat(63)} TOO_DEEP`,
    ]);
  });

  test('An input of ten thousand levels is refused.', () => {
    expect(
      findingsOf({ ...INPUT, request: JSON.parse(`${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`) }),
    ).toEqual([`/request${'/a'.repeat(63)} TOO_DEEP`]);
  });

  const sizeOf = (input: unknown): number => Buffer.byteLength(canonicalJson(input));
  /** `input` with `text` repeated in its request until its canonical JSON is exactly `size` bytes long. */
  const filled = (text: string, size: number, more: object = {}): object => {
    const unit = sizeOf(text) - 2;
    const empty = sizeOf({ ...INPUT, request: { t: '', pad: '' }, ...more });
    const count = Math.floor((size - empty) / unit);
    const pad = 'p'.repeat((size - empty) % unit);
    return { ...INPUT, request: { t: text.repeat(count), pad }, ...more };
  };

  test.each([
    ['plain text', 'x'],
    ['two bytes a character', 'ü'],
    ['three bytes a character', '€'],
    ['four bytes a character', '😀'],
    ['escapes of two bytes', '"'],
    ['escapes of six bytes', '\u0001'],
    ['all of them', 'aü€😀"\\\n\u001f'],
  ])('1 MiB of canonical JSON passes and one byte more does not: %s', (_what, text) => {
    const fits = filled(text, INPUT_SIZE);
    expect(sizeOf(fits)).toBe(1_048_576);
    valid(fits);
    expect(findingsOf(filled(text, INPUT_SIZE + 1))).toEqual([' TOO_LARGE']);
  });

  test.each<[string, object]>([
    ['a list', { ext: { a: [1, [2, {}], null, true, -1.5e300] } }],
    [
      'members of every kind',
      { ...FULL, request: undefined, policy_version: 'ü"\n', tenant_credential: 'ä\\' },
    ],
    ['a number without its sign', { blast_score: -0 }],
  ])('The size counts every byte of %s', (_what, more) => {
    const { request: _, ...rest } = more as Record<string, unknown>;
    valid(filled('x', INPUT_SIZE, rest));
    expect(findingsOf(filled('x', INPUT_SIZE + 1, rest))).toEqual([' TOO_LARGE']);
  });

  test.each(['tenant_credential', 'policy_version'])('The size counts %s', (name) => {
    const empty = sizeOf({ ...INPUT, [name]: '' });
    valid({ ...INPUT, [name]: 'x'.repeat(INPUT_SIZE - empty) });
    expect(findingsOf({ ...INPUT, [name]: 'x'.repeat(INPUT_SIZE - empty + 1) })).toEqual([' TOO_LARGE']);
    expect(findingsOf({ ...INPUT, [name]: 'ü'.repeat((INPUT_SIZE - empty) / 2 + 1) })).toEqual([
      ' TOO_LARGE',
    ]);
  });

  test('The size counts what is wrong as well: names, blanks and values.', () => {
    expect(findingsOf(filled('€', INPUT_SIZE, { env: 'moon' }))).toEqual(['/env INVALID_VALUE']);
    expect(findingsOf(filled('€', INPUT_SIZE + 1, { env: 'moon' }))).toEqual([' TOO_LARGE']);
    expect(readRouteInput(filled('x', INPUT_SIZE, { tenant_id: '\t\n ' })).deny_code).toBe(
      'DENY_MISSING_TENANT_ID',
    );
    expect(findingsOf(filled('x', INPUT_SIZE + 1, { tenant_id: '\t\n ' }))).toEqual([' TOO_LARGE']);
    expect(findingsOf(filled('x', INPUT_SIZE, { 'ü"': 0 }))).toEqual(['/ü" UNKNOWN_MEMBER']);
    expect(findingsOf(filled('x', INPUT_SIZE + 1, { 'ü"': 0 }))).toEqual([' TOO_LARGE']);
  });

  test('A null that stands for absent still counts as four bytes.', () => {
    const plain = filled('x', INPUT_SIZE, { ext: null, blast_score: null });
    expect(valid(plain)).toMatchObject({ blast_score: 0, blast_radius_sum: 0 });
    const more = filled('x', INPUT_SIZE + 1, { ext: null, blast_score: null });
    expect(readRouteInput(more)).toMatchObject({ findings: [{ code: 'TOO_LARGE' }] });
  });

  test('What JSON cannot hold counts as null, and so does an object with a name that it cannot hold.', () => {
    const plain = filled('x', INPUT_SIZE, { ext: { a: null, b: [null], c: null }, zz: null });
    const c = { '\udc00': 'x'.repeat(99), d: undefined };
    expect(findingsOf({ ...plain, ext: { a: undefined, b: [1n], c }, zz: new Date() })).toEqual([
      '/ext/a NOT_JSON',
      '/ext/b/0 NOT_JSON',
      '/ext/c NOT_JSON',
      '/zz NOT_JSON',
    ]);
    const more = filled('x', INPUT_SIZE + 1, { ext: { a: null, b: [null] }, zz: null });
    expect(findingsOf({ ...more, ext: { a: undefined, b: [1n] }, zz: new Date() })).toEqual([' TOO_LARGE']);
  });

  test('The echo does not depend on the size.', () => {
    const large = 'x'.repeat(INPUT_SIZE);
    const input = { zz: large, aa: [large], ...FULL, request: { large } };
    expect(findingsOf(input)).toEqual([' TOO_LARGE']);
    expect(readRouteInput(input)).toMatchObject({ ...INPUT, dry_run: true, blast_score: 7 });
    expect(readRouteInput({ ...input, env: 'moon' })).toMatchObject({ ...INPUT, env: null });
  });

  test('A large value that is shared a billion times is refused at once.', () => {
    let laughs: unknown[] = ['lol'];
    for (let level = 0; level < 30; level += 1) laughs = [laughs, laughs, laughs, laughs];
    expect(findingsOf({ ...INPUT, request: { laughs } })).toEqual([' TOO_LARGE']);
    expect(findingsOf({ ...INPUT, request: { list: new Array(2 ** 32 - 1) } })).toEqual([' TOO_LARGE']);
    const endless: ProxyHandler<object> = {
      ownKeys: () => ['a', 'b'],
      getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true }),
      get: (_target, key) => (typeof key === 'string' ? new Proxy({}, endless) : undefined),
    };
    expect(findingsOf({ ...INPUT, request: new Proxy({}, endless) })).toEqual([' TOO_LARGE']);
  });

  test('A text as long as a text can be is refused at once.', () => {
    for (const unit of ['x', ' ', '\u0001', '€']) {
      const longest = unit.repeat(2 ** 29 - 32);
      for (const name of [...Object.keys(FULL), 'zz']) {
        expect(findingsOf({ ...FULL, [name]: longest })).toEqual([' TOO_LARGE']);
      }
      expect(findingsOf({ ...FULL, request: { a: [longest, { b: longest }] } })).toEqual([' TOO_LARGE']);
    }
    // Twice the same, because to make a name of this length takes seconds.
    const name = 'x'.repeat(2 ** 28);
    expect(findingsOf({ ...FULL, request: { [name]: 1 }, [name]: 1 })).toEqual([' TOO_LARGE']);
  });

  test('A blank id of nearly a megabyte is blank.', () => {
    expect(readRouteInput({ ...INPUT, tenant_id: ' '.repeat(1_000_000) }).deny_code).toBe(
      'DENY_MISSING_TENANT_ID',
    );
    expect(readRouteInput({ ...INPUT, tenant_id: '\n'.repeat(500_000) }).deny_code).toBe(
      'DENY_MISSING_TENANT_ID',
    );
    expect(findingsOf({ ...INPUT, tenant_id: `${' '.repeat(1_000_000)}x` })).toEqual([
      '/tenant_id INVALID_VALUE',
    ]);
  });

  test('At most a hundred findings are reported: the first hundred of the sorted list.', () => {
    const name = (index: number): string => `u${String(index).padStart(5, '0')}`;
    const unknown = Object.fromEntries(Array.from({ length: 5000 }, (_, index) => [name(4999 - index), 1]));
    const found = Array.from({ length: 100 }, (_, index) => `/${name(index)} UNKNOWN_MEMBER`);
    expect(findingsOf({ ...INPUT, ...unknown })).toEqual(found);
    const holes = findingsOf({ ...INPUT, zz: 1, request: { list: new Array(5000) } });
    const indexes = Array.from({ length: 5000 }, (_, index) => `/request/list/${index} NOT_JSON`).sort();
    expect(holes).toEqual(indexes.slice(0, 100));
  });

  test('An attacker cannot make the list of findings slow.', () => {
    const long = 'x'.repeat(1000);
    const holes = {
      ...INPUT,
      request: { [long]: new Array(120_000), ['y'.repeat(200_000)]: new Array(10_000) },
    };
    expect(readRouteInput(holes).findings).toHaveLength(100);
    const members = Object.fromEntries(Array.from({ length: 60_000 }, (_, index) => [`k${index}`, 1]));
    expect(readRouteInput({ ...INPUT, ...members }).findings).toHaveLength(100);
    expect(readRouteInput({ ...INPUT, blast_radius: members }).findings).toHaveLength(100);
    const refusedParts = Object.fromEntries(Object.keys(members).map((name) => [name, undefined]));
    expect(readRouteInput({ ...INPUT, blast_radius: refusedParts }).findings).toHaveLength(100);
  });

  test('A path of more than 1024 characters is that of its nearest ancestor that fits.', () => {
    const long = 'x'.repeat(1024);
    expect(findingsOf({ ...INPUT, [long]: 1 })).toEqual([' UNKNOWN_MEMBER']);
    expect(findingsOf({ ...INPUT, request: { a: { [long]: [1n, undefined] } } })).toEqual([
      '/request/a NOT_JSON',
    ]);
    expect(findingsOf({ ...INPUT, blast_radius: { [long]: 1, [`${long}y`]: undefined } })).toEqual([
      '/blast_radius NOT_JSON',
      '/blast_radius UNKNOWN_MEMBER',
    ]);
  });
});

describe('The function parseRouteInput', () => {
  test('The function parseRouteInput returns a copy of a valid input that shares nothing with the original.', () => {
    const parsed = parseRouteInput(FULL);
    expect(parsed).toEqual({ ok: true, value: FULL, diagnostics: [] });
    expect(parsed.ok && parsed.value.request).not.toBe(FULL.request);
  });

  test('The function parseRouteInput returns the findings of an invalid input.', () => {
    expect(parseRouteInput({ ...INPUT, env: 'moon' })).toEqual({
      ok: false,
      findings: [{ path: '/env', code: 'INVALID_VALUE', message: 'Expected one of dev, stage, prod, edge.' }],
    });
    for (const name of ['tenant_id', 'correlation_id']) {
      const found = { path: `/${name}`, code: 'INVALID_VALUE', message: 'This must not be blank.' };
      expect(parseRouteInput({ ...INPUT, [name]: ' ' })).toEqual({ ok: false, findings: [found] });
    }
  });

  test('The function parseRouteInput never throws, and its findings fit into a decision.', () => {
    const anything = fc.anything({
      withBigInt: true,
      withBoxedValues: true,
      withDate: true,
      withMap: true,
      withSet: true,
      withTypedArray: true,
      withSparseArray: true,
      withNullPrototype: true,
      withObjectString: true,
      stringUnit: 'binary',
    });
    const unit = fc.stringMatching(/^[\ud800-\udfff\u0000-\u0020a]{0,3}$/);
    const value = fc.oneof(
      anything,
      fc.record(
        Object.fromEntries(
          Object.keys(FULL).map((name) => [
            name,
            fc.oneof(anything, fc.constant((FULL as Record<string, unknown>)[name])),
          ]),
        ),
        { requiredKeys: [] },
      ),
      fc
        .tuple(fc.dictionary(fc.oneof(unit, fc.string()), anything), fc.constant(INPUT))
        .map(([more, input]) => ({ ...input, ...more })),
    );
    fc.assert(
      fc.property(value, (input) => {
        const parsed = parseRouteInput(input);
        if (!parsed.ok) {
          expect(parsed.findings.length).toBeGreaterThan(0);
          canonicalJson(parsed.findings);
        }
      }),
      { numRuns: 1000 },
    );
  });
});
