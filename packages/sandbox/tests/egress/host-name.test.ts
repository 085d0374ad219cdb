import { isIP } from 'node:net';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonicalHost, isLoopback } from '../../src/egress/inside/host-name.ts';

const text = fc.oneof(
  fc.domain(),
  fc.ipV4(),
  fc.ipV6(),
  fc.ipV6().map((address) => `[${address}]`),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.stringMatching(/^[a-zäßø0-9_.。-]{0,30}$/),
);

test('A canonical host is its own canonical form', () => {
  fc.assert(
    fc.property(text, (written) => {
      const host = canonicalHost(written);
      if (host !== null) expect(canonicalHost(host)).toBe(host);
    }),
    { numRuns: 2_000 },
  );
});

test('A canonical host is an address, or a name that nothing reads as anything else', () => {
  fc.assert(
    fc.property(text, (written) => {
      const host = canonicalHost(written);
      if (host === null || isIP(host) === 6) return;
      expect(host).toMatch(/^[a-z0-9._-]{1,253}$/);
      // The URL parser agrees, so that a client and the broker mean the same host.
      expect(new URL(`http://${host}/`).hostname).toBe(host);
    }),
    { numRuns: 2_000 },
  );
});

test('The case of a name and one dot at its end say nothing', () => {
  fc.assert(
    fc.property(fc.domain(), (name) => {
      const host = canonicalHost(name);
      expect(canonicalHost(name.toUpperCase())).toBe(host);
      expect(canonicalHost(`${name}.`)).toBe(host);
      expect(canonicalHost(`${name}..`)).toBe(null);
    }),
  );
});

test.each([
  ...[
    ['localhost', true],
    ['app.localhost', true],
    ['127.0.0.1', true],
    ['127.255.0.9', true],
    ['::1', true],
  ],
  ...[
    ['localhost.example', false],
    ['notlocalhost', false],
    ['128.0.0.1', false],
    ['127.example', false],
  ],
  ...[
    ['::2', false],
    ['::ffff:7f00:1', false],
    ['0.0.0.0', false],
  ],
] as [string, boolean][])('Whether %s is the loopback: %s', (host, expected) => {
  expect(isLoopback(host)).toBe(expected);
});
