import { constants, createHmac, generateKeyPairSync, sign } from 'node:crypto';
import { beforeEach, describe, expect, test } from 'vitest';
import {
  AUDIENCE,
  after,
  Bench,
  base64url,
  CLAIMS,
  EPOCH,
  HEADER,
  jwk,
  keys,
  mint,
  pair,
  signedBy,
  TENANT_ISSUER,
  tenantIssuer,
  token,
  xOf,
} from './support.ts';

const STAFF = 'staff';
const staffKeys = pair();
const staffIssuer = {
  issuer: STAFF,
  tenant_id: null,
  authority: 'org.acme',
  roles: ['worker-owner', 'steward', 'auditor'],
  keys: { keys: [jwk(staffKeys)] },
};
const DAY = 86_400;
let bench: Bench;

beforeEach(async () => {
  bench = await Bench.open();
  await bench.identity.issuers.put(tenantIssuer);
  await bench.identity.issuers.put(staffIssuer);
});

/** A credential of the staff's issuer, whose one key has no kid. */
const staff = (claims: object = {}, header: object = {}) =>
  mint({ iss: STAFF, sub: 'ann', ...claims }, { kid: undefined, ...header }, staffKeys);

describe('a signed credential', () => {
  test('is a principal with what its issuer stands for', async () => {
    expect(await bench.who(mint())).toEqual({
      id: 'jwt:https%3A//idp.acme.example:agent-7',
      roles: ['tenant'],
      tenant_id: 'acme',
      authority: null,
    });
    expect(await bench.who(staff())).toEqual({
      id: 'jwt:staff:ann',
      roles: ['worker-owner', 'steward', 'auditor'],
      tenant_id: null,
      authority: 'org.acme',
    });
  });

  test('holds after a restart', async () => {
    await bench.reopen();
    expect(await bench.who(mint())).not.toBeNull();
  });

  test.each([
    ['no type', {}],
    ['JWT', { typ: 'JWT' }],
    ['jwt', { typ: 'jwt' }],
    ['at+jwt', { typ: 'at+jwt' }],
    ['application/at+jwt', { typ: 'application/at+jwt' }],
  ])('may have the type: %s', async (_, header) => {
    expect(await bench.who(mint({}, header))).not.toBeNull();
  });

  test.each(['wcp-permit+jwt', 'application/wcp-permit+jwt', 'JOSE', '', 'xat+jwt', null, 1, ['JWT'], {}])(
    'does not have the type %j: a permit is no credential',
    async (typ) => {
      expect(await bench.why(mint({}, { typ }))).toBe('TYPE_NOT_ALLOWED');
    },
  );

  test('may name this Hall among other audiences', async () => {
    expect(await bench.who(mint({ aud: ['elsewhere', AUDIENCE] }))).not.toBeNull();
  });

  test('never has the id of another subject, whatever colons there are', async () => {
    const [a, b] = [pair(), pair()];
    await bench.identity.issuers.put({ ...staffIssuer, issuer: 'a', keys: { keys: [jwk(a)] } });
    await bench.identity.issuers.put({ ...staffIssuer, issuer: 'a:b', keys: { keys: [jwk(b)] } });
    const one = await bench.who(mint({ iss: 'a', sub: 'b:c' }, { kid: undefined }, a));
    const two = await bench.who(mint({ iss: 'a:b', sub: 'c' }, { kid: undefined }, b));
    expect([one?.id, two?.id]).toEqual(['jwt:a:b:c', 'jwt:a%3Ab:c']);
  });
});

describe('the algorithm of a credential is EdDSA alone', () => {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const publicBytes = Buffer.from(xOf(keys), 'base64url');
  const publicPem = keys.publicKey.export({ format: 'pem', type: 'spki' });
  const hmac = (secret: Buffer | string) => (input: string) =>
    createHmac('sha256', secret).update(input).digest();
  const ecdsa = (input: string) =>
    sign('sha256', Buffer.from(input), { key: ec.privateKey, dsaEncoding: 'ieee-p1363' });
  const none = () => Buffer.alloc(0);

  test.each<[string, unknown, (input: string) => Buffer]>([
    ['none', 'none', none],
    ['None', 'None', none],
    ['none with a good signature', 'none', signedBy(keys)],
    ['HS256 with the bytes of the public key', 'HS256', hmac(publicBytes)],
    ['HS256 with the text of the public key', 'HS256', hmac(xOf(keys))],
    ['HS256 with the PEM of the public key', 'HS256', hmac(publicPem.toString())],
    ['HS256 with nothing', 'HS256', hmac('')],
    ['RS256', 'RS256', (input) => sign('sha256', Buffer.from(input), rsa.privateKey)],
    [
      'PS256',
      'PS256',
      (input) =>
        sign('sha256', Buffer.from(input), { key: rsa.privateKey, padding: constants.RSA_PKCS1_PSS_PADDING }),
    ],
    ['ES256', 'ES256', ecdsa],
    ['another name of EdDSA', 'Ed25519', signedBy(keys)],
    ['EdDSA in another case', 'eddsa', signedBy(keys)],
    ['a list', ['EdDSA'], signedBy(keys)],
    ['no algorithm', undefined, signedBy(keys)],
  ])('not %s', async (_, alg, signature) => {
    expect(await bench.why(token({ ...HEADER, alg }, CLAIMS, signature))).toBe('ALGORITHM_NOT_ALLOWED');
  });

  test('and a signature of another algorithm is none under its name', async () => {
    for (const signature of [none, hmac(publicBytes), ecdsa])
      expect(await bench.why(token(HEADER, CLAIMS, signature))).toBe('SIGNATURE_INVALID');
  });
});

