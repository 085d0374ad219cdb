import { networkInterfaces } from 'node:os';
import { expect, test, vi } from 'vitest';
import { judgeAddress } from '../../src/egress/judge-address.ts';

vi.mock('node:os', async (load) => ({ ...(await load<object>()), networkInterfaces: vi.fn(() => ({})) }));

const KINDS = {
  public: ['93.184.216.34', '1.1.1.1', '2606:2800:220:1::1', '::ffff:1.1.1.1', '64:ff9b::101:101'],
  private: [
    ...['127.0.0.1', '127.8.8.8', '10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.1.1', '100.64.0.1'],
    ...['::1', 'fc00::1', 'fd12:3456::1', '::ffff:127.0.0.1', '::ffff:10.0.0.1', '64:ff9b::7f00:1'],
  ],
  special: [
    ...['0.0.0.0', '0.1.2.3', '169.254.169.254', '224.0.0.1', '239.1.1.1', '255.255.255.255', '240.0.0.1'],
    ...[
      '192.0.2.1',
      '198.51.100.1',
      '203.0.113.1',
      '198.18.0.1',
      '192.0.0.8',
      '192.88.99.1',
      '168.63.129.16',
    ],
    ...[
      '::',
      'fe80::1',
      'fe80::1%eth0',
      'fec0::1',
      'ff02::1',
      '2001:db8::1',
      '3fff::1',
      '100::1',
      '::1.2.3.4',
    ],
    ...['2002:7f00:1::1', '2001:0:7f00:1::1', '64:ff9b:1::1', '64:ff9b::a9fe:a9fe', '::ffff:169.254.169.254'],
    ...['::ffff:0:7f00:1', '5f00::1', '4000::1', '', 'localhost', '127.1', '0x7f.0.0.1', '1.2.3.4 '],
  ],
};

test.each(Object.entries(KINDS).flatMap(([kind, texts]) => texts.map((text) => [text, kind])))(
  'The address %j is %s',
  (text, kind) => {
    expect(judgeAddress(text)).toBe(kind);
  },
);

test('An address of this machine is private, also where it is a public one', () => {
  const own = {
    ...{ address: '93.184.216.34', netmask: '255.255.255.0', family: 'IPv4' as const },
    ...{ mac: '00:00:00:00:00:00', internal: false, cidr: '93.184.216.34/24' },
  };
  vi.mocked(networkInterfaces)
    .mockReturnValueOnce({ eth0: [own] })
    .mockReturnValueOnce({ eth0: [own] });
  expect(judgeAddress('93.184.216.34')).toBe('private');
  expect(judgeAddress('::ffff:93.184.216.34')).toBe('private');
  expect(judgeAddress('93.184.216.34')).toBe('public');
});
