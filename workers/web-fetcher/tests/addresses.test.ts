import { contextFor } from '@wcp/worker-kit/testing';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { fetchPage } from '../src/fetch-page.ts';
import { worker } from '../src/index.ts';
import { isPublic, parseAddress } from '../src/network/address.ts';
import { allows, readAllowList } from '../src/network/allow-list.ts';
import type { Network, Resolve } from '../src/network/checked-agent.ts';
import { giving, serve } from './servers.ts';

const run = (url: string) => worker.execute({ url, timeout_ms: 2000 }, contextFor(worker));
const denied = (code: string) => ({ status: 'denied', result: null, deny_reason: { code } });

beforeEach(() => void vi.stubEnv('WCP_WEB_FETCH_ALLOW', undefined));
afterEach(() => void vi.unstubAllEnvs());

describe('an address', () => {
  test.each([
    '0.0.0.0',
    '10.1.2.3',
    '100.64.0.1',
    '127.0.0.1',
    '127.255.255.254',
    '168.63.129.16',
    '169.254.169.254',
    '172.16.0.1',
    '172.31.255.255',
    '192.0.0.192',
    '192.0.2.1',
    '192.168.0.1',
    '198.18.0.1',
    '203.0.113.9',
    '224.0.0.1',
    '240.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::127.0.0.1',
    '::ffff:127.0.0.1',
    '::ffff:a9fe:a9fe',
    '::ffff:0:127.0.0.1',
    '64:ff9b::7f00:1',
    '64:ff9b:1::8.8.8.8',
    '100::1',
    '2001::1',
    '2001:db8::1',
    '2002:7f00:1::',
    '3fff::1',
    '5f00::1',
    'fc00::1',
    'fd00:ec2::254',
    'fe80::1',
    'fec0::1',
    'ff02::1',
    '4000::1',
  ])('The address %s is not public.', (text) => {
    const address = parseAddress(text);
    expect(address !== null && isPublic(address)).toBe(false);
  });

  test.each([
    '8.8.8.8',
    '93.184.216.34',
    '172.32.0.1',
    '2606:4700::1111',
    '::ffff:8.8.8.8',
    '64:ff9b::808:808',
  ])('The address %s is public.', (text) => {
    const address = parseAddress(text);
    expect(address !== null && isPublic(address)).toBe(true);
  });

  test.each([
    '',
    'localhost',
    '127.1',
    '0x7f.0.0.1',
    '2130706433',
    '1.2.3',
    '[::1]',
    '1.2.3.4/8',
    'fe80::1%lo',
  ])('The text %j is not read as a public address.', (text) => {
    const address = parseAddress(text);
    expect(address === null || !isPublic(address)).toBe(true);
  });

  test.each([
    'http://127.0.0.1/',
    'http://127.1/',
    'http://2130706433/',
    'http://017700000001/',
    'http://0x7f000001/',
    'http://0x7f.0.0.0x1/',
    'http://127.0.0.1./',
    'http://１２７.0.0.1/',
    'http://127。0。0。1/',
    'http://%31%32%37.0.0.1/',
    'http:127.0.0.1',
    'http:\\\\127.0.0.1\\',
    ' http://127.0.0.1\n',
    'ht\ttp://127.\n0.0.1/',
    'http://0/',
    'http://[::1]/',
    'http://[::]/',
    'http://[::ffff:127.0.0.1]/',
    'http://[0:0:0:0:0:ffff:7f00:1]/',
    'http://[64:ff9b::127.0.0.1]/',
    'http://[fe80::1]/',
    'http://[fd00:ec2::254]/latest/meta-data/',
    'http://169.254.169.254/latest/meta-data/',
    'http://2852039166/',
    'http://localhost/',
    'http://LOCALHOST/',
    'https://10.0.0.1:8443/',
  ])('An address that is not public is denied in every spelling: %j', async (url) => {
    expect(await run(url)).toMatchObject(denied('FETCH_ADDRESS_NOT_ALLOWED'));
  });

  test('No connection is made to an address that is not public.', async () => {
    await using server = await serve(giving('text/plain', 'secret'));
    expect(await run(server.origin)).toMatchObject(denied('FETCH_ADDRESS_NOT_ALLOWED'));
    expect(await run(`http://localhost:${server.port}`)).toMatchObject(denied('FETCH_ADDRESS_NOT_ALLOWED'));
    expect(server.seen).toEqual([]);
  });
});

