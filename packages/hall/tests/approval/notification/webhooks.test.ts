import { join } from 'node:path';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import type { Approval } from '../../../src/approval/approval.ts';
import { openOutbox } from '../../../src/approval/notification/outbox.ts';
import { webhookChannel } from '../../../src/approval/notification/webhooks.ts';
import { HallClock } from '../../../src/base/hall-clock.ts';
import { createMemoryStore } from '../../../src/storage/store/memory-store.ts';
import type { StatefulRow, Store } from '../../../src/storage/store/store.ts';
import { Receiver, SECRET } from '../../support/receiver.ts';
import { tempFolder } from '../../support/temp-folder.ts';
import { TestHall } from '../../support/test-hall.ts';
import { waitFor } from '../../support/wait-for.ts';
import { withoutTimeLimits } from '../../support/without-time-limits.ts';

const APPROVAL = {
  approval_id: 'one',
  state: 'pending',
  level: 'gatekeeper',
  tenant_id: 'tenant-a',
  correlation_id: 'corr',
  capability_id: 'cap.web.fetch',
  expires_at: '2026-01-31T12:15:00.000Z',
  input: '{"request":{"secret":"not for a chat"}}',
  decision: { escalation_context: { reasons: [] } },
} as unknown as Approval;

let receiver: Receiver;
let store: Store;
let passed: number;
let logged: string[];
beforeEach(async () => {
  receiver = await Receiver.open();
  store = createMemoryStore();
  passed = 0;
  logged = [];
});

async function open(urls: readonly string[] = [receiver.url]) {
  const clock = new HallClock(() => Date.now() + passed * 1000);
  const webhooks = openOutbox({
    store,
    commit: (changes) => store.commit(changes),
    isSender: () => true,
    clock,
    log: (level, message) => logged.push(`${level} ${message}`),
    channels: urls.map((url) => webhookChannel({ url, secret: SECRET }, clock)),
  });
  onTestFinished(() => webhooks.close());
  return webhooks;
}

const rows = (): Promise<StatefulRow[]> => store.list('outbox', { limit: 1000 });
const isSent = () => waitFor('the outbox to be empty', async () => (await rows()).length === 0);
const now = () => new Date(Date.now() + passed * 1000).toISOString();
const attempts = (count: number) => waitFor(`${count} attempts`, () => receiver.got.length >= count);