describe('the signature of a credential', () => {
  test('is the issuer’s: nobody else signs in its name', async () => {
    expect(await bench.why(mint({}, {}, pair()))).toBe('SIGNATURE_INVALID');
    expect(await bench.why(mint({}, {}, staffKeys))).toBe('SIGNATURE_INVALID');
    expect(await bench.why(mint({ iss: STAFF }, { kid: undefined }, keys))).toBe('SIGNATURE_INVALID');
  });

  test('covers the claims and the header', async () => {
    const [header, , signature] = mint().split('.');
    const claims = base64url({ ...CLAIMS, sub: 'somebody-else' });
    expect(await bench.why(`${header}.${claims}.${signature}`)).toBe('SIGNATURE_INVALID');
    const other = base64url({ ...HEADER, typ: 'JWT' });
    expect(await bench.why(mint().replace(/^[^.]+/, other))).toBe('SIGNATURE_INVALID');
  });

  test('is never checked with a key that the credential brings itself', async () => {
    const own = pair();
    for (const header of [
      { jwk: jwk(own, 'k1') },
      { jku: 'https://evil.example/jwks.json' },
      { x5c: ['MII'] },
    ])
      expect(await bench.why(mint({}, header, own))).toBe('SIGNATURE_INVALID');
  });

  test.each([
    ['a critical extension that nobody knows', { crit: ['x'], x: 1 }],
    ['a payload that is not encoded', { crit: ['b64'], b64: false }],
    ['an empty list of critical extensions', { crit: [] }],
  ])('does not help %s', async (_, header) => {
    expect(await bench.who(mint({}, header))).toBeNull();
  });
});

describe('the key of a credential', () => {
  test('is named by its kid; an unknown one is not replaced by another', async () => {
    for (const kid of ['k2', '', 'K1', null, 1, ['k1'], '__proto__'])
      expect(await bench.why(mint({}, { kid }))).toBe('SIGNING_KEY_UNKNOWN');
    expect(await bench.why(staff({}, { kid: 'k1' }))).toBe('SIGNING_KEY_UNKNOWN');
  });

  test('is the only one of the issuer where it names none, and none of several', async () => {
    expect(await bench.who(mint({}, { kid: undefined }))).not.toBeNull();
    await bench.identity.issuers.put({
      ...tenantIssuer,
      keys: { keys: [jwk(keys, 'k1'), jwk(pair(), 'k2')] },
    });
    expect(await bench.why(mint({}, { kid: undefined }))).toBe('SIGNING_KEY_UNKNOWN');
    expect(await bench.who(mint())).not.toBeNull();
  });

  test('is exchanged without a gap by putting the set with both', async () => {
    const next = pair();
    const put = (set: object[]) => bench.identity.issuers.put({ ...tenantIssuer, keys: { keys: set } });
    const old = mint();
    const fresh = mint({}, { kid: 'k2' }, next);
    const holds = async () => [(await bench.who(old)) !== null, (await bench.who(fresh)) !== null];
    expect(await holds()).toEqual([true, false]);
    await put([jwk(keys, 'k1'), jwk(next, 'k2')]);
    expect(await holds()).toEqual([true, true]);
    await put([jwk(next, 'k2')]);
    expect(await holds()).toEqual([false, true]);
    await bench.reopen();
    expect(await holds()).toEqual([false, true]);
  });

  test('under a kid that was given to another key does not open with the old signature', async () => {
    const old = mint();
    expect(await bench.who(old)).not.toBeNull();
    await bench.identity.issuers.put({ ...tenantIssuer, keys: { keys: [jwk(pair(), 'k1')] } });
    expect(await bench.why(old)).toBe('SIGNATURE_INVALID');
  });
});

