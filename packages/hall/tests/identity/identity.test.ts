import { beforeEach, describe, expect, test } from 'vitest';
import { generateApiKey } from '../../src/identity/api-key/api-key-text.ts';
import { openIdentity } from '../../src/identity/identity.ts';
import type { StatefulRow } from '../../src/storage/store/store.ts';
import { AUDIENCE, Bench, EPOCH, mint, NOW, TENANT_ISSUER, tenantIssuer } from './support.ts';

const TENANT = { label: 'k', roles: ['tenant'], tenant_id: 'acme', authority: null };
let bench: Bench;

beforeEach(async () => {
  bench = await Bench.open();
});

describe('a Hall', () => {
  test('A Hall without any key or issuer is open and authenticates nobody.', async () => {
    expect(bench.identity.isOpen).toBe(true);
    expect(await bench.identity.authenticate(undefined, NOW)).toBeNull();
    expect(await bench.why(`wcp_abcdefghijkl_${'A'.repeat(43)}`)).toBe('KEY_UNKNOWN');
    expect(await bench.why(mint())).toBe('ISSUER_UNKNOWN');
  });

  test('A Hall that had a key never opens again.', async () => {
    const { key_id } = await bench.identity.keys.create(TENANT);
    expect(bench.identity.isOpen).toBe(false);
    await bench.identity.keys.revoke(key_id);
    expect(bench.identity.isOpen).toBe(false);
    expect((await bench.reopen()).isOpen).toBe(false);
  });

  test('A Hall that had an issuer never opens again.', async () => {
    await bench.identity.issuers.put(tenantIssuer);
    expect(bench.identity.isOpen).toBe(false);
    expect((await bench.reopen()).isOpen).toBe(false);
    await bench.identity.issuers.remove(TENANT_ISSUER);
    expect(bench.identity.isOpen).toBe(false);
    expect((await bench.reopen()).isOpen).toBe(false);
  });

  test('A Hall stays open where its first key could not be stored.', async () => {
    bench.beforeCommit = () => Promise.reject(new Error('disk'));
    await expect(bench.identity.keys.create(TENANT)).rejects.toThrow('disk');
    await expect(bench.identity.issuers.put(tenantIssuer)).rejects.toThrow('disk');
    expect(bench.identity.isOpen).toBe(true);
  });

  test('A Hall hands out no key before it is stored.', async () => {
    let release = () => {};
    bench.beforeCommit = () =>
      new Promise((resolve) => {
        release = resolve;
      });
    let isGiven = false;
    const creation = bench.identity.keys.create(TENANT).then(({ key }) => {
      isGiven = true;
      return key;
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect([isGiven, bench.identity.isOpen]).toEqual([false, true]);
    release();
    expect(await bench.who(await creation)).not.toBeNull();
  });

  test('A Hall knows each of a thousand and one keys after a restart.', async () => {
    const made = [];
    for (let count = 0; count < 1001; count += 1) made.push(await bench.identity.keys.create(TENANT));
    await bench.reopen();
    expect(bench.identity.keys.list()).toHaveLength(1001);
    for (const { key, key_id } of made) expect((await bench.who(key))?.id).toBe(`key:${key_id}`);
  });

  test('A credential for one Hall is not valid at another.', async () => {
    const other = await openIdentity({
      store: bench.store,
      commit: (changes) => bench.store.commit(changes),
      audience: 'other.example/log',
      now: () => NOW,
    });
    await other.issuers.put(tenantIssuer);
    await bench.reopen();
    expect(await other.authenticate(`Bearer ${mint()}`, NOW)).toBeNull();
    expect(await other.authenticate(`Bearer ${mint({ aud: 'other.example/log' })}`, NOW)).not.toBeNull();
    expect(await bench.why(mint({ aud: 'other.example/log' }))).toBe('AUDIENCE_MISMATCH');
    expect(AUDIENCE).not.toBe('other.example/log');
  });
});

describe('the Authorization header', () => {
  let key: string;
  beforeEach(async () => {
    key = (await bench.identity.keys.create(TENANT)).key;
    await bench.identity.issuers.put(tenantIssuer);
  });
  const authenticate = (header: string) => bench.identity.authenticate(header, NOW);

  test('The scheme Bearer is accepted in any case, with one token.', async () => {
    for (const scheme of ['Bearer', 'bearer', 'BEARER', 'bEaReR']) {
      expect(await authenticate(`${scheme} ${key}`)).toMatchObject({ tenant_id: 'acme' });
      expect(await authenticate(`${scheme}  ${mint()}`)).toMatchObject({ tenant_id: 'acme' });
    }
  });

  test.each<[string, (token: string) => string]>([
    ['nothing', () => ''],
    ['the scheme alone', () => 'Bearer'],
    ['the scheme and a space', () => 'Bearer '],
    ['the token alone', (token) => token],
    ['another scheme', (token) => `Basic ${token}`],
    ['a scheme that begins like it', (token) => `Bearerx ${token}`],
    ['no space', (token) => `Bearer${token}`],
    ['a tab', (token) => `Bearer\t${token}`],
    ['a space before', (token) => ` Bearer ${token}`],
    ['a space after', (token) => `Bearer ${token} `],
    ['a line after', (token) => `Bearer ${token}\n`],
    ['two tokens', (token) => `Bearer ${token} ${token}`],
    ['two tokens in a list', (token) => `Bearer ${token},${token}`],
    ['two headers in one', (token) => `Bearer ${token}, Bearer ${token}`],
    ['a token in quotes', (token) => `Bearer "${token}"`],
    ['a parameter', (token) => `Bearer token=${token}`],
    ['more than 8 KiB', (token) => `Bearer ${' '.repeat(8193)}${token}`],
  ])('The Authorization header is refused in this form: %s.', async (_, header) => {
    expect(await authenticate(header(key))).toBeNull();
    expect(await authenticate(header(mint()))).toBeNull();
    expect(bench.refusals.every(({ source }) => source === null)).toBe(true);
  });

  test('A missing header authenticates nobody and logs nothing.', async () => {
    expect(await bench.identity.authenticate(undefined, NOW)).toBeNull();
    expect(bench.refusals).toEqual([]);
  });

  test('A header of hostile length is refused within the time that a test has.', async () => {
    for (const filler of [' ', '=', 'a', 'a='])
      expect(await authenticate(`Bearer ${filler.repeat(5_000_000)}!`)).toBeNull();
    for (const filler of [' ', '=', 'a', 'a=', '.', 'a.'])
      expect(await authenticate(`Bearer ${filler.repeat(4000)}!`)).toBeNull();
  });
});

describe('a damaged store', () => {
  const damages: [string, (row: StatefulRow) => Partial<StatefulRow>][] = [
    ['a document that is no JSON', () => ({ document: '{' })],
    ['a document that is empty', () => ({ document: '{}' })],
    ['a state that nobody knows', () => ({ state: 'super' })],
    ['a role that nobody knows', ({ document }) => ({ document: document.replace('"tenant"', '"root"') })],
    ['no tenant for a tenant', ({ document }) => ({ document: document.replace('"acme"', 'null') })],
    [
      'a member given twice',
      ({ document }) => ({ document: document.replace('{', '{"tenant_id":"globex",') }),
    ],
  ];

  test.each(damages)('A Hall does not open with a stored key with %s.', async (_, damage) => {
    await bench.identity.keys.create(TENANT);
    const [row] = (await bench.rows()) as [StatefulRow];
    await bench.store.commit([{ put: 'api_keys', row: { ...row, ...damage(row) } }]);
    await expect(bench.reopen()).rejects.toMatchObject({ code: 'ERR_WCP_STORE' });
  });

  test.each(damages)('A Hall does not open with a stored issuer with %s.', async (_, damage) => {
    await bench.identity.issuers.put(tenantIssuer);
    const [row] = (await bench.rows()) as [StatefulRow];
    await bench.store.commit([{ put: 'issuers', row: { ...row, ...damage(row) } }]);
    await expect(bench.reopen()).rejects.toMatchObject({ code: 'ERR_WCP_STORE' });
  });

  test('A Hall does not open where the row of a revoked key has another state.', async () => {
    const { key_id } = await bench.identity.keys.create(TENANT);
    await bench.identity.keys.revoke(key_id);
    const [row] = (await bench.rows()) as [StatefulRow];
    await bench.store.commit([{ put: 'api_keys', row: { ...row, state: 'active' } }]);
    await expect(bench.reopen()).rejects.toMatchObject({ code: 'ERR_WCP_STORE' });
  });

  test('A Hall does not open where the document of one issuer has the name of another.', async () => {
    await bench.identity.issuers.put(tenantIssuer);
    const [row] = (await bench.rows()) as [StatefulRow];
    await bench.store.commit([{ put: 'issuers', row: { ...row, id: 'other' } }]);
    await expect(bench.reopen()).rejects.toMatchObject({ code: 'ERR_WCP_STORE' });
  });

  test('The message about a damaged row repeats nothing of it.', async () => {
    await bench.identity.keys.create(TENANT);
    const [row] = (await bench.rows()) as [StatefulRow];
    const hash = /"secret_hash":"([0-9a-f]+)"/.exec(row.document)?.[1] as string;
    await bench.store.commit([{ put: 'api_keys', row: { ...row, state: 'super' } }]);
    const error = await bench.reopen().catch((caught: Error) => caught);
    expect(`${(error as Error).message}${JSON.stringify(error)}`).not.toContain(hash.slice(0, 8));
  });
});

describe('a generated id', () => {
  test('An id that is already taken is generated again.', () => {
    const received: string[] = [];
    const { id } = generateApiKey((candidate) => received.push(candidate) < 3);
    expect(received).toHaveLength(3);
    expect(id).toBe(received[2]);
  });
});

describe('the cache of verified credentials', () => {
  test('The cache saves verifying a signature, and only for credentials that were accepted.', async () => {
    await bench.identity.issuers.put(tenantIssuer);
    const verify = globalThis.crypto.subtle.verify;
    let count = 0;
    globalThis.crypto.subtle.verify = ((...args: Parameters<typeof verify>) => {
      count += 1;
      return verify.apply(globalThis.crypto.subtle, args);
    }) as typeof verify;
    try {
      const [good, bad] = [mint(), mint({ exp: EPOCH - 60 })];
      for (const token of [good, good, good]) expect(await bench.who(token)).not.toBeNull();
      expect(count).toBe(1);
      for (const token of [bad, bad]) expect(await bench.who(token)).toBeNull();
      expect(count).toBe(3);
      await bench.identity.issuers.put({ ...tenantIssuer, issuer: 'another' });
      expect(await bench.who(good)).not.toBeNull();
      expect(count).toBe(4);
    } finally {
      globalThis.crypto.subtle.verify = verify;
    }
  });
});
