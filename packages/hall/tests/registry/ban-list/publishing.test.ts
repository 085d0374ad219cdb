import { join } from 'node:path';
import { generateSigningKey, type SigningKey, verifyBanList } from '@wcp/evidence';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { banListBy, entryOf, registeredKey } from '../../support/ban-lists.ts';
import { inputFor } from '../../support/documents.ts';
import { tempFolder } from '../../support/temp-folder.ts';
import { type Person, TestHall } from '../../support/test-hall.ts';
import { waitFor } from '../../support/wait-for.ts';
import { CODE, hashOf } from '../../support/workers.ts';

const URL = '/wcp/registry/ban-list';
const OF_ACME = `${URL}?authority=org.acme`;
const BAD = [entryOf(CODE)];
let hall: TestHall;
let key: SigningKey;
beforeEach(async () => {
  hall = await TestHall.open();
  key = await registeredKey(hall, 'org.acme');
});
afterEach(() => hall.close());

async function openWithFile(): Promise<void> {
  await hall.close();
  hall = await TestHall.open({ file: join(tempFolder(), 'store.db') });
  key = await registeredKey(hall, 'org.acme');
}
const publish = async (list: unknown, person: Person = 'owner') => {
  const { status, json } = await hall.post(person, URL, list);
  return status === 201 ? 'published' : json.code;
};
const codeOf = async (url: '/wcp/route' | '/wcp/dispatch' = '/wcp/dispatch') => {
  const { json } = await hall.post('tenant', url, inputFor('tenant-a'));
  return (json.decision ?? json).deny_code;
};
const stateNow = () => {
  const { banned, isStale } = hall.hall.parts.banLists.state(hall.hall.parts.clock.latest());
  return { banned: [...banned], isStale };
};
const later = (seconds: number) => new Date(Date.now() + seconds * 1000).toISOString();
const revoke = ({ keyId }: SigningKey) => hall.ask('admin', 'DELETE', `/wcp/authorities/org.acme/${keyId}`);

describe('publishing the list that an authority signed', () => {
  test('Everybody can read a published list, as it was signed, bare hashes and all.', async () => {
    const list = banListBy(key, { entries: [entryOf('a'.repeat(64)), entryOf(hashOf('b'))] });
    const { status, json } = await hall.post('owner', URL, list);
    expect({ status, json }).toEqual({
      status: 201,
      json: {
        authority: 'org.acme',
        sequence: list.sequence,
        issued_at: list.issued_at,
        expires_at: new Date(Date.parse(list.issued_at) + 86_400_000).toISOString(),
        entries: 2,
        banned: 2,
        signing_key_id: key.keyId,
        is_current: true,
      },
    });
    const served = await hall.get('nobody', OF_ACME);
    expect(served.json).toEqual(list);
    const expected = { authority: 'org.acme', public_keys: [key.publicKey], now: later(0) };
    expect(verifyBanList(served.json, expected).ok).toBe(true);
    expect((await hall.get('nobody', '/wcp/registry/ban-lists')).json).toEqual({
      items: [json],
      next_cursor: null,
    });
  });

  test('A Hall follows the list that it publishes at once.', async () => {
    expect(await codeOf('/wcp/route')).toBeNull();
    expect(await publish(banListBy(key, { entries: BAD }))).toBe('published');
    expect(await codeOf('/wcp/route')).toBe('DENY_WORKER_BANNED');
    expect(await codeOf('/wcp/dispatch')).toBe('DENY_NO_AVAILABLE_WORKER');
    expect(hall.delivery.calls).toEqual([]);
  });

  test('Publishing is announced by an event; publishing the same list again changes nothing.', async () => {
    const list = banListBy(key, { entries: BAD });
    expect([await publish(list), await publish(list, 'admin')]).toEqual(['published', 'published']);
    const rows = await hall.hall.parts.storage.store.list('events', { limit: 1000 });
    const events = rows.flatMap((row) => JSON.parse(row.events ?? '[]') as { event_id: string }[]);
    expect(events.filter(({ event_id }) => event_id.startsWith('org.wcp.hall.ban-list'))).toEqual([
      expect.objectContaining({
        event_id: 'org.wcp.hall.ban-list-published',
        authority: 'org.acme',
        sequence: list.sequence,
        banned: 1,
      }),
    ]);
  });

  test('Another Hall that subscribes to the list refuses the same code.', async () => {
    await publish(banListBy(key, { entries: BAD }));
    const base = await hall.hall.app.listen({ host: '127.0.0.1', port: 0 });
    const source = {
      url: base + OF_ACME,
      authority: 'org.acme',
      public_keys: [key.publicKey],
      poll_seconds: 0.02,
    };
    const follower = await TestHall.open({ banLists: { subscriptions: [source] } });
    const { banLists, clock } = follower.hall.parts;
    await waitFor('the list', () => !banLists.state(clock.latest()).isStale);
    const { json } = await follower.post('tenant', '/wcp/dispatch', inputFor('tenant-a'));
    expect(json.decision.deny_code).toBe('DENY_WORKER_BANNED');
    await follower.close();
  });

  test('Lists of several authorities are published side by side.', async () => {
    const other = await registeredKey(hall, 'org.rival');
    await publish(banListBy(key, { entries: BAD }));
    const entries = [entryOf(hashOf('b'))];
    expect(await publish(banListBy(other, { authority: 'org.rival', entries }), 'rival')).toBe('published');
    expect(stateNow().banned.sort()).toEqual([CODE, hashOf('b')]);
    const { items } = (await hall.get('nobody', '/wcp/registry/ban-lists')).json;
    expect(items.map(({ authority }: { authority: string }) => authority)).toEqual(['org.acme', 'org.rival']);
  });
});