describe('the issuer of a credential', () => {
  test.each(['nobody', '', 'STAFF', '__proto__', 'constructor', null, 7, [TENANT_ISSUER], undefined])(
    'is configured, which %j is not',
    async (iss) => {
      expect(await bench.why(mint({ iss }))).toBe('ISSUER_UNKNOWN');
    },
  );

  test('that was removed opens nothing, at once and after a restart', async () => {
    expect(await bench.who(mint())).not.toBeNull();
    await bench.identity.issuers.remove(TENANT_ISSUER);
    expect(await bench.why(mint())).toBe('ISSUER_UNKNOWN');
    await bench.reopen();
    expect(await bench.why(mint())).toBe('ISSUER_UNKNOWN');
    expect(await bench.who(staff())).not.toBeNull();
  });

  test('that is put again after its removal opens again', async () => {
    await bench.identity.issuers.remove(TENANT_ISSUER);
    await bench.identity.issuers.put(tenantIssuer);
    expect(await bench.who(mint())).not.toBeNull();
  });

  test('that is removed while a credential is verified does not let it in', async () => {
    for (const change of [
      () => bench.identity.issuers.remove(TENANT_ISSUER),
      () => bench.identity.issuers.put({ ...tenantIssuer, keys: { keys: [jwk(pair(), 'k1')] } }),
    ]) {
      await bench.identity.issuers.put(tenantIssuer);
      const text = mint({ jti: String(Math.random()) });
      const [principal] = await Promise.all([bench.who(text), change()]);
      expect(principal).toBeNull();
      expect(await bench.who(text)).toBeNull();
    }
  });
});

describe('the claims of a credential', () => {
  test.each<[string, object, string]>([
    ['an audience', { aud: undefined }, 'CLAIM_MISSING'],
    ['this Hall as audience', { aud: 'other.example/log' }, 'AUDIENCE_MISMATCH'],
    ['this very Hall as audience', { aud: `${AUDIENCE}/` }, 'AUDIENCE_MISMATCH'],
    ['this Hall among its audiences', { aud: ['other.example/log'] }, 'AUDIENCE_MISMATCH'],
    ['an audience that is no object', { aud: { [AUDIENCE]: true } }, 'AUDIENCE_MISMATCH'],
    ['a subject', { sub: undefined }, 'CLAIM_MISSING'],
    ['a subject that is a text', { sub: 7 }, 'CLAIM_INVALID'],
    ['a subject that is not empty', { sub: '' }, 'CLAIM_INVALID'],
    ['a subject of 256 characters at most', { sub: 'a'.repeat(257) }, 'CLAIM_INVALID'],
    ['a subject on one line', { sub: 'a\nb' }, 'CLAIM_INVALID'],
    ['an end', { exp: undefined }, 'CLAIM_MISSING'],
    ['an end that is a number', { exp: String(EPOCH + 60) }, 'CLAIM_INVALID'],
    ['an end to come', { exp: EPOCH - 5 }, 'EXPIRED'],
    ['a beginning', { iat: undefined }, 'CLAIM_MISSING'],
    ['a beginning that is a number', { iat: '1' }, 'CLAIM_INVALID'],
    ['a beginning that is not null', { iat: null }, 'CLAIM_INVALID'],
    ['a beginning that was', { iat: EPOCH + 6 }, 'NOT_YET_VALID'],
    ['a beginning that was, long ago or not', { iat: EPOCH + 600, exp: EPOCH + 700 }, 'NOT_YET_VALID'],
    ['no later beginning', { nbf: EPOCH + 6 }, 'NOT_YET_VALID'],
    ['a life of a day at most', { iat: EPOCH, exp: EPOCH + DAY + 1 }, 'LIFETIME_TOO_LONG'],
    ['a life that began today', { iat: EPOCH - DAY - 6 }, 'EXPIRED'],
    ['roles in a list', { roles: 'tenant' }, 'CLAIM_INVALID'],
    ['roles that are not null', { roles: null }, 'CLAIM_INVALID'],
    ['at least one role, where any are named', { roles: [] }, 'CLAIM_INVALID'],
    ['roles that are texts', { roles: ['tenant', 1] }, 'CLAIM_INVALID'],
    ['no role of a steward from a tenant’s issuer', { roles: ['steward'] }, 'ROLE_NOT_GRANTED'],
    ['no role beyond the issuer’s', { roles: ['tenant', 'admin'] }, 'ROLE_NOT_GRANTED'],
    ['no role that does not exist', { roles: ['tenant', 'root'] }, 'ROLE_NOT_GRANTED'],
    ['no other tenant', { tenant_id: 'globex' }, 'TENANT_MISMATCH'],
    ['no tenant that is null', { tenant_id: null }, 'TENANT_MISMATCH'],
    ['no authority that the issuer lacks', { authority: 'org.acme' }, 'AUTHORITY_MISMATCH'],
  ])('have %s', async (_, claims, reason) => {
    expect(await bench.why(mint(claims))).toBe(reason);
  });

  test('cannot be infinite: JSON has numbers that no clock reaches', async () => {
    for (const [iat, exp] of [
      ['-1e999', '1e999'],
      [EPOCH, '1e999'],
      ['1e999', '1e999'],
      ['-1e999', EPOCH + 60],
    ]) {
      const text = JSON.stringify({ ...CLAIMS, iat: 'I', exp: 'E' })
        .replace('"I"', String(iat))
        .replace('"E"', String(exp));
      expect(await bench.who(token(HEADER, text, signedBy(keys)))).toBeNull();
    }
  });

  test.each<[string, object]>([
    ['an end that passed within the tolerance of the clocks', { exp: EPOCH - 4 }],
    ['a beginning within the tolerance of the clocks', { iat: EPOCH + 5 }],
    ['a life of exactly a day', { iat: EPOCH, exp: EPOCH + DAY }],
    ['the issuer’s own roles', { roles: ['tenant'] }],
    ['the issuer’s own tenant', { tenant_id: 'acme', authority: null }],
    ['others that mean nothing here', { jti: 'x', scope: 'admin', role: 'admin', groups: ['admin'] }],
  ])('may have %s', async (_, claims) => {
    expect(await bench.who(mint(claims))).toMatchObject({ roles: ['tenant'], tenant_id: 'acme' });
  });

  test('narrow the roles of the issuer', async () => {
    expect(await bench.who(staff({ roles: ['auditor'] }))).toMatchObject({ roles: ['auditor'] });
    expect(await bench.who(staff({ roles: ['auditor', 'auditor', 'steward'] }))).toMatchObject({
      roles: ['steward', 'auditor'],
    });
    expect(await bench.why(staff({ roles: ['admin'] }))).toBe('ROLE_NOT_GRANTED');
  });

  test('cannot make a tenant where the issuer stands for none', async () => {
    expect(await bench.why(staff({ roles: ['tenant'], tenant_id: 'acme' }))).toBe('ROLE_NOT_GRANTED');
    expect(await bench.why(staff({ tenant_id: 'acme' }))).toBe('TENANT_MISMATCH');
  });

  test('cannot shake off the tenant by narrowing: its steward must not resolve what it asked', async () => {
    await bench.identity.issuers.put({ ...tenantIssuer, roles: ['tenant', 'steward'] });
    expect(await bench.who(mint({ roles: ['steward'] }))).toMatchObject({
      roles: ['steward'],
      tenant_id: 'acme',
    });
  });

  test('do not come from a member named __proto__', async () => {
    const text = JSON.stringify(CLAIMS).replace('{', '{"__proto__":{"roles":["admin"]},');
    expect(await bench.who(token(HEADER, text, signedBy(keys)))).toMatchObject({ roles: ['tenant'] });
  });

  test('lose their hold when the time comes, however often they were seen before', async () => {
    const text = mint({ exp: EPOCH + 60 });
    expect(await bench.who(text, after(0))).not.toBeNull();
    expect(await bench.who(text, after(59))).not.toBeNull();
    expect(await bench.who(text, after(64))).not.toBeNull();
    expect(await bench.why(text, after(65))).toBe('EXPIRED');
    expect(await bench.why(text, new Date(Number.NaN))).not.toMatch('let in');
  });

  test('do not hold before their time because they were seen later', async () => {
    const text = mint({ iat: EPOCH + 60, exp: EPOCH + 120 });
    expect(await bench.who(text, after(60))).not.toBeNull();
    expect(await bench.why(text, after(0))).toBe('NOT_YET_VALID');
  });
});

