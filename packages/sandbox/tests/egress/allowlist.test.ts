import { expect, test } from 'vitest';
import { readAllowlist, readHosts } from '../../src/egress/allowlist.ts';

test.each([
  ['api.acme.example', 'api.acme.example', 443],
  ['api.acme.example:80', 'api.acme.example', 80],
  ['API.Acme.Example', 'api.acme.example', 443],
  ['api.acme.example.', 'api.acme.example', 443],
  ['api.acme.example.:65535', 'api.acme.example', 65_535],
  ['bücher.example', 'xn--bcher-kva.example', 443],
  ['ＡＰＩ.example', 'api.example', 443],
  ['api。acme．example。', 'api.acme.example', 443],
  ['localhost:7420', 'localhost', 7420],
  ['db_1.internal:5432', 'db_1.internal', 5432],
  ['192.0.2.1', '192.0.2.1', 443],
  ['[2001:DB8:0::1]', '2001:db8::1', 443],
  ['[2001:db8::1]:8443', '2001:db8::1', 8443],
])('The entry %s allows %s at port %i', (entry, host, port) => {
  expect(readAllowlist([entry])).toEqual([{ host, port }]);
});

test.each([
  ...[
    '',
    ' ',
    '*',
    '*.acme.example',
    'https://api.acme.example',
    'api.acme.example/path',
    'user@acme.example',
  ],
  ...['api.acme.example:', 'api.acme.example:0', 'api.acme.example:65536', 'api.acme.example:080', 'a:b'],
  ...[
    'api..example',
    '.example',
    '-api.example',
    'a b.example',
    'a.example／b',
    'a.example＠b',
    'a.example：80',
    'a%2eexample',
    'api.example..',
    'x'.repeat(64),
    'a.'.repeat(128),
  ],
  ...['2001:db8::1', '[2001:db8::1', '[fe80::1%eth0]:443', '[192.0.2.1]', '10.0.0.0/8'],
  // Some resolvers read these as addresses.
  ...[
    '127.1',
    '１２７.0.1',
    '0x7f.1',
    '0x7f000001',
    '2130706433',
    '0177.0.0.1',
    '256.256.256.256',
    '1.2.3.4.5',
  ],
  ...['api.acme.example\n', 'api.acme.example\0.evil.example'],
])('The entry %j is refused', (entry) => {
  expect(() => readAllowlist([entry])).toThrow(expect.objectContaining({ code: 'ERR_WCP_EGRESS' }));
});

test('An entry that is there twice, in two spellings, is one target', () => {
  expect(readAllowlist(['a.example', 'A.example.:443', 'a.example:80'])).toEqual([
    { host: 'a.example', port: 443 },
    { host: 'a.example', port: 80 },
  ]);
});

test('An allowlist of more than 128 targets is refused', () => {
  const entries = Array.from({ length: 129 }, (_, index) => `host-${index}.example`);
  expect(readAllowlist(entries.slice(1))).toHaveLength(128);
  expect(() => readAllowlist(entries)).toThrow(/129 hosts/);
});

test('The operator allows private addresses to a host at one port, or at each that the worker names', () => {
  const isAllowed = readHosts(['one.example:8080', 'Every.example.']);
  expect(isAllowed({ host: 'one.example', port: 8080 })).toBe(true);
  expect(isAllowed({ host: 'one.example', port: 443 })).toBe(false);
  expect(isAllowed({ host: 'every.example', port: 9 })).toBe(true);
  expect(isAllowed({ host: 'other.example', port: 443 })).toBe(false);
});