describe('lists that are not published', () => {
  test.each<[string, Person, () => unknown]>([
    ['INVALID_BODY', 'owner', () => ({ ...banListBy(key), more: 1 })],
    ['INVALID_BODY', 'owner', () => null],
    ['INVALID_BODY', 'owner', () => [banListBy(key)]],
    ['FORBIDDEN', 'rival', () => banListBy(key)],
    ['FORBIDDEN', 'owner', () => banListBy(key, { authority: 'org.rival' })],
    ['BAN_LIST_KEY_UNKNOWN', 'owner', () => banListBy(generateSigningKey())],
    ['BAN_LIST_KEY_UNKNOWN', 'admin', () => banListBy(key, { authority: 'org.rival' })],
    ['BAN_LIST_SIGNATURE_INVALID', 'owner', () => ({ ...banListBy(key, { entries: BAD }), entries: [] })],
    ['BAN_LIST_FROM_FUTURE', 'owner', () => banListBy(key, { issued_at: later(400) })],
    ['BAN_LIST_STALE', 'owner', () => banListBy(key, { issued_at: later(-2), max_age_seconds: 1 })],
  ])('A list is refused with %s, whoever posts it (%s).', async (code, person, list) => {
    expect(await publish(list(), person)).toBe(code);
    expect(await hall.get('nobody', OF_ACME)).toMatchObject({ status: 404, json: { code: 'NOT_FOUND' } });
    expect(stateNow()).toEqual({ banned: [], isStale: false });
  });

  test('A list with a lower sequence, or with the same and other content, is BAN_LIST_ROLLED_BACK.', async () => {
    const good = banListBy(key, { entries: BAD });
    await publish(good);
    for (const sequence of [good.sequence - 1, good.sequence, 0]) {
      expect(await publish(banListBy(key, { sequence }))).toBe('BAN_LIST_ROLLED_BACK');
    }
    expect((await hall.get('nobody', OF_ACME)).json).toEqual(good);
  });

  test('Every finding in a list is reported at once, at its path.', async () => {
    const entries = [entryOf(CODE, { reason: '' }), entryOf('x')];
    const { json } = await hall.post('owner', URL, { ...banListBy(key), entries, sequence: -1 });
    expect(json.findings.map(({ path }: { path: string }) => path)).toEqual([
      '/entries/0/reason',
      '/entries/1/sha256',
      '/sequence',
    ]);
  });

  test('Of several lists published at the same time, the one with the highest sequence stays.', async () => {
    const lists = Array.from({ length: 8 }, () => banListBy(key));
    await Promise.all([...lists].reverse().map((list) => publish(list)));
    expect((await hall.get('nobody', OF_ACME)).json).toEqual(lists.at(-1));
  });
});