describe('a URL', () => {
  test.each([
    'nonsense',
    '//host/path',
    'ftp://example.com/',
    'file:///etc/passwd',
    'javascript:1',
    'blob:http://example.com/1',
    'http://',
    'http://a b/',
    'http://[::1',
    'http://256.256.256.256/',
    'http://user@example.com/',
    'http://:word@example.com/',
    `http://example.com/${'x'.repeat(9000)}`,
  ])('The URL %j is denied.', async (url) => {
    expect(await run(url)).toMatchObject(denied('FETCH_INVALID_URL'));
  });
});

describe('the allow list', () => {
  const target = (host: string, port: number, address: string) => {
    const read = parseAddress(address);
    if (read === null) throw new Error(`${address} is not an address`);
    return { host, port, address: read };
  };

  test.each([
    ['intranet', 'intranet', 80, '10.0.0.1', true],
    ['INTRANET.', 'intranet', 8080, '10.0.0.1', true],
    ['intranet', 'other', 80, '10.0.0.1', false],
    ['intranet', 'sub.intranet', 80, '10.0.0.1', false],
    ['intranet:8080', 'intranet', 8080, '10.0.0.1', true],
    ['intranet:80', 'intranet', 80, '10.0.0.1', true],
    ['intranet:80', 'intranet', 81, '10.0.0.1', false],
    ['a, b ,intranet', 'intranet', 80, '10.0.0.1', true],
    ['10.0.0.0/8', 'anything', 80, '10.9.9.9', true],
    ['10.0.0.0/8', 'anything', 80, '11.0.0.1', false],
    ['10.0.0.0/8', 'anything', 80, '::ffff:10.0.0.1', true],
    ['10.0.0.1', 'name', 80, '10.0.0.1', true],
    ['10.0.0.1:81', 'name', 80, '10.0.0.1', false],
    ['::1', '::1', 80, '::1', true],
    ['[::1]', '::1', 80, '::1', true],
    ['[::1]:81', '::1', 81, '::1', true],
    ['[::1]:81', '::1', 80, '::1', false],
    ['fd00::/8', 'anything', 80, 'fd12::1', true],
    ['fd00::/8', 'anything', 80, '10.0.0.1', false],
    ['', '', 80, '10.0.0.1', false],
    [',,', 'a', 80, '10.0.0.1', false],
    ['*', 'a', 80, '10.0.0.1', false],
    ['10.0.0.0/99', 'a', 80, '10.0.0.1', false],
    ['10.0.0.0/', 'a', 80, '10.0.0.1', false],
    ['http://intranet/', 'intranet', 80, '10.0.0.1', false],
    ['user@intranet', 'intranet', 80, '10.0.0.1', false],
  ])('The list %j applied to %s:%d at %s gives %s.', (list, host, port, address, allowed) => {
    expect(allows(readAllowList(list), target(host, port, address))).toBe(allowed);
  });

  test.each(['127.0.0.1', '127.0.0.0/8', '127.0.0.1:PORT'])(
    'A host that the list %j allows is fetched.',
    async (list) => {
      await using server = await serve(giving('text/plain', 'x'));
      vi.stubEnv('WCP_WEB_FETCH_ALLOW', list.replace('PORT', String(server.port)));
      expect(await run(server.origin)).toMatchObject({ status: 'ok' });
    },
  );

  test('A host that is allowed on another port is denied.', async () => {
    await using server = await serve(giving('text/plain', 'x'));
    vi.stubEnv('WCP_WEB_FETCH_ALLOW', `127.0.0.1:${server.port === 1 ? 2 : 1}`);
    expect(await run(server.origin)).toMatchObject(denied('FETCH_ADDRESS_NOT_ALLOWED'));
  });
});

