import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { verifyPermit } from '../../src/index.ts';
import { testContext } from '../../src/testing/index.ts';
import {
  claimsFor,
  encode,
  HALL,
  HEADER,
  permitFor,
  STRANGER,
  signBytes,
  signPermit,
} from './permit-samples.ts';

const context = testContext();
const request = { text: 'x' };
const claims = claimsFor(context, request);
const permit = signPermit(claims);
const trust = { keys: [HALL.publicKey], now: Date.now() };
const codeOf = (text: unknown, more: Partial<typeof trust> = {}) => {
  const reading = verifyPermit(text, { ...trust, ...more });
  return reading.ok ? null : reading.code;
};
/** The claims with one byte in a text that no UTF-8 has. */
const NOT_UTF8 = Buffer.from(JSON.stringify({ ...claims, iss: 'hall.\xff/log' }), 'latin1');
const [header, payload, signature] = permit.split('.') as [string, string, string];

test('The claims of a permit that the Hall signed are returned.', () => {
  expect(verifyPermit(permit, trust)).toEqual({ ok: true, claims });
});

test('One of several keys is enough, so that a Hall can change its key.', () => {
  expect(codeOf(permit, { keys: [STRANGER.publicKey, HALL.publicKey] })).toBeNull();
  expect(codeOf(permit, { keys: [HALL.publicKey.toUpperCase()] })).toBeNull();
});

test.each<[string, unknown]>([
  ['undefined', undefined],
  ['null', null],
  ['empty', ''],
])('A permit that is %s is missing.', (_, text) => {
  expect(codeOf(text)).toBe('WORKER_PERMIT_MISSING');
});

describe('the algorithm of a permit', () => {
  const forge = (alg: unknown, signed = '') => `${encode({ ...HEADER, alg })}.${payload}.${signed}`;
  const hmac = (hash: string, key: string | Buffer) => {
    const text = `${encode({ ...HEADER, alg: 'HS256' })}.${payload}`;
    return `${text}.${createHmac(hash, key).update(text).digest('base64url')}`;
  };

  test('The algorithm none is refused, without a signature or with one.', () => {
    expect(codeOf(forge('none'))).toBe('WORKER_PERMIT_MALFORMED');
    for (const alg of ['none', 'None', 'NONE', '']) {
      expect(codeOf(forge(alg, signature))).toBe('WORKER_PERMIT_ALGORITHM');
    }
  });

  test('An HMAC with the public key is refused.', () => {
    for (const key of [HALL.publicKey, Buffer.from(HALL.publicKey, 'hex')]) {
      expect(codeOf(hmac('sha256', key))).toBe('WORKER_PERMIT_MALFORMED');
      expect(codeOf(hmac('sha512', key))).toBe('WORKER_PERMIT_ALGORITHM');
    }
  });

  test('Another algorithm in the header is refused, even where the signature is as it should be.', () => {
    for (const alg of ['HS256', 'ES256', 'Ed25519', 'eddsa', 7, null, undefined]) {
      expect(codeOf(signPermit(claims, { header: { ...HEADER, alg } }))).toBe('WORKER_PERMIT_ALGORITHM');
    }
  });

  test('A key in the header is ignored.', () => {
    const jwk = {
      kty: 'OKP',
      crv: 'Ed25519',
      x: Buffer.from(STRANGER.publicKey, 'hex').toString('base64url'),
    };
    const forged = signPermit(claims, { header: { ...HEADER, jwk, kid: 'mine' }, key: STRANGER });
    expect(codeOf(forged)).toBe('WORKER_PERMIT_SIGNATURE');
  });
});

