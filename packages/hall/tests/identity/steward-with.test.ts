import { describe, expect, test } from 'vitest';
import { after, Bench, jwk, pair } from './support.ts';

const issuer = (roles: readonly string[], more: object = {}) => ({
  issuer: 'https://idp.example',
  tenant_id: null,
  authority: null,
  roles,
  keys: { keys: [jwk(pair())] },
  ...more,
});

describe('a steward for whom another service vouches', () => {
  test('It is the principal of a key as long as one of its keys is valid.', async () => {
    const { identity } = await Bench.open();
    const made = await identity.keys.create({ label: 'mina', roles: ['steward'] });
    expect(identity.stewardWith(made.principal_id)).toMatchObject({
      id: made.principal_id,
      roles: ['steward'],
    });
    const next = await identity.keys.rotate(made.key_id, { grace_seconds: 0 });
    expect(identity.stewardWith(made.principal_id)?.id).toBe(made.principal_id);
    await identity.keys.revoke(next.key_id);
    expect(identity.stewardWith(made.principal_id)).toBeNull();
  });

  test('A key that has expired, and one without the role, stand for nobody.', async () => {
    const bench = await Bench.open();
    const { keys } = bench.identity;
    const expires_at = after(60).toISOString();
    const brief = await keys.create({ label: 'brief', roles: ['steward'], expires_at });
    const auditor = await keys.create({ label: 'auditor', roles: ['auditor', 'admin'] });
    expect(bench.identity.stewardWith(brief.principal_id)).not.toBeNull();
    bench.now = after(61);
    expect(bench.identity.stewardWith(brief.principal_id)).toBeNull();
    expect(bench.identity.stewardWith(auditor.principal_id)).toBeNull();
  });

  test('For a subject of an issuer, the issuer must be trusted and may make stewards; its tenant is that of the subject.', async () => {
    const { identity } = await Bench.open();
    const id = 'jwt:https%3A//idp.example:mina';
    expect(identity.stewardWith(id)).toBeNull();
    await identity.issuers.put(issuer(['auditor']));
    expect(identity.stewardWith(id)).toBeNull();
    await identity.issuers.put(issuer(['steward', 'tenant'], { tenant_id: 'acme' }));
    expect(identity.stewardWith(id)).toMatchObject({ id, tenant_id: 'acme' });
    await identity.issuers.remove('https://idp.example');
    expect(identity.stewardWith(id)).toBeNull();
  });

  test.each([
    '',
    'operator',
    'anonymous',
    'key:',
    'key:000000000000',
    'jwt:https%3A//idp.example:',
    'jwt:https%3A//idp.example',
    'jwt:https%3A//idp.example.evil:mina',
  ])('Nobody is %j.', async (id) => {
    const { identity } = await Bench.open();
    await identity.issuers.put(issuer(['steward']));
    expect(identity.stewardWith(id)).toBeNull();
  });
});
