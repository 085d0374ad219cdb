import { beforeEach, describe, expect, test } from 'vitest';
import {
  AUDIENCE,
  after,
  Bench,
  CLAIMS,
  EPOCH,
  HEADER,
  jwk,
  keys,
  mint,
  pair,
  signedBy,
  tenantIssuer,
  token,
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
  ])('A credential is refused unless its claims have %s.', async (_, claims, reason) => {
    expect(await bench.why(mint(claims))).toBe(reason);
  });

  test('Claims cannot be infinite: JSON has numbers that no clock reaches.', async () => {
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
  ])('The claims may have %s.', async (_, claims) => {
    expect(await bench.who(mint(claims))).toMatchObject({ roles: ['tenant'], tenant_id: 'acme' });
  });

  test('Claims narrow the roles of the issuer.', async () => {
    expect(await bench.who(staff({ roles: ['auditor'] }))).toMatchObject({ roles: ['auditor'] });
    expect(await bench.who(staff({ roles: ['auditor', 'auditor', 'steward'] }))).toMatchObject({
      roles: ['steward', 'auditor'],
    });
    expect(await bench.why(staff({ roles: ['admin'] }))).toBe('ROLE_NOT_GRANTED');
  });

  test('Claims cannot name a tenant where the issuer stands for none.', async () => {
    expect(await bench.why(staff({ roles: ['tenant'], tenant_id: 'acme' }))).toBe('ROLE_NOT_GRANTED');
    expect(await bench.why(staff({ tenant_id: 'acme' }))).toBe('TENANT_MISMATCH');
  });

  test('A credential cannot drop its tenant by narrowing its roles: a steward must not resolve the tenant’s own requests.', async () => {
    await bench.identity.issuers.put({ ...tenantIssuer, roles: ['tenant', 'steward'] });
    expect(await bench.who(mint({ roles: ['steward'] }))).toMatchObject({
      roles: ['steward'],
      tenant_id: 'acme',
    });
  });

  test('Claims do not come from a member named __proto__.', async () => {
    const text = JSON.stringify(CLAIMS).replace('{', '{"__proto__":{"roles":["admin"]},');
    expect(await bench.who(token(HEADER, text, signedBy(keys)))).toMatchObject({ roles: ['tenant'] });
  });

  test('A credential expires when its time comes, however often it was accepted before.', async () => {
    const text = mint({ exp: EPOCH + 60 });
    expect(await bench.who(text, after(0))).not.toBeNull();
    expect(await bench.who(text, after(59))).not.toBeNull();
    expect(await bench.who(text, after(64))).not.toBeNull();
    expect(await bench.why(text, after(65))).toBe('EXPIRED');
    expect(await bench.why(text, new Date(Number.NaN))).not.toMatch('let in');
  });

  test('A credential that was accepted later is still not valid before its time.', async () => {
    const text = mint({ iat: EPOCH + 60, exp: EPOCH + 120 });
    expect(await bench.who(text, after(60))).not.toBeNull();
    expect(await bench.why(text, after(0))).toBe('NOT_YET_VALID');
  });
});
