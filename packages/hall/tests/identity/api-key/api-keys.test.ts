import { createHash } from 'node:crypto';
import { inspect } from 'node:util';
import type { Role } from '@wcp/spec/hall';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Principal } from '../../../src/identity/principal.ts';
import { after, Bench, NOW } from '../support.ts';

const TENANT = { label: 'acme agent', roles: ['tenant'], tenant_id: 'acme', authority: null };
const ADMIN = { label: 'root', roles: ['admin'], tenant_id: null, authority: null };
let bench: Bench;

beforeEach(async () => {
  bench = await Bench.open();
});

describe('an API key', () => {
  test('An API key has an id of 12 characters and a secret of 32 bytes, new ones each time.', async () => {
    const [first, second] = [
      await bench.identity.keys.create(ADMIN),
      await bench.identity.keys.create(ADMIN),
    ];
    for (const { key, key_id } of [first, second]) {
      const [, id, secret] = /^wcp_([a-z0-9]{12})_([A-Za-z0-9_-]{43})$/.exec(key) ?? [];
      expect(id).toBe(key_id);
      expect(Buffer.from(String(secret), 'base64url')).toHaveLength(32);
    }
    expect(first.key_id).not.toBe(second.key_id);
    expect(first.key.slice(17)).not.toBe(second.key.slice(17));
  });

  test('An API key identifies its principal, with its roles, tenant and authority.', async () => {
    const tenant = await bench.identity.keys.create(TENANT);
    const owner = await bench.identity.keys.create({
      label: 'owner',
      roles: ['worker-owner', 'auditor'],
      authority: 'org.acme',
    });
    expect(await bench.who(tenant.key)).toEqual({
      id: `key:${tenant.key_id}`,
      roles: ['tenant'],
      tenant_id: 'acme',
      authority: null,
    });
    expect(await bench.who(owner.key)).toEqual({
      id: `key:${owner.key_id}`,
      roles: ['worker-owner', 'auditor'],
      tenant_id: null,
      authority: 'org.acme',
    });
  });

  test('An API key is valid after a restart.', async () => {
    const { key, key_id } = await bench.identity.keys.create(TENANT);
    await bench.reopen();
    expect(await bench.who(key)).toMatchObject({ id: `key:${key_id}`, tenant_id: 'acme' });
  });

  test('A caller that holds the principal of a key cannot change it.', async () => {
    const { key } = await bench.identity.keys.create(TENANT);
    const principal = (await bench.who(key)) as Principal;
    expect(() => (principal.roles as Role[]).push('admin')).toThrow(TypeError);
    expect(() => Object.assign(principal, { tenant_id: 'other' })).toThrow(TypeError);
    expect(await bench.who(key)).toMatchObject({ roles: ['tenant'], tenant_id: 'acme' });
  });

  test('A key with another secret, another id, or one character changed is refused.', async () => {
    const { key, key_id } = await bench.identity.keys.create(TENANT);
    const other = await bench.identity.keys.create(ADMIN);
    const flipped = (at: number) => key.slice(0, at) + (key[at] === 'a' ? 'b' : 'a') + key.slice(at + 1);
    expect(await bench.why(`wcp_${key_id}_${other.key.slice(17)}`)).toBe('KEY_UNKNOWN');
    expect(await bench.why(`wcp_${other.key_id}_${key.slice(17)}`)).toBe('KEY_UNKNOWN');
    for (let at = 4; at < key.length; at += 1) if (at !== 16) expect(await bench.who(flipped(at))).toBeNull();
  });

  test('An API key has one spelling alone: the other spellings of its last character are refused.', async () => {
    const { key } = await bench.identity.keys.create(TENANT);
    const secret = Buffer.from(key.slice(17), 'base64url');
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const twins = [...alphabet]
      .map((last) => key.slice(0, -1) + last)
      .filter((text) => Buffer.from(text.slice(17), 'base64url').equals(secret) && text !== key);
    expect(twins).toHaveLength(3);
    for (const twin of twins) expect(await bench.why(twin)).toBe('KEY_UNKNOWN');
  });

  test.each([
    'wcp_',
    'wcp_abcdefghijkl',
    `wcp_abcdefghijkl_${'A'.repeat(42)}`,
    `wcp_abcdefghijkl_${'A'.repeat(44)}`,
    `wcp_ABCDEFGHIJKL_${'A'.repeat(43)}`,
    `wcp_abcdefghijkl_${'A'.repeat(42)}.`,
    `wcp_abcdefghijk_${'A'.repeat(43)}`,
  ])('The text %s is not an API key.', async (text) => {
    expect(await bench.why(text)).toBe('KEY_MALFORMED');
  });

  test('A refused key is logged by its id where it exists, and by nothing where it does not.', async () => {
    const { key_id } = await bench.identity.keys.create(TENANT);
    await bench.who(`wcp_${key_id}_${'A'.repeat(43)}`);
    await bench.who(`wcp_abcdefghijkl_${'A'.repeat(43)}`);
    expect(bench.refusals).toEqual([
      { reason: 'KEY_UNKNOWN', source: `key:${key_id}` },
      { reason: 'KEY_UNKNOWN', source: null },
    ]);
  });

  test('An API key expires at its time, to the millisecond, also after a restart.', async () => {
    const { key } = await bench.identity.keys.create({ ...TENANT, expires_at: '2026-01-31T12:01:00Z' });
    for (const identity of [bench.identity, await bench.reopen()]) {
      expect(await identity.authenticate(`Bearer ${key}`, after(59.999))).not.toBeNull();
      expect(await identity.authenticate(`Bearer ${key}`, after(60))).toBeNull();
      expect(await identity.authenticate(`Bearer ${key}`, new Date(Number.NaN))).toBeNull();
    }
    expect(bench.refusals[0]?.reason).toBe('KEY_EXPIRED');
  });
});

