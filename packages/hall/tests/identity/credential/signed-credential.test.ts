import { constants, createHmac, generateKeyPairSync, sign } from 'node:crypto';
import { beforeEach, describe, expect, test } from 'vitest';
import {
  AUDIENCE,
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
} from '../support.ts';

const STAFF = 'staff';
const staffKeys = pair();
const staffIssuer = {
  issuer: STAFF,
  tenant_id: null,
  authority: 'org.acme',
  roles: ['worker-owner', 'steward', 'auditor'],
  keys: { keys: [jwk(staffKeys)] },
};
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
  test('A signed credential identifies a principal with what its issuer stands for.', async () => {
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

  test('A signed credential is valid after a restart.', async () => {
    await bench.reopen();
    expect(await bench.who(mint())).not.toBeNull();
  });

  test.each([
    ['no type', {}],
    ['JWT', { typ: 'JWT' }],
    ['jwt', { typ: 'jwt' }],
    ['at+jwt', { typ: 'at+jwt' }],
    ['application/at+jwt', { typ: 'application/at+jwt' }],
  ])('A signed credential may have the type: %s.', async (_, header) => {
    expect(await bench.who(mint({}, header))).not.toBeNull();
  });

  test.each(['wcp-permit+jwt', 'application/wcp-permit+jwt', 'JOSE', '', 'xat+jwt', null, 1, ['JWT'], {}])(
    'A signed credential with the type %j is refused: a permit is not a credential.',
    async (typ) => {
      expect(await bench.why(mint({}, { typ }))).toBe('TYPE_NOT_ALLOWED');
    },
  );

  test('A signed credential is refused where a name occurs twice in its header or its payload, whichever value a reader would take.', async () => {
    const raw = (header: string, payload: string) => token(header, payload, signedBy(keys));
    const [header, payload] = [JSON.stringify(HEADER), JSON.stringify(CLAIMS)];
    expect(await bench.who(raw(header, payload))).not.toBeNull();
    const claims = [
      `"sub":"other",`,
      `"iss":"${TENANT_ISSUER}",`,
      `"\\u0073ub":"other",`,
      `"x":{"a":1,"a":2},`,
    ];
    for (const more of claims) {
      expect(await bench.why(raw(header, payload.replace('{', `{${more}`)))).toBe('TOKEN_MALFORMED');
    }
    for (const more of [`"alg":"none",`, `"kid":"k2",`]) {
      expect(await bench.why(raw(header.replace('{', `{${more}`), payload))).toBe('TOKEN_MALFORMED');
    }
  });

  test('A signed credential is refused where a part is not UTF-8, or has a byte order mark.', async () => {
    const parts = [Buffer.from(`\ufeff${JSON.stringify(CLAIMS)}`), Buffer.from([0x7b, 0xff, 0x7d])];
    for (const part of parts) {
      const input = `${base64url(HEADER)}.${part.toString('base64url')}`;
      expect(await bench.why(`${input}.${signedBy(keys)(input).toString('base64url')}`)).toBe(
        'TOKEN_MALFORMED',
      );
    }
  });

  test('A signed credential may name this Hall among other audiences.', async () => {
    expect(await bench.who(mint({ aud: ['elsewhere', AUDIENCE] }))).not.toBeNull();
  });

  test('Two subjects never share an id, wherever their colons are.', async () => {
    const [a, b] = [pair(), pair()];
    await bench.identity.issuers.put({ ...staffIssuer, issuer: 'a', keys: { keys: [jwk(a)] } });
    await bench.identity.issuers.put({ ...staffIssuer, issuer: 'a:b', keys: { keys: [jwk(b)] } });
    const one = await bench.who(mint({ iss: 'a', sub: 'b:c' }, { kid: undefined }, a));
    const two = await bench.who(mint({ iss: 'a:b', sub: 'c' }, { kid: undefined }, b));
    expect([one?.id, two?.id]).toEqual(['jwt:a:b:c', 'jwt:a%3Ab:c']);
  });
});

describe('the algorithm of a credential', () => {
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
  ])('A credential is signed with EdDSA alone, not with %s.', async (_, alg, signature) => {
    expect(await bench.why(token({ ...HEADER, alg }, CLAIMS, signature))).toBe('ALGORITHM_NOT_ALLOWED');
  });

  test('A signature of another algorithm is not valid under the name EdDSA.', async () => {
    for (const signature of [none, hmac(publicBytes), ecdsa])
      expect(await bench.why(token(HEADER, CLAIMS, signature))).toBe('SIGNATURE_INVALID');
  });
});

