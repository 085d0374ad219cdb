import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generateSigningKey, type SigningKey } from '@wcp/evidence';
import type { BanList } from '@wcp/spec';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { BanListSubscription } from '../../../src/registry/ban-list/ban-list-options.ts';
import { banListBy, entryOf } from '../../support/ban-lists.ts';
import { CONFIG, inputFor } from '../../support/documents.ts';
import { tempFolder } from '../../support/temp-folder.ts';
import { TestHall, type TestHallOptions } from '../../support/test-hall.ts';
import { waitFor } from '../../support/wait-for.ts';
import { withoutTimeLimits } from '../../support/without-time-limits.ts';
import { ACME, CODE, hashOf } from '../../support/workers.ts';
import { ListServer } from './list-server.ts';

const BAD = [entryOf(CODE)];
let key: SigningKey;
let server: ListServer;
let hall: TestHall;
beforeEach(async () => {
  key = generateSigningKey();
  server = await ListServer.open();
});
afterEach(() => hall?.close());

const subscription = (changes: Partial<BanListSubscription> = {}): BanListSubscription => ({
  url: server.url,
  authority: 'org.acme',
  public_keys: [key.publicKey],
  poll_seconds: 0.02,
  ...changes,
});
async function open(options: TestHallOptions = {}): Promise<void> {
  hall = await TestHall.open({ banLists: { subscriptions: [subscription()] }, ...options });
}
/** Opens a Hall that finds this list from the start. */
async function openWith(list: BanList): Promise<void> {
  server.serves = list;
  await open();
  await waitFor('the first list', async () => (await told('taken')) === 1);
}
/** Serves a list and waits until the Hall has taken it, or refused it. */
async function serve(list: unknown, ending: 'taken' | 'refused' = 'taken'): Promise<void> {
  const before = { events: await told('taken'), received: server.received.length };
  server.serves = list;
  if (ending === 'taken') await waitFor('a list', async () => (await told('taken')) > before.events);
  else await waitFor('two attempts', () => server.received.length > before.received + 2);
}
const eventsOf = async (what: string) =>
  (await hall.hall.parts.storage.store.list('events', { limit: 1000 }))
    .flatMap((row) => JSON.parse(row.events ?? '[]') as { event_id: string }[])
    .filter(({ event_id }) => event_id === `org.wcp.hall.ban-list-${what}`);
const told = async (what: string) => (await eventsOf(what)).length;
const codeOf = async (
  url: '/wcp/route' | '/wcp/dispatch' = '/wcp/dispatch',
  members: Readonly<Record<string, unknown>> = {},
) => {
  const { json } = await hall.post('tenant', url, inputFor('tenant-a', members));
  return (json.decision ?? json).deny_code;
};
const stateNow = () => {
  const { banLists, clock } = hall.hall.parts;
  const { banned, isStale } = banLists.state(clock.latest());
  return { banned: [...banned], isStale };
};
const troubles = async () => (await hall.get('nobody', '/wcp/health')).json.troubles;

describe('a Hall that subscribes to a ban list', () => {
  test.each(['/wcp/route', '/wcp/dispatch'] as const)('A listed worker is refused (%s).', async (url) => {
    await open();
    await serve(banListBy(key));
    expect(await codeOf(url)).toBeNull();
    await serve(banListBy(key, { entries: BAD }));
    expect(await codeOf(url)).toBe('DENY_WORKER_BANNED');
    expect((await hall.get('tenant', `/wcp/workers/${ACME}`)).json.worker.flag.code).toBe(
      'DENY_WORKER_BANNED',
    );
    expect(hall.delivery.calls).toHaveLength(url === '/wcp/dispatch' ? 1 : 0);
  });

  test('Code that is banned and not what was attested is refused as banned.', async () => {
    await open();
    hall.delivery.hash = hashOf('b');
    await serve(banListBy(key, { entries: [entryOf(hashOf('b'))] }));
    expect(await codeOf()).toBe('DENY_WORKER_BANNED');
  });

  test('The facts of a decision hold only those banned hashes that concern its workers.', async () => {
    await open();
    await serve(banListBy(key, { entries: [entryOf(hashOf('c')), ...BAD] }));
    const { json } = await hall.post('tenant', '/wcp/route', inputFor('tenant-a'));
    const recorded = await hall.get('admin', `/wcp/decisions/${json.decision_id}`);
    expect(recorded.json.facts.banned_hashes).toEqual([CODE]);
    expect(stateNow().banned.sort()).toEqual([CODE, hashOf('c')]);
  });

  test('Code that was cleared passes, and so does code that a later list no longer names.', async () => {
    await open();
    await serve(banListBy(key, { entries: [entryOf(CODE, { review_status: 'cleared' })] }));
    expect(await codeOf()).toBeNull();
    await serve(banListBy(key, { entries: BAD }));
    expect(stateNow().banned).toEqual([CODE]);
    await serve(banListBy(key));
    expect(stateNow().banned).toEqual([]);
    expect(await codeOf()).toBeNull();
  });

  test('A list can come from a file as well.', async () => {
    const file = join(tempFolder(), 'list.json');
    writeFileSync(file, JSON.stringify(banListBy(key, { entries: BAD })));
    const { url: _, ...rest } = subscription() as BanListSubscription & { url: string };
    await open({ banLists: { subscriptions: [{ ...rest, file }] } });
    await waitFor('the list', () => stateNow().banned.length === 1);
    expect(await codeOf()).toBe('DENY_WORKER_BANNED');
    rmSync(file);
  });

  test('Several lists are united, and each of them is relied on.', async () => {
    const other = generateSigningKey();
    const second = await ListServer.open();
    second.serves = banListBy(other, { authority: 'org.rival', entries: [entryOf(hashOf('d'))] });
    server.serves = banListBy(key, { entries: BAD });
    const foreign = { url: second.url, authority: 'org.rival', public_keys: [other.publicKey] };
    await open({ banLists: { subscriptions: [subscription(), subscription(foreign)] } });
    await waitFor('both', () => stateNow().banned.length === 2 && !stateNow().isStale);
    second.serves = null;
    hall.pass(86_401);
    server.serves = banListBy(key, { issued_at: new Date(Date.now() + 86_401_000).toISOString() });
    await waitFor('the new one', () => stateNow().banned.length === 1);
    expect(stateNow()).toEqual({ banned: [hashOf('d')], isStale: true });
  });
});

