import { generateKeyPairSync } from 'node:crypto';
import { beforeEach, describe, expect, test } from 'vitest';
import { ProblemError } from '../../../src/base/problem.ts';
import { isEd25519Key } from '../../../src/identity/credential/ed25519-key.ts';
import { Bench, jwk, keys, mint, pair, TENANT_ISSUER, tenantIssuer, xOf } from '../support.ts';

let bench: Bench;

beforeEach(async () => {
  bench = await Bench.open();
});

async function problemFrom(body: unknown): Promise<ProblemError> {
  const error = await bench.identity.issuers.put(body).catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(ProblemError);
  expect(error).toMatchObject({ code: 'INVALID_BODY' });
  expect(await bench.rows()).toEqual([]);
  expect(bench.identity.isOpen).toBe(true);
  return error as ProblemError;
}

async function findingsOf(body: unknown): Promise<string[]> {
  return (await problemFrom(body)).findings.map(({ path, code }) => `${path} ${code}`);
}

const withKeys = (...set: unknown[]) => ({ ...tenantIssuer, keys: { keys: set } });

describe('an issuer', () => {
  test('Issuers are listed as they were put, ordered by name.', async () => {
    const other = { ...tenantIssuer, issuer: 'another' };
    expect(await bench.identity.issuers.put(tenantIssuer)).toEqual(tenantIssuer);
    await bench.identity.issuers.put(other);
    expect(bench.identity.issuers.list()).toEqual([other, tenantIssuer]);
    await bench.reopen();
    expect(bench.identity.issuers.list()).toEqual([other, tenantIssuer]);
  });

  test('Putting an issuer again replaces what it was before.', async () => {
    await bench.identity.issuers.put(tenantIssuer);
    await bench.identity.issuers.put({ ...tenantIssuer, tenant_id: 'globex' });
    expect(bench.identity.issuers.list()).toMatchObject([{ tenant_id: 'globex' }]);
    expect(await bench.who(mint())).toMatchObject({ tenant_id: 'globex' });
  });

  test('An issuer in a list is a copy: what a reader does to it changes nothing.', async () => {
    const put = await bench.identity.issuers.put(tenantIssuer);
    for (const { roles } of [put, ...bench.identity.issuers.list()]) (roles as string[]).push('admin');
    expect(bench.identity.issuers.list()).toEqual([tenantIssuer]);
    expect(await bench.who(mint())).toMatchObject({ roles: ['tenant'] });
  });

  test('Removing an issuer that does not exist, or no longer exists, is NOT_FOUND.', async () => {
    await bench.identity.issuers.put(tenantIssuer);
    await bench.identity.issuers.remove(TENANT_ISSUER);
    for (const name of [TENANT_ISSUER, 'nobody', '__proto__'])
      await expect(bench.identity.issuers.remove(name)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(bench.identity.issuers.list()).toEqual([]);
  });

  test('An issuer is trusted as before where a change could not be stored.', async () => {
    await bench.identity.issuers.put(tenantIssuer);
    bench.beforeCommit = () => Promise.reject(new Error('disk'));
    await expect(bench.identity.issuers.remove(TENANT_ISSUER)).rejects.toThrow('disk');
    await expect(bench.identity.issuers.put({ ...tenantIssuer, tenant_id: 'globex' })).rejects.toThrow(
      'disk',
    );
    expect(bench.identity.issuers.list()).toEqual([tenantIssuer]);
    expect(await bench.who(mint())).toMatchObject({ tenant_id: 'acme' });
  });

  test.each<[string, object, string]>([
    ['has a name', { issuer: undefined }, '/issuer MISSING_MEMBER'],
    ['has a name of the form of an opaque id', { issuer: 'a b' }, '/issuer INVALID_VALUE'],
    ['has roles', { roles: [] }, '/roles INVALID_VALUE'],
    ['without a tenant cannot mint a tenant', { tenant_id: null }, '/tenant_id MISSING_MEMBER'],
    ['without an authority cannot mint an owner', { roles: ['worker-owner'] }, '/authority MISSING_MEMBER'],
    ['has an authority that is one', { authority: 'org.acme.x' }, '/authority INVALID_VALUE'],
    ['has keys', { keys: undefined }, '/keys MISSING_MEMBER'],
    ['has a key set, not a list', { keys: [jwk(keys)] }, '/keys INVALID_VALUE'],
    ['has a list in its key set', { keys: {} }, '/keys/keys MISSING_MEMBER'],
    ['has at least one key', { keys: { keys: [] } }, '/keys/keys INVALID_VALUE'],
    ['has a key set with nothing beside', { keys: { keys: [jwk(keys)], x: 1 } }, '/keys/x UNKNOWN_MEMBER'],
    ['has no other members', { jwks_uri: 'https://x' }, '/jwks_uri UNKNOWN_MEMBER'],
  ])('An issuer %s.', async (_, change, finding) => {
    expect(await findingsOf(JSON.parse(JSON.stringify({ ...tenantIssuer, ...change })))).toEqual([finding]);
  });

  test('Every finding is named at once.', async () => {
    const body = { roles: ['tenant', 'x'], keys: { keys: [{ kty: 'RSA' }, null] }, authority: 1 };
    expect(await findingsOf(body)).toEqual([
      '/authority INVALID_VALUE',
      '/issuer MISSING_MEMBER',
      '/keys/keys INVALID_VALUE',
      '/keys/keys/0/crv MISSING_MEMBER',
      '/keys/keys/0/kty INVALID_VALUE',
      '/keys/keys/0/x MISSING_MEMBER',
      '/keys/keys/1 INVALID_VALUE',
      '/roles/1 INVALID_VALUE',
      '/tenant_id MISSING_MEMBER',
    ]);
  });

  test.each([null, undefined, [], 'x', 0])('The value %j is not an issuer.', async (body) => {
    expect((await findingsOf(body)).every((finding) => finding.startsWith(' '))).toBe(true);
  });
});

describe('a key set', () => {
  const privateJwk = { ...keys.privateKey.export({ format: 'jwk' }), kid: 'k1' };
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ format: 'jwk' });
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' });
  const x25519 = generateKeyPairSync('x25519').publicKey.export({ format: 'jwk' });
  const ed448 = generateKeyPairSync('ed448').publicKey.export({ format: 'jwk' });

  test('A key set with a private key is refused, and nothing of the key is stored, echoed or listed.', async () => {
    const error = await problemFrom(withKeys(jwk(pair(), 'k0'), privateJwk));
    expect(error.findings).toMatchObject([{ path: '/keys/keys/1/d', code: 'INVALID_VALUE' }]);
    const d = String(privateJwk.d);
    const shown = JSON.stringify([
      error,
      error.findings,
      error.message,
      error.stack,
      bench.identity.issuers.list(),
    ]);
    for (let at = 0; at + 8 <= d.length; at += 1) expect(shown).not.toContain(d.slice(at, at + 8));
  });

  test.each([null, '', 'x', 7])('A key set with a private member of any value is refused: %j.', async (d) => {
    expect(await findingsOf(withKeys({ ...jwk(keys), d }))).toEqual(['/keys/keys/0/d INVALID_VALUE']);
  });

  test.each<[string, object, string]>([
    ['a symmetric key', { kty: 'oct', k: 'c2VjcmV0' }, '/keys/keys/0/kty INVALID_VALUE'],
    ['an RSA key', rsa, '/keys/keys/0/kty INVALID_VALUE'],
    ['a key of P-256', ec, '/keys/keys/0/crv INVALID_VALUE'],
    ['a key for key exchange', x25519, '/keys/keys/0/crv INVALID_VALUE'],
    ['an Ed448 key', ed448, '/keys/keys/0/crv INVALID_VALUE'],
    ['a key that is too short', { ...jwk(keys), x: xOf(keys).slice(1) }, '/keys/keys/0/x INVALID_VALUE'],
    ['a key that is too long', { ...jwk(keys), x: `${xOf(keys)}A` }, '/keys/keys/0/x INVALID_VALUE'],
    ['a key with padding', { ...jwk(keys), x: `${xOf(keys)}=` }, '/keys/keys/0/x INVALID_VALUE'],
    ['a key in the other base64', { ...jwk(keys), x: `${'+'.repeat(43)}` }, '/keys/keys/0/x INVALID_VALUE'],
    ['a key with a kid that is no text', { ...jwk(keys), kid: 1 }, '/keys/keys/0/kid INVALID_VALUE'],
    ['a key for encryption', { ...jwk(keys), use: 'enc' }, '/keys/keys/0/use INVALID_VALUE'],
    ['a key for another algorithm', { ...jwk(keys), alg: 'HS256' }, '/keys/keys/0/alg INVALID_VALUE'],
    ['a key with other members', { ...jwk(keys), x5u: 'https://x' }, '/keys/keys/0/x5u UNKNOWN_MEMBER'],
  ])('A key set cannot hold %s.', async (_, key, finding) => {
    expect(await findingsOf(withKeys(key))).toContain(finding);
  });

  test('Each of several keys in a set has a kid of its own.', async () => {
    const duplicate = ['/keys/keys INVALID_VALUE'];
    expect(await findingsOf(withKeys(jwk(keys, 'k1'), jwk(pair(), 'k1')))).toEqual(duplicate);
    expect(await findingsOf(withKeys(jwk(keys, 'k1'), jwk(pair())))).toEqual(duplicate);
    expect(await findingsOf(withKeys(jwk(keys), jwk(pair())))).toEqual(duplicate);
  });

  test('A key set has 16 keys at most.', async () => {
    const many = (count: number) =>
      withKeys(...Array.from({ length: count }, (_, at) => jwk(pair(), `k${at}`)));
    expect(await findingsOf(many(17))).toEqual(['/keys/keys INVALID_VALUE']);
    expect((await bench.identity.issuers.put(many(16))).keys.keys).toHaveLength(16);
  });

  test('A key set is read as other tools write it, and only what verifies is stored.', async () => {
    const exported = { ...jwk(keys, 'k1'), alg: 'EdDSA', use: 'sig', key_ops: ['verify'], ext: true };
    expect(await bench.identity.issuers.put(withKeys(exported))).toEqual(tenantIssuer);
    expect(await bench.who(mint())).not.toBeNull();
  });

  test('A key set holds no point of small order, under which a signature needs no secret.', () => {
    const P = 2n ** 255n - 19n;
    const eighth = BigInt('0x7a03ac9277fdc74ec6cc392cfa53202a0f67100d760b3cba4fd84d3d706a17c7');
    const ys = [0n, 1n, P - 1n, P, P + 1n, eighth, P - eighth];
    for (const y of ys.flatMap((value) => [value, value + 2n ** 255n])) {
      const raw = Buffer.from(y.toString(16).padStart(64, '0'), 'hex').reverse();
      expect(isEd25519Key(raw.toString('base64url'))).toBe(false);
    }
    for (let count = 0; count < 50; count += 1) expect(isEd25519Key(xOf(pair()))).toBe(true);
  });

  test('Each key has exactly one spelling.', () => {
    const x = xOf(keys);
    const twin = x.slice(0, -1) + String.fromCharCode(x.charCodeAt(42) + 1);
    expect(Buffer.from(twin, 'base64url').equals(Buffer.from(x, 'base64url'))).toBe(true);
    expect([isEd25519Key(x), isEd25519Key(twin)]).toEqual([true, false]);
  });
});
