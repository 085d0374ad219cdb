import { beforeEach, describe, expect, test } from 'vitest';
import { after, Bench } from '../support.ts';

const TENANT = { label: 'acme agent', roles: ['tenant'], tenant_id: 'acme', authority: null };
const DAY = 86_400;
let bench: Bench;

beforeEach(async () => {
  bench = await Bench.open();
});

describe('a rotation', () => {
  test('A rotation leaves no gap: both keys are valid during the grace period, and the new one alone after it.', async () => {
    const old = await bench.identity.keys.create(TENANT);
    const fresh = await bench.identity.keys.rotate(old.key_id, { grace_seconds: 60 });
    for (const identity of [bench.identity, await bench.reopen()]) {
      const holds = async (key: string, at: number) =>
        (await identity.authenticate(`Bearer ${key}`, after(at))) !== null;
      expect([await holds(old.key, 0), await holds(fresh.key, 0)]).toEqual([true, true]);
      expect([await holds(old.key, 59.999), await holds(fresh.key, 59.999)]).toEqual([true, true]);
      expect([await holds(old.key, 60), await holds(fresh.key, 60)]).toEqual([false, true]);
    }
  });

  test('A rotation is one commit: no crash leaves the new key without the old one, or the old without its end.', async () => {
    const old = await bench.identity.keys.create(TENANT);
    const fresh = await bench.identity.keys.rotate(old.key_id);
    expect(bench.commits).toHaveLength(2);
    expect(bench.commits[1]?.map((change) => 'put' in change && (change.row as { id: string }).id)).toEqual([
      fresh.key_id,
      old.key_id,
    ]);
  });

  test('A rotation that could not be stored leaves the old key as it was and no new one.', async () => {
    const old = await bench.identity.keys.create(TENANT);
    bench.beforeCommit = () => Promise.reject(new Error('disk'));
    await expect(bench.identity.keys.rotate(old.key_id)).rejects.toThrow('disk');
    expect(bench.identity.keys.list()).toMatchObject([{ key_id: old.key_id, state: 'active' }]);
    expect(await bench.who(old.key, after(100 * DAY))).not.toBeNull();
  });

  test('A rotation keeps the principal, roles, tenant and label, also over several rotations.', async () => {
    const first = await bench.identity.keys.create(TENANT);
    const second = await bench.identity.keys.rotate(first.key_id);
    const third = await bench.identity.keys.rotate(second.key_id);
    expect(new Set([first.key_id, second.key_id, third.key_id]).size).toBe(3);
    expect(await bench.who(third.key)).toEqual(await bench.who(first.key));
    expect(third).toMatchObject({ label: 'acme agent', principal_id: `key:${first.key_id}` });
  });

  test('The grace period is an hour by default, and none with 0.', async () => {
    const [one, two] = [await bench.identity.keys.create(TENANT), await bench.identity.keys.create(TENANT)];
    await bench.identity.keys.rotate(one.key_id);
    await bench.identity.keys.rotate(two.key_id, { grace_seconds: 0 });
    expect(await bench.who(one.key, after(3599))).not.toBeNull();
    expect(await bench.who(one.key, after(3600))).toBeNull();
    expect(await bench.who(two.key, after(0))).toBeNull();
  });

  test('A rotation never extends the old key, and the new one has the lifetime that the old one was given.', async () => {
    const old = await bench.identity.keys.create({ ...TENANT, expires_at: '2026-02-01T12:00:00Z' });
    bench.now = after(DAY - 60);
    const fresh = await bench.identity.keys.rotate(old.key_id, { grace_seconds: DAY });
    expect(await bench.who(old.key, after(DAY - 1))).not.toBeNull();
    expect(await bench.who(old.key, after(DAY))).toBeNull();
    expect(fresh.expires_at).toBe(after(2 * DAY - 60).toISOString());
    expect(await bench.who(fresh.key, after(2 * DAY - 60))).toBeNull();
  });

  test('Rotating a key that is valid until the end of the year 9999 gives a time that can still be read.', async () => {
    const old = await bench.identity.keys.create({ ...TENANT, expires_at: '9999-12-31T23:59:59Z' });
    bench.now = after(3600);
    const fresh = await bench.identity.keys.rotate(old.key_id);
    await bench.reopen();
    expect(await bench.who(fresh.key)).not.toBeNull();
  });

  test('Rotating a revoked, an expired or a rotated key is a CONFLICT.', async () => {
    const [revoked, rotated] = [
      await bench.identity.keys.create(TENANT),
      await bench.identity.keys.create(TENANT),
    ];
    const expiring = await bench.identity.keys.create({ ...TENANT, expires_at: '2026-01-31T12:00:01Z' });
    await bench.identity.keys.revoke(revoked.key_id);
    await bench.identity.keys.rotate(rotated.key_id);
    bench.now = after(1);
    for (const { key_id } of [revoked, expiring, rotated]) {
      await expect(bench.identity.keys.rotate(key_id)).rejects.toMatchObject({
        code: 'CONFLICT',
        findings: [],
      });
    }
  });

  test('Two rotations at once create one successor.', async () => {
    const old = await bench.identity.keys.create(TENANT);
    const outcomes = await Promise.allSettled([
      bench.identity.keys.rotate(old.key_id),
      bench.identity.keys.rotate(old.key_id),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    expect(bench.identity.keys.list()).toHaveLength(2);
  });

  test('A rotation at the same time as a revocation does not bring the revoked key back.', async () => {
    const old = await bench.identity.keys.create(TENANT);
    const [rotation] = await Promise.allSettled([
      bench.identity.keys.rotate(old.key_id),
      bench.identity.keys.revoke(old.key_id),
    ]);
    expect(rotation.status).toBe('fulfilled');
    expect(await bench.why(old.key)).toBe('KEY_REVOKED');
  });

  test.each([-1, 1.5, 30 * DAY + 1, '60', null, 1e300])(
    'A grace period of %j seconds is refused.',
    async (grace_seconds) => {
      const old = await bench.identity.keys.create(TENANT);
      await expect(bench.identity.keys.rotate(old.key_id, { grace_seconds })).rejects.toMatchObject({
        code: 'INVALID_BODY',
        findings: [{ path: '/grace_seconds', code: 'INVALID_VALUE' }],
      });
      expect(bench.identity.keys.list()).toHaveLength(1);
    },
  );
});