describe('the last good list', () => {
  const forged = (list: BanList): BanList => ({ ...list, entries: [] });
  test.each<[string, (list: BanList) => unknown]>([
    ['BAN_LIST_MALFORMED', (list) => ({ ...list, entries: {} })],
    ['BAN_LIST_AUTHORITY_MISMATCH', () => banListBy(key, { authority: 'org.rival' })],
    ['BAN_LIST_KEY_UNKNOWN', () => banListBy(generateSigningKey())],
    ['BAN_LIST_SIGNATURE_INVALID', forged],
    ['BAN_LIST_FROM_FUTURE', () => banListBy(key, { issued_at: '2999-01-01T00:00:00Z' })],
    ['BAN_LIST_ROLLED_BACK', ({ sequence }) => banListBy(key, { sequence: sequence - 1 })],
    ['BAN_LIST_ROLLED_BACK', ({ sequence }) => banListBy(key, { sequence })],
    ['BAN_LIST_STALE', () => banListBy(key, { issued_at: '2026-01-01T00:00:00Z', max_age_seconds: 1 })],
  ])('The last good list stays in force where another one is served: %s.', async (code, change) => {
    const good = banListBy(key, { entries: BAD });
    await openWith(good);
    // A Hall whose first list comes late says so, and a busy machine is late.
    hall.logged.splice(0);
    await serve(change(good), 'refused');
    expect(stateNow()).toEqual({ banned: [CODE], isStale: false });
    expect(await codeOf()).toBe('DENY_WORKER_BANNED');
    expect(hall.logged).toEqual([
      `warn The ban list of org.acme was not accepted: ${code}.`,
      expect.stringContaining('is flagged with DENY_WORKER_BANNED'),
    ]);
    await serve(banListBy(key));
    expect(stateNow()).toEqual({ banned: [], isStale: false });
  });

  test('A list whose source is gone counts until it expires.', async () => {
    await open();
    await serve(banListBy(key, { max_age_seconds: 60 }));
    server.answer = (_, response) => void response.writeHead(503).end();
    hall.pass(58);
    expect(await codeOf()).toBeNull();
    hall.pass(3);
    expect(await codeOf()).toBe('DENY_WORKER_HASH_UNAVAILABLE');
  });
});