describe('a text that is no credential', () => {
  test.each([
    'abc',
    'a.b.c',
    '..',
    'a.b',
    'a.b.c.d.e',
    `${mint()}.`,
    `${mint()}=`,
    mint().replace('.', '..'),
    `${base64url('[]')}.${base64url('{}')}.AA`,
    `${base64url('null')}.${base64url('null')}.AA`,
    `${base64url(HEADER)}.${base64url('[]')}.AA`,
    `${base64url(HEADER)}.${base64url('{"a":')}.AA`,
    `${base64url(HEADER)}.${base64url('['.repeat(5000))}.AA`,
    `${base64url(HEADER)}.${Buffer.from([0xff, 0xfe]).toString('base64url')}.AA`,
  ])('is refused: %s', async (text) => {
    expect(await bench.why(text)).toBe('TOKEN_MALFORMED');
  });

  test('is logged by a code and, at most, a configured issuer', async () => {
    await bench.who(mint({ iss: 'evil\nissuer' }));
    await bench.who(mint({ exp: EPOCH - 60 }));
    await bench.who('secret.secret.secret');
    expect(bench.refusals).toEqual([
      { reason: 'ISSUER_UNKNOWN', source: null },
      { reason: 'EXPIRED', source: 'jwt:https%3A//idp.acme.example' },
      { reason: 'TOKEN_MALFORMED', source: null },
    ]);
  });
});
