/** Values that no worker expects and every worker must survive. */
export function junkValues(): readonly unknown[] {
  const circle: Record<string, unknown> = {};
  circle['self'] = circle;
  const polluted = JSON.parse('{"__proto__": {"name": "x"}, "text": "x"}') as unknown;
  return [
    undefined,
    null,
    true,
    0,
    Number.NaN,
    10n,
    '',
    'text',
    Symbol('s'),
    () => {},
    [],
    [[[]]],
    {},
    { name: null, text: null },
    { name: 'x'.repeat(10_000), text: 'x'.repeat(10_000) },
    { name: '\ud800', text: '\ud800' },
    new Date(0),
    new Map(),
    circle,
    polluted,
    nested(500),
    throwingGetter(),
    throwingProxy(),
  ];
}

function nested(levels: number): unknown {
  let value: unknown = 'deep';
  for (let level = 0; level < levels; level += 1) value = { text: value };
  return value;
}

function throwingGetter(): unknown {
  return Object.defineProperty({}, 'text', {
    enumerable: true,
    get() {
      throw new Error('from a getter');
    },
  });
}

function throwingProxy(): unknown {
  const refuse = () => {
    throw new Error('from a proxy');
  };
  return new Proxy({}, { get: refuse, ownKeys: refuse, getPrototypeOf: refuse, has: refuse });
}