describe('a revoked key', () => {
  test('A revoked key is refused from then on, also after a restart.', async () => {
    const { key, key_id } = await bench.identity.keys.create(TENANT);
    expect(await bench.identity.keys.revoke(key_id)).toMatchObject({ state: 'revoked' });
    expect(await bench.why(key)).toBe('KEY_REVOKED');
    await bench.reopen();
    expect(await bench.why(key)).toBe('KEY_REVOKED');
  });

  test('A key that is revoked again keeps the time of its first revocation.', async () => {
    const { key_id } = await bench.identity.keys.create(TENANT);
    await bench.identity.keys.revoke(key_id);
    bench.now = after(60);
    expect(await bench.identity.keys.revoke(key_id)).toMatchObject({ revoked_at: NOW.toISOString() });
    expect(bench.commits).toHaveLength(2);
  });

  test('Revoking or rotating a key that does not exist is NOT_FOUND, whatever its name.', async () => {
    for (const id of ['abcdefghijkl', '__proto__', '']) {
      await expect(bench.identity.keys.revoke(id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
      await expect(bench.identity.keys.rotate(id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    }
  });

  test('A key is still valid where its revocation could not be stored.', async () => {
    const { key, key_id } = await bench.identity.keys.create(TENANT);
    bench.beforeCommit = () => Promise.reject(new Error('disk'));
    await expect(bench.identity.keys.revoke(key_id)).rejects.toThrow('disk');
    expect(await bench.who(key)).not.toBeNull();
    bench.beforeCommit = async () => {};
    await bench.identity.keys.revoke(key_id);
    expect(await bench.who(key)).toBeNull();
  });
});

describe('the list of keys', () => {
  test('The list shows every key in its state, the oldest first.', async () => {
    const made = [];
    for (const [index, body] of [
      ADMIN,
      TENANT,
      TENANT,
      { ...TENANT, expires_at: '2026-01-31T12:00:05Z' },
    ].entries()) {
      bench.now = after(index);
      made.push(await bench.identity.keys.create(body));
    }
    const [active, revoked, retiring, expired] = made.map(({ key_id }) => key_id) as [
      string,
      string,
      string,
      string,
    ];
    bench.now = after(4);
    await bench.identity.keys.revoke(revoked);
    const fresh = await bench.identity.keys.rotate(retiring);
    bench.now = after(5);
    const shown = bench.identity.keys.list().map(({ key_id, state }) => [key_id, state]);
    expect(shown).toEqual([
      [active, 'active'],
      [revoked, 'revoked'],
      [retiring, 'retiring'],
      [expired, 'expired'],
      [fresh.key_id, 'active'],
    ]);
  });

  test('Each key in the list has exactly these members.', async () => {
    const { key_id } = await bench.identity.keys.create(TENANT);
    expect(bench.identity.keys.list()).toEqual([
      {
        key_id,
        label: 'acme agent',
        roles: ['tenant'],
        tenant_id: 'acme',
        authority: null,
        principal_id: `key:${key_id}`,
        state: 'active',
        created_at: NOW.toISOString(),
        expires_at: null,
        revoked_at: null,
        replaced_by: null,
      },
    ]);
  });

  test('The list is a copy: what a reader does to it changes no key.', async () => {
    const { key } = await bench.identity.keys.create(TENANT);
    const [shown] = bench.identity.keys.list();
    (shown?.roles as string[])[0] = 'admin';
    expect(await bench.who(key)).toMatchObject({ roles: ['tenant'] });
    expect(bench.identity.keys.list()[0]?.roles).toEqual(['tenant']);
  });
});

describe('the secret of a key', () => {
  /** Every run of eight characters of every way to write the secret. */
  function partsOf(key: string): string[] {
    const raw = Buffer.from(key.slice(17), 'base64url');
    const forms = [key.slice(17), raw.toString('hex'), raw.toString('base64'), raw.toString('latin1')];
    return forms.flatMap((form) =>
      Array.from({ length: form.length - 7 }, (_, at) => form.slice(at, at + 8)),
    );
  }

  test('The secret is nowhere in the store, the list, the log or a view, whole or in parts.', async () => {
    const old = await bench.identity.keys.create(TENANT);
    const fresh = await bench.identity.keys.rotate(old.key_id);
    await bench.who(`${old.key}A`);
    const revoked = await bench.identity.keys.revoke(old.key_id);
    await bench.who(old.key);
    const shown = [
      JSON.stringify(await bench.rows()),
      JSON.stringify(bench.identity.keys.list()),
      JSON.stringify([revoked, bench.refusals]),
      inspect(bench.identity, { depth: null, showHidden: true }),
    ].join('\n');
    expect(shown).toContain(fresh.key_id);
    for (const part of [...partsOf(old.key), ...partsOf(fresh.key)]) expect(shown).not.toContain(part);
  });

  test('The secret is stored as its SHA-256, which neither the list nor a view shows.', async () => {
    const created = await bench.identity.keys.create(TENANT);
    const digest = createHash('sha256').update(created.key.slice(17)).digest('hex');
    const [row] = await bench.store.list('api_keys');
    expect(row?.document).toContain(digest);
    const views = [created, bench.identity.keys.list(), await bench.identity.keys.revoke(created.key_id)];
    expect(JSON.stringify(views)).not.toContain(digest.slice(0, 8));
  });
});