describe('keeping a published list current', () => {
  test('Once the list has expired, workers that must be attested are denied until there is a new one.', async () => {
    await publish(banListBy(key, { max_age_seconds: 60 }));
    expect(await codeOf()).toBeNull();
    hall.pass(61);
    expect(await codeOf()).toBe('DENY_WORKER_HASH_UNAVAILABLE');
    const [shown] = (await hall.get('nobody', '/wcp/registry/ban-lists')).json.items;
    expect(shown.is_current).toBe(false);
    expect(await publish(banListBy(key, { issued_at: later(61) }))).toBe('published');
    expect(await codeOf()).toBeNull();
  });

  test('When its key is revoked, a list counts as expired at once, and its bans stay in force.', async () => {
    await publish(banListBy(key, { entries: [entryOf(hashOf('b'))], sequence: 2 ** 53 - 1 }));
    const next = await registeredKey(hall, 'org.acme');
    expect(stateNow()).toEqual({ banned: [hashOf('b')], isStale: false });
    await revoke(key);
    expect(stateNow()).toEqual({ banned: [hashOf('b')], isStale: true });
    expect(await codeOf()).toBe('DENY_WORKER_HASH_UNAVAILABLE');
    expect(await publish(banListBy(key))).toBe('BAN_LIST_KEY_UNKNOWN');
    expect(await publish(banListBy(next, { sequence: 1 }))).toBe('published');
    expect(stateNow()).toEqual({ banned: [], isStale: false });
    expect(await codeOf()).toBeNull();
  });

  test('The operator can withdraw a list, and an earlier one does not come back.', async () => {
    const earlier = banListBy(key);
    const list = banListBy(key, { entries: BAD });
    await publish(list);
    expect((await hall.ask('owner', 'DELETE', OF_ACME)).status).toBe(403);
    expect(await hall.ask('admin', 'DELETE', OF_ACME)).toMatchObject({
      status: 200,
      json: { authority: 'org.acme', sequence: list.sequence },
    });
    expect(stateNow()).toEqual({ banned: [], isStale: false });
    for (const method of ['GET', 'DELETE'] as const) {
      expect((await hall.ask('admin', method, OF_ACME)).json.code).toBe('NOT_FOUND');
    }
    expect(await publish(earlier)).toBe('BAN_LIST_ROLLED_BACK');
    expect(await publish(list)).toBe('published');
    expect(stateNow().banned).toEqual([CODE]);
  });

  test('A published list survives a restart, and so does its withdrawal.', async () => {
    await openWithFile();
    const earlier = banListBy(key);
    const list = banListBy(key, { entries: BAD });
    await publish(list);
    await hall.restart();
    expect((await hall.get('nobody', OF_ACME)).json).toEqual(list);
    expect(stateNow()).toEqual({ banned: [CODE], isStale: false });
    await hall.ask('admin', 'DELETE', OF_ACME);
    await hall.restart();
    expect((await hall.get('nobody', OF_ACME)).status).toBe(404);
    expect(stateNow()).toEqual({ banned: [], isStale: false });
    expect(await publish(earlier)).toBe('BAN_LIST_ROLLED_BACK');
  });
});

test('A request for a list must name its authority.', async () => {
  for (const query of [
    '',
    '?authority=',
    '?authority=org.acme&authority=x.ada',
    '?more=1',
    '?authority=%00',
  ]) {
    const { status, json } = await hall.get('nobody', URL + query);
    expect([query, status, json.code]).toEqual([
      query,
      expect.any(Number),
      /^\?authority=(?!.*&)/.test(query) ? 'NOT_FOUND' : 'INVALID_QUERY',
    ]);
  }
});
