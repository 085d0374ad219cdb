import { beforeEach, describe, expect, test } from 'vitest';
import { after, Bench, EPOCH, jwk, keys, mint, pair, tenantIssuer } from '../support.ts';

const globexKeys = pair();
let bench: Bench;

beforeEach(async () => {
  bench = await Bench.open();
  await bench.identity.issuers.put(tenantIssuer);
  await bench.identity.issuers.put({
    ...tenantIssuer,
    issuer: 'globex-idp',
    tenant_id: 'globex',
    roles: ['tenant', 'auditor'],
    keys: { keys: [jwk(globexKeys, 'g')] },
  });
  await bench.identity.issuers.put({
    issuer: 'staff',
    tenant_id: null,
    authority: null,
    roles: ['steward'],
    keys: { keys: [jwk(keys)] },
  });
});

const globex = (claims: object = {}) => mint({ iss: 'globex-idp', ...claims }, { kid: 'g' }, globexKeys);
const check = (text: string, tenant = 'acme', now?: Date) =>
  bench.identity.verifyTenantCredential(text, tenant, now);
const invalid = (reason: string) => ({ valid: false, tenant_id: null, reason });

describe('a tenant credential', () => {
  test('A tenant credential is valid for the tenant of its issuer.', async () => {
    expect(await check(mint())).toEqual({ valid: true, tenant_id: 'acme', reason: null });
    expect(await check(mint({ tenant_id: 'acme' }))).toEqual({
      valid: true,
      tenant_id: 'acme',
      reason: null,
    });
  });

  test.each<[string, () => string, string]>([
    ['for another tenant', () => globex(), 'TENANT_MISMATCH'],
    [
      'that claims the tenant in the name of another’s issuer',
      () => globex({ tenant_id: 'acme' }),
      'TENANT_MISMATCH',
    ],
    ['that claims another tenant', () => mint({ tenant_id: 'globex' }), 'TENANT_MISMATCH'],
    ['of an issuer without a tenant', () => mint({ iss: 'staff' }, { kid: undefined }), 'TENANT_MISMATCH'],
    [
      'of an issuer without a tenant that claims one',
      () => mint({ iss: 'staff', tenant_id: 'acme' }, { kid: undefined }),
      'TENANT_MISMATCH',
    ],
    ['that expired', () => mint({ exp: EPOCH - 60 }), 'EXPIRED'],
    ['for another Hall', () => mint({ aud: 'other.example/log' }), 'AUDIENCE_MISMATCH'],
    ['that somebody else signed', () => mint({}, {}, pair()), 'SIGNATURE_INVALID'],
    ['without a signature', () => mint({}, { alg: 'none' }), 'ALGORITHM_NOT_ALLOWED'],
    ['that is a permit', () => mint({}, { typ: 'wcp-permit+jwt' }), 'TYPE_NOT_ALLOWED'],
    ['of an unknown issuer', () => mint({ iss: 'nobody' }), 'ISSUER_UNKNOWN'],
    ['with a role beyond its issuer’s', () => mint({ roles: ['tenant', 'steward'] }), 'ROLE_NOT_GRANTED'],
    ['that is empty', () => '', 'TOKEN_MALFORMED'],
    ['that is no credential', () => 'Bearer x', 'TOKEN_MALFORMED'],
    ['on two lines', () => `${mint()}\n`, 'TOKEN_MALFORMED'],
    ['of a megabyte', () => `${mint()}${'A'.repeat(2 ** 20)}`, 'TOKEN_MALFORMED'],
  ])('A tenant credential is not valid: one %s.', async (_, text, reason) => {
    expect(await check(text())).toEqual(invalid(reason));
  });

  test('A credential that is narrowed to another role does not vouch for the tenant’s request.', async () => {
    expect(await check(globex(), 'globex')).toMatchObject({ valid: true });
    expect(await check(globex({ roles: ['auditor'] }), 'globex')).toEqual(invalid('ROLE_NOT_GRANTED'));
  });

  test('A tenant credential is not an API key.', async () => {
    const { key } = await bench.identity.keys.create({ label: 'k', roles: ['tenant'], tenant_id: 'acme' });
    expect(await check(key)).toEqual(invalid('TOKEN_MALFORMED'));
  });

  test('A tenant credential is checked against the time of the decision, else that of the Hall.', async () => {
    expect(await check(mint(), 'acme', after(3600))).toEqual(invalid('EXPIRED'));
    bench.now = after(3600);
    expect(await check(mint())).toEqual(invalid('EXPIRED'));
  });

  test('A credential that is not a text is not valid and does not throw.', async () => {
    for (const text of [null, undefined, 7, {}, []] as unknown as string[])
      expect(await check(text)).toEqual(invalid('TOKEN_MALFORMED'));
  });

  test('A tenant credential of 8 KiB is read, and one that is a character longer is not.', async () => {
    // Base64 has no text of some lengths: the header makes up for what the claims cannot.
    const sized = (length: number) => {
      const texts = [0, 1, 2].flatMap((more) =>
        Array.from({ length: 90 }, (_, at) =>
          mint({ pad: 'p'.repeat(5850 + at) }, { pad: 'h'.repeat(more) }),
        ),
      );
      return texts.find((text) => text.length === length) as string;
    };
    const largest = sized(8192);
    expect(largest).toHaveLength(8192);
    expect(await check(largest)).toMatchObject({ valid: true });
    expect(await bench.who(largest)).not.toBeNull();
    expect(await check(sized(8193))).toEqual(invalid('TOKEN_MALFORMED'));
    expect(await bench.why(sized(8193))).toBe('HEADER_MALFORMED');
  });
});