describe('a host name', () => {
  const context = {
    correlation_id: 'c-1',
    signal: new AbortController().signal,
    deny: (code: string, message: string) => ({ code, message }),
  };
  const request = (url: string) => ({ url, max_bytes: 1000, timeout_ms: 2000, max_redirects: 2 });
  const fetchWith = (url: string, network: Network) => fetchPage(request(url), context, network);
  /** A resolver that gives the next of its answers each time. */
  const answering = (...answers: readonly string[][]) => {
    let lookups = 0;
    const resolve: Resolve = (_host, _options, done) => {
      const addresses = answers[Math.min(lookups, answers.length - 1)] ?? [];
      lookups += 1;
      done(
        null,
        addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
      );
    };
    return { resolve, lookups: () => lookups };
  };

  test.each([[['127.0.0.1']], [['::ffff:127.0.0.1', '10.0.0.1']], [['fe80::1']], [['']], [[]]])(
    'A host name that resolves to %j is denied.',
    async (addresses) => {
      await using server = await serve(giving('text/plain', 'secret'));
      const { resolve } = answering(addresses);
      expect(await fetchWith(`http://good.test:${server.port}/`, { allowed: [], resolve })).toMatchObject({
        code: 'FETCH_ADDRESS_NOT_ALLOWED',
      });
      expect(server.seen).toEqual([]);
    },
  );

  test('A host name is resolved once, and the checked address is the one connected to.', async () => {
    await using good = await serve(giving('text/plain', 'good'), '127.0.0.2');
    const { resolve, lookups } = answering(['127.0.0.2'], ['127.0.0.1']);
    const network = { allowed: readAllowList('127.0.0.2'), resolve };
    expect(await fetchWith(`http://good.test:${good.port}/`, network)).toMatchObject({ text: 'good' });
    expect(lookups()).toBe(1);
    expect(await fetchWith(`http://good.test:${good.port}/`, network)).toMatchObject({
      code: 'FETCH_ADDRESS_NOT_ALLOWED',
    });
  });

  test('A host name with good and bad addresses leads only to the good ones.', async () => {
    await using good = await serve(giving('text/plain', 'good'), '127.0.0.2');
    await using bad = await serve(giving('text/plain', 'bad'), '127.0.0.1');
    const { resolve } = answering(['127.0.0.1', '127.0.0.2']);
    const network = { allowed: readAllowList('127.0.0.2'), resolve };
    expect(await fetchWith(`http://good.test:${good.port}/`, network)).toMatchObject({ text: 'good' });
    expect(await fetchWith(`http://good.test:${bad.port}/`, network)).toMatchObject({
      code: 'FETCH_UNREACHABLE',
    });
    expect(bad.seen).toEqual([]);
  });

  test('A host name on the allow list may resolve to any address.', async () => {
    await using server = await serve(giving('text/plain', 'inside'));
    const { resolve } = answering(['127.0.0.1']);
    const network = { allowed: readAllowList('good.test'), resolve };
    expect(await fetchWith(`http://GOOD.test.:${server.port}/`, network)).toMatchObject({ text: 'inside' });
    expect(await fetchWith(`http://bad.test:${server.port}/`, network)).toMatchObject({
      code: 'FETCH_ADDRESS_NOT_ALLOWED',
    });
  });

  test('A host name that does not resolve is denied.', async () => {
    const resolve: Resolve = (_host, _options, done) => done(new Error('getaddrinfo ENOTFOUND'), []);
    expect(await fetchWith('http://nobody.test/', { allowed: [], resolve })).toMatchObject({
      code: 'FETCH_UNREACHABLE',
    });
  });

  test('A host name that never resolves is given up in time.', async () => {
    const network = { allowed: [], resolve: () => {} };
    expect(
      await fetchPage({ ...request('http://slow.test/'), timeout_ms: 50 }, context, network),
    ).toMatchObject({
      code: 'FETCH_TIMEOUT',
    });
  });
});