test.each<[string, string, string]>([
  ['cut', `${header}.${payload}.`, 'WORKER_PERMIT_MALFORMED'],
  ['cut by a character', permit.slice(0, -1), 'WORKER_PERMIT_MALFORMED'],
  ['left out', `${header}.${payload}`, 'WORKER_PERMIT_MALFORMED'],
  ['of zeros', `${header}.${payload}.${Buffer.alloc(64).toString('base64url')}`, 'WORKER_PERMIT_SIGNATURE'],
  [
    'of another permit',
    `${header}.${payload}.${permitFor(testContext({ tenant_id: 'other' }), request).split('.')[2]}`,
    'WORKER_PERMIT_SIGNATURE',
  ],
  ['of another key', signPermit(claims, { key: STRANGER }), 'WORKER_PERMIT_SIGNATURE'],
  [
    'over another payload',
    `${header}.${encode({ ...claims, env: 'prod' })}.${signature}`,
    'WORKER_PERMIT_SIGNATURE',
  ],
  ['spelled otherwise', `${header}.${payload}.${signature}=`, 'WORKER_PERMIT_MALFORMED'],
])('A signature that is %s is refused.', (_, text, code) => {
  expect(codeOf(text)).toBe(code);
});

test.each<[string, unknown]>([
  ['no text', 7],
  ['an object', { permit }],
  ['a word', 'permit'],
  ['four parts', `${permit}.${signature}`],
  ['a header that is no JSON', `AAAA.${payload}.${signature}`],
  ['a header that is a list', `${encode([])}.${payload}.${signature}`],
  ['a payload that is null', signPermit(null as unknown as object)],
  ['another type', signPermit(claims, { header: { alg: 'EdDSA', typ: 'JWT' } })],
  ['no type', signPermit(claims, { header: { alg: 'EdDSA' } })],
  [
    'extensions that must be understood',
    signPermit(claims, { header: { ...HEADER, crit: ['b64'], b64: false } }),
  ],
  ['more than 8 KiB', signPermit({ ...claims, iss: 'x'.repeat(8_192) })],
  ['white space', ` ${permit}`],
  ['signed bytes that are not UTF-8', signBytes(NOT_UTF8)],
  ['a byte order mark in what is signed', signBytes(Buffer.from(`\ufeff${JSON.stringify(claims)}`))],
])('This is not a permit: %s.', (_, text) => {
  expect(codeOf(text)).toBe('WORKER_PERMIT_MALFORMED');
});

test.each(Object.keys(claims))('A permit without %s, or with one of the wrong type, is invalid.', (name) => {
  const { [name]: _, ...rest } = claims;
  expect(codeOf(signPermit(rest))).toBe('WORKER_PERMIT_MALFORMED');
  for (const value of [null, [], {}, '', true, typeof claims[name] === 'number' ? '1' : 1]) {
    expect(codeOf(signPermit({ ...claims, [name]: value }))).toBe('WORKER_PERMIT_MALFORMED');
  }
});

test('A permit is valid from its first second, with some tolerance for the clocks, to its last, without any.', () => {
  const at = (seconds: number) => (claims['iat'] as number) * 1000 + seconds * 1000;
  expect(codeOf(permit, { now: at(-31) })).toBe('WORKER_PERMIT_NOT_YET');
  expect(codeOf(permit, { now: at(-30) })).toBeNull();
  expect(codeOf(permit, { now: at(59.999) })).toBeNull();
  expect(codeOf(permit, { now: at(60) })).toBe('WORKER_PERMIT_EXPIRED');
  expect(codeOf(signPermit({ ...claims, iat: (claims['iat'] as number) + 100 }))).toBe(
    'WORKER_PERMIT_NOT_YET',
  );
  expect(codeOf(signPermit({ ...claims, exp: Number.MAX_SAFE_INTEGER, nbf: 0 }))).toBeNull();
});

test('Without a key, or with a malformed one, no permit is valid.', () => {
  for (const keys of [[], [''], ['x'.repeat(64)], ['00'.repeat(32)], [HALL.publicKey.slice(1)]]) {
    expect(codeOf(permit, { keys })).toBe('WORKER_PERMIT_SIGNATURE');
  }
});

test('A permit that was changed anywhere is not valid.', () => {
  fc.assert(
    fc.property(fc.nat(permit.length - 1), fc.constantFrom('A', 'z', '.', '-', '=', 'é', ''), (at, put) => {
      const changed = permit.slice(0, at) + put + permit.slice(at + 1);
      fc.pre(changed !== permit);
      expect(codeOf(changed)).toMatch(/^WORKER_PERMIT_/);
    }),
    { numRuns: 500 },
  );
});