describe('the signature of a credential', () => {
  test('Only the issuer itself can sign in its name.', async () => {
    expect(await bench.why(mint({}, {}, pair()))).toBe('SIGNATURE_INVALID');
    expect(await bench.why(mint({}, {}, staffKeys))).toBe('SIGNATURE_INVALID');
    expect(await bench.why(mint({ iss: STAFF }, { kid: undefined }, keys))).toBe('SIGNATURE_INVALID');
  });

  test('The signature covers the claims and the header.', async () => {
    const [header, , signature] = mint().split('.');
    const claims = base64url({ ...CLAIMS, sub: 'somebody-else' });
    expect(await bench.why(`${header}.${claims}.${signature}`)).toBe('SIGNATURE_INVALID');
    const other = base64url({ ...HEADER, typ: 'JWT' });
    expect(await bench.why(mint().replace(/^[^.]+/, other))).toBe('SIGNATURE_INVALID');
  });

  test('The signature is never checked with a key that the credential brings itself.', async () => {
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
  ])('A valid signature does not help %s.', async (_, header) => {
    expect(await bench.who(mint({}, header))).toBeNull();
  });
});

describe('the key of a credential', () => {
  test('The key is named by its kid; an unknown kid is not replaced by another.', async () => {
    for (const kid of ['k2', '', 'K1', null, 1, ['k1'], '__proto__'])
      expect(await bench.why(mint({}, { kid }))).toBe('SIGNING_KEY_UNKNOWN');
    expect(await bench.why(staff({}, { kid: 'k1' }))).toBe('SIGNING_KEY_UNKNOWN');
  });

  test('Without a kid the key is the only one of the issuer; where the issuer has several, there is none.', async () => {
    expect(await bench.who(mint({}, { kid: undefined }))).not.toBeNull();
    await bench.identity.issuers.put({
      ...tenantIssuer,
      keys: { keys: [jwk(keys, 'k1'), jwk(pair(), 'k2')] },
    });
    expect(await bench.why(mint({}, { kid: undefined }))).toBe('SIGNING_KEY_UNKNOWN');
    expect(await bench.who(mint())).not.toBeNull();
  });

  test('A key is exchanged without a gap by putting the set with both.', async () => {
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

  test('A signature by an old key is invalid once its kid is given to another key.', async () => {
    const old = mint();
    expect(await bench.who(old)).not.toBeNull();
    await bench.identity.issuers.put({ ...tenantIssuer, keys: { keys: [jwk(pair(), 'k1')] } });
    expect(await bench.why(old)).toBe('SIGNATURE_INVALID');
  });
});

describe('the issuer of a credential', () => {
  test.each(['nobody', '', 'STAFF', '__proto__', 'constructor', null, 7, [TENANT_ISSUER], undefined])(
    'The issuer %j is refused because it is not configured.',
    async (iss) => {
      expect(await bench.why(mint({ iss }))).toBe('ISSUER_UNKNOWN');
    },
  );

  test('Credentials of a removed issuer are refused, at once and after a restart.', async () => {
    expect(await bench.who(mint())).not.toBeNull();
    await bench.identity.issuers.remove(TENANT_ISSUER);
    expect(await bench.why(mint())).toBe('ISSUER_UNKNOWN');
    await bench.reopen();
    expect(await bench.why(mint())).toBe('ISSUER_UNKNOWN');
    expect(await bench.who(staff())).not.toBeNull();
  });

  test('Credentials of an issuer that is put again after its removal are valid again.', async () => {
    await bench.identity.issuers.remove(TENANT_ISSUER);
    await bench.identity.issuers.put(tenantIssuer);
    expect(await bench.who(mint())).not.toBeNull();
  });

  test('An issuer that is removed or replaced while its credential is verified does not let it in.', async () => {
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

describe('a text that is not a credential', () => {
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
  ])('A malformed text is refused: %s.', async (text) => {
    expect(await bench.why(text)).toBe('TOKEN_MALFORMED');
  });

  test('A refusal is logged with a code and, at most, a configured issuer.', async () => {
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