describe('a webhook', () => {
  test('A webhook is signed according to Standard Webhooks, and says what waits without the request itself.', async () => {
    const webhooks = await open();
    await store.commit(webhooks.changes({ kind: 'pending', approval: APPROVAL }, now()));
    webhooks.wake();
    await isSent();
    const [notice] = receiver.notices();
    expect(notice).toMatchObject({ type: 'wcp.approval.pending', data: { approval_id: 'one' } });
    expect(receiver.got[0]?.body).not.toContain('not for a chat');
    expect(receiver.got[0]?.headers['content-type']).toBe('application/json');
    const other = `whsec_${Buffer.from('another secret of tests').toString('base64')}`;
    expect(() => receiver.notices(other)).toThrow();
  });

  test.each([500, 503, 404, 302])(
    'A webhook that gets status %i is sent again, under the same id, until it is accepted.',
    async (status) => {
      receiver.statuses.push(status, status);
      const webhooks = await open();
      await store.commit(webhooks.changes({ kind: 'pending', approval: APPROVAL }, now()));
      const wakeAnd = (isSo: (row: StatefulRow | undefined) => boolean) => async () => {
        webhooks.wake();
        return isSo((await rows())[0]);
      };
      for (const [index, delay] of [1, 5].entries()) {
        const isKept = wakeAnd((row) => row?.document.includes(`"attempt":${index + 1}`) === true);
        await waitFor('the next attempt', isKept);
        webhooks.wake();
        expect(receiver.got).toHaveLength(index + 1);
        passed += delay + 1;
      }
      await waitFor(
        'the last attempt',
        wakeAnd((row) => row === undefined),
      );
      expect(new Set(receiver.got.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
      expect(receiver.got).toHaveLength(3);
    },
  );

  test('A webhook that is never accepted is given up after its last attempt, logged, and kept as failed.', async () => {
    const { url } = receiver;
    receiver.close();
    const webhooks = await open([url]);
    await store.commit(webhooks.changes({ kind: 'pending', approval: APPROVAL }, now()));
    for (let attempt = 1; attempt <= 9; attempt += 1) {
      await waitFor(`attempt ${attempt}`, async () => {
        webhooks.wake();
        return (await rows())[0]?.document.includes(`"attempt":${attempt}`);
      });
      passed += 30_000;
    }
    expect((await rows()).map(({ state }) => state)).toEqual(['failed']);
    expect(logged).toEqual(['error A webhook was given up after its last attempt.']);
  });

  test('A webhook to one target does not wait for another target that is down.', async () => {
    const webhooks = await open(['http://127.0.0.1:9/', receiver.url]);
    await store.commit(webhooks.changes({ kind: 'pending', approval: APPROVAL }, now()));
    webhooks.wake();
    await attempts(1);
    await waitFor('one to be left', async () => (await rows()).length === 1);
    expect((await rows())[0]?.document).toContain('127.0.0.1:9');
  });

  test('A receiver that hangs delays no notice of another, however many wait for it.', async () => {
    withoutTimeLimits();
    const hanging = await Receiver.open();
    hanging.statuses.push(...Array.from({ length: 300 }, () => 0));
    const webhooks = await open([hanging.url, receiver.url]);
    for (let round = 1; round <= 30; round += 1) {
      await store.commit(webhooks.changes({ kind: 'pending', approval: APPROVAL }, now()));
      webhooks.wake();
      await attempts(round);
    }
    await waitFor('only what hangs', async () => (await rows()).length === 30);
    expect(hanging.got).toHaveLength(8);
  });

  test('Hundreds of notices to one receiver are each sent once.', async () => {
    const webhooks = await open();
    for (let index = 0; index < 250; index += 1) {
      await store.commit(webhooks.changes({ kind: 'pending', approval: APPROVAL }, now()));
      webhooks.wake();
    }
    await isSent();
    expect(receiver.got).toHaveLength(250);
    expect(new Set(receiver.got.map(({ headers }) => headers['webhook-id'])).size).toBe(250);
  });

  test('A webhook does not wait behind hundreds that wait for their next attempt.', async () => {
    const webhooks = await open();
    const later = JSON.stringify({ url: receiver.url, body: '{}', attempt: 5 });
    const at = new Date(Date.now() + 3_600_000).toISOString();
    for (let index = 0; index < 250; index += 1) {
      const id = `00000000-${String(index).padStart(4, '0')}`;
      await store.commit([
        { put: 'outbox', row: { id, state: 'due', at, document: later, tenant_id: 't', decision_id: 'd' } },
      ]);
    }
    await store.commit(webhooks.changes({ kind: 'pending', approval: APPROVAL }, now()));
    webhooks.wake();
    await attempts(1);
    expect(receiver.notices()).toMatchObject([{ type: 'wcp.approval.pending' }]);
  });

  test('A webhook that is never answered does not delay closing, and is sent again by the next process.', async () => {
    withoutTimeLimits();
    receiver.statuses.push(0);
    const first = await open();
    await store.commit(first.changes({ kind: 'pending', approval: APPROVAL }, now()));
    first.wake();
    await attempts(1);
    await first.close();
    passed += 2;
    const second = await open();
    second.wake();
    await isSent();
    expect(receiver.got).toHaveLength(2);
  });

  test('A webhook to a target that is no longer configured is dropped.', async () => {
    const first = await open();
    await store.commit(first.changes({ kind: 'pending', approval: APPROVAL }, now()));
    await first.close();
    const other = await Receiver.open();
    const second = await open([other.url]);
    second.wake();
    await isSent();
    expect([receiver.got, other.got]).toEqual([[], []]);
  });
});

test('A Hall reports holds and how they end, through an outage and a restart.', async () => {
  receiver.statuses.push(500);
  const hall = await TestHall.open({
    file: join(tempFolder(), 'store.db'),
    notify: { webhooks: [{ url: receiver.url, secret: SECRET }] },
  });
  onTestFinished(() => hall.close());
  const { approval_id } = await hall.hold();
  await attempts(1);
  await hall.restart();
  hall.pass(2);
  await attempts(2);
  await hall.post('steward', '/wcp/approvals/escalate', { approval_id });
  await attempts(3);
  await hall.resolve('steward', approval_id, { resolution: 'deny' });
  await attempts(4);
  expect(receiver.notices().map(({ type, data }) => [type, data['level'], data['state']])).toEqual([
    ['wcp.approval.pending', 'gatekeeper', 'pending'],
    ['wcp.approval.pending', 'gatekeeper', 'pending'],
    ['wcp.approval.pending', 'executor', 'pending'],
    ['wcp.approval.resolved', 'executor', 'denied'],
  ]);
  const ids = receiver.got.map(({ headers }) => headers['webhook-id']);
  expect([ids[0] === ids[1], new Set(ids).size]).toEqual([true, 3]);
});