describe('a missing or expired list', () => {
  test('Without a current list every worker whose attestation is required is refused, and its bans stay in force.', async () => {
    await open();
    await serve(banListBy(key, { entries: [entryOf(hashOf('b'))] }));
    server.serves = null;
    hall.pass(86_401);
    for (const url of ['/wcp/route', '/wcp/dispatch'] as const) {
      expect(await codeOf(url)).toBe('DENY_WORKER_HASH_UNAVAILABLE');
    }
    expect(stateNow()).toEqual({ banned: [hashOf('b')], isStale: true });
    hall.delivery.hash = hashOf('b');
    expect(await codeOf()).toBe('DENY_WORKER_BANNED');
  });

  test('The same is true where there never was a list.', async () => {
    server.answer = (_, response) => void response.writeHead(404).end();
    await open();
    expect(await codeOf('/wcp/route')).toBe('DENY_WORKER_HASH_UNAVAILABLE');
    expect(await codeOf()).toBe('DENY_WORKER_HASH_UNAVAILABLE');
    expect(hall.delivery.calls).toEqual([]);
  });

  test('A worker whose attestation is not required runs, and exactly the code that was observed.', async () => {
    await open({ config: { ...CONFIG, require_worker_attestation: false } });
    expect(await codeOf()).toBeNull();
    expect(hall.delivery.calls).toEqual([expect.objectContaining({ code_hash: CODE })]);
  });

  test('A worker whose attestation is not required does not run where its code is banned.', async () => {
    await open({ config: { ...CONFIG, require_worker_attestation: false } });
    hall.delivery.hash = hashOf('b');
    await serve(banListBy(key, { entries: [entryOf(hashOf('b'))], max_age_seconds: 60 }));
    server.serves = null;
    hall.pass(61);
    expect(stateNow().isStale).toBe(true);
    expect(await codeOf()).toBe('DENY_WORKER_BANNED');
  });

  test('A missing or expired list is reported once by the health, an event and the log, and so is its end.', async () => {
    await openWith(banListBy(key));
    expect(await troubles()).toEqual([]);
    server.serves = 'no list';
    await waitFor('an attempt', () => hall.logged.length > 0);
    hall.pass(86_401);
    expect(await troubles()).toEqual([
      {
        code: 'BAN_LIST_STALE',
        message: expect.stringMatching(/org\.acme.* failed with BAN_LIST_MALFORMED\.$/),
      },
    ]);
    expect((await hall.get('nobody', '/wcp/health')).json.status).toBe('degraded');
    await waitFor('the event', async () => (await told('stale')) === 1);
    await serve(banListBy(key, { issued_at: new Date(Date.now() + 86_401_000).toISOString() }));
    await waitFor('the other event', async () => (await told('current')) === 1);
    expect(await told('stale')).toBe(1);
    expect(await eventsOf('stale')).toEqual([expect.objectContaining({ authority: 'org.acme' })]);
    expect(await troubles()).toEqual([]);
    expect(await codeOf()).toBeNull();
    expect(hall.logged).toEqual([
      'warn The ban list of org.acme was not accepted: BAN_LIST_MALFORMED.',
      expect.stringMatching(/^error BAN_LIST_STALE: the ban list of org\.acme/),
      'info The ban list of org.acme is current again.',
    ]);
  });
});

describe('after a restart', () => {
  const withFile = () => open({ file: join(tempFolder(), 'store.db') });

  test('After a restart the last good list is in force before anything is read, and an earlier one cannot replace it.', async () => {
    await withFile();
    const earlier = banListBy(key);
    await serve(earlier);
    await serve(banListBy(key, { entries: BAD }));
    server.serves = earlier;
    await hall.restart();
    expect(stateNow()).toEqual({ banned: [CODE], isStale: false });
    await waitFor('the refusal', () => hall.logged.some((line) => line.includes('BAN_LIST_ROLLED_BACK')));
    expect(await codeOf()).toBe('DENY_WORKER_BANNED');
  });

  test('A list does not get younger by a restart.', async () => {
    await withFile();
    await serve(banListBy(key, { entries: BAD, max_age_seconds: 60 }));
    server.serves = null;
    hall.pass(61);
    await hall.restart();
    expect(stateNow()).toEqual({ banned: [CODE], isStale: true });
  });

  test('With another key for the same authority a list keeps its bans, and is relied on once that key has signed.', async () => {
    const file = join(tempFolder(), 'store.db');
    await open({ file });
    await serve(banListBy(key, { entries: BAD, sequence: 2 ** 53 - 1 }));
    await hall.close();
    const next = generateSigningKey();
    const subscriptions = [subscription({ public_keys: [next.publicKey] })];
    await open({ file, key: hall.signer, banLists: { subscriptions } });
    expect(stateNow()).toEqual({ banned: [CODE], isStale: true });
    await serve(banListBy(next, { sequence: 1 }));
    expect(stateNow()).toEqual({ banned: [], isStale: false });
  });

  test('A list that is no longer subscribed to bans nothing.', async () => {
    const file = join(tempFolder(), 'store.db');
    await open({ file });
    await serve(banListBy(key, { entries: BAD }));
    await hall.close();
    await open({ file, key: hall.signer, banLists: {} });
    expect(stateNow()).toEqual({ banned: [], isStale: false });
  });
});

test('A Hall that closes aborts what it is reading.', async () => {
  withoutTimeLimits();
  server.answer = () => {};
  await open();
  await waitFor('the question', () => server.received.length === 1);
  await hall.close();
  hall = await TestHall.open();
});
