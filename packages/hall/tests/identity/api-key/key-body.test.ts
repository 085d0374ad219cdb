import { beforeEach, describe, expect, test } from 'vitest';
import { ProblemError } from '../../../src/base/problem.ts';
import { Bench } from '../support.ts';

const VALID = { label: 'a key', roles: ['tenant'], tenant_id: 'acme', authority: null };
let bench: Bench;

beforeEach(async () => {
  bench = await Bench.open();
});

async function findingsOf(body: unknown): Promise<string[]> {
  const error = await bench.identity.keys.create(body).catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(ProblemError);
  expect(error).toMatchObject({ code: 'INVALID_BODY' });
  expect(await bench.rows()).toEqual([]);
  return (error as ProblemError).findings.map(({ path, code }) => `${path} ${code}`);
}

describe('the body of a key', () => {
  test.each<[string, object, string]>([
    ['has a label', { label: undefined }, '/label MISSING_MEMBER'],
    ['has a label that is not empty', { label: '' }, '/label INVALID_VALUE'],
    ['has a label of 100 characters at most', { label: 'a'.repeat(101) }, '/label INVALID_VALUE'],
    ['has a label without control characters', { label: 'a\nb' }, '/label INVALID_VALUE'],
    ['has a label that does not turn the text around', { label: 'a\u202eb' }, '/label INVALID_VALUE'],
    ['has roles', { roles: undefined }, '/roles MISSING_MEMBER'],
    ['has at least one role', { roles: [] }, '/roles INVALID_VALUE'],
    ['has roles in a list', { roles: 'tenant' }, '/roles INVALID_VALUE'],
    ['has roles that exist', { roles: ['tenant', 'root'] }, '/roles/1 INVALID_VALUE'],
    ['has no role that every object has', { roles: ['tenant', 'constructor'] }, '/roles/1 INVALID_VALUE'],
    ['has each role once', { roles: ['tenant', 'tenant'] }, '/roles INVALID_VALUE'],
    ['of a tenant has a tenant_id', { tenant_id: null }, '/tenant_id MISSING_MEMBER'],
    ['of a tenant has a tenant_id that is there', { tenant_id: undefined }, '/tenant_id MISSING_MEMBER'],
    ['has a tenant_id of the form of section 2', { tenant_id: 'a b' }, '/tenant_id INVALID_VALUE'],
    ['has a tenant_id that is not empty', { tenant_id: '' }, '/tenant_id INVALID_VALUE'],
    ['has a tenant_id of 128 characters at most', { tenant_id: 'a'.repeat(129) }, '/tenant_id INVALID_VALUE'],
    ['of a worker-owner has an authority', { roles: ['worker-owner'] }, '/authority MISSING_MEMBER'],
    ['has an authority that is a namespace', { authority: 'acme' }, '/authority INVALID_VALUE'],
    ['has an authority, not a worker', { authority: 'org.acme.worker' }, '/authority INVALID_VALUE'],
    ['expires at a time', { expires_at: '2026-02-30T00:00:00Z' }, '/expires_at INVALID_VALUE'],
    ['expires in UTC', { expires_at: '2027-01-01T00:00:00+01:00' }, '/expires_at INVALID_VALUE'],
    ['does not expire at once', { expires_at: '2026-01-31T12:00:00Z' }, '/expires_at INVALID_VALUE'],
    ['has not expired already', { expires_at: '2025-01-01T00:00:00Z' }, '/expires_at INVALID_VALUE'],
    ['has no other members', { key: 'wcp_…' }, '/key UNKNOWN_MEMBER'],
  ])('A key %s.', async (_, change, finding) => {
    const body = JSON.parse(JSON.stringify({ ...VALID, ...change }));
    expect(await findingsOf(body)).toEqual([finding]);
  });

  test('Every finding is named at once, in the order of their paths.', async () => {
    const body = {
      roles: ['worker-owner', 'tenant', 'x'],
      tenant_id: 7,
      expires_at: '2000-01-01T00:00:00Z',
      zz: 1,
    };
    expect(await findingsOf(body)).toEqual([
      '/authority MISSING_MEMBER',
      '/expires_at INVALID_VALUE',
      '/label MISSING_MEMBER',
      '/roles/2 INVALID_VALUE',
      '/tenant_id INVALID_VALUE',
      '/zz UNKNOWN_MEMBER',
    ]);
  });

  test.each([null, undefined, 7, 'text', [], [VALID]])('The body of a key cannot be %j.', async (body) => {
    const findings = await findingsOf(body);
    expect(findings.length).toBeGreaterThan(0);
    expect(findings.every((finding) => finding.startsWith(' '))).toBe(true);
  });

  test('Members of a prototype are not read.', async () => {
    expect(await findingsOf(Object.create(VALID))).toContain('/roles MISSING_MEMBER');
    const text = '{"label": "a", "roles": ["auditor"], "__proto__": {"tenant_id": "acme"}}';
    expect(await findingsOf(JSON.parse(text))).toEqual(['/__proto__ UNKNOWN_MEMBER']);
  });

  test('A body that throws while it is read gives findings.', async () => {
    const hostile = {
      ...VALID,
      get label(): string {
        throw new Error('secret');
      },
    };
    expect((await findingsOf(hostile)).length).toBeGreaterThan(0);
  });

  test('A body with a thousand unknown members has a hundred findings, none longer than necessary.', async () => {
    const many = Object.fromEntries(Array.from({ length: 1000 }, (_, at) => [`${at}${'x'.repeat(5000)}`, 1]));
    const error = (await bench.identity.keys
      .create({ ...VALID, ...many })
      .catch((caught) => caught)) as ProblemError;
    expect(error.findings).toHaveLength(100);
    expect(JSON.stringify(error.findings).length).toBeLessThan(25_000);
  });

  test('Other roles need neither a tenant_id nor an authority.', async () => {
    const created = await bench.identity.keys.create({
      label: 'ä 🔑',
      roles: ['steward', 'auditor', 'admin'],
    });
    expect(created).toMatchObject({ tenant_id: null, authority: null, expires_at: null });
  });
});
