import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { inputFor } from '../support/documents.ts';
import { type Person, TestHall } from '../support/test-hall.ts';
import { CAPABILITIES } from '../support/workers.ts';

let hall: TestHall;
let url: string;
beforeAll(async () => {
  hall = await TestHall.open();
  url = await hall.hall.app.listen({ port: 0, host: '127.0.0.1' });
});
afterAll(() => hall.close());

interface Told {
  readonly id: string;
  readonly event: Readonly<Record<string, unknown>>;
}

/** Follows the events until so many came, or the stream ended. */
async function follow(person: Person, headers: Record<string, string> = {}, query = '') {
  const leave = new AbortController();
  const answer = await fetch(`${url}/wcp/events${query}`, {
    headers: { ...hall.authorization(person), ...headers },
    signal: leave.signal,
  });
  const told: Told[] = [];
  let text = '';
  let isOver = false;
  const reading = (async () => {
    const decoder = new TextDecoder();
    for await (const chunk of answer.body ?? []) {
      text += decoder.decode(chunk as Uint8Array, { stream: true });
      const blocks = text.split('\n\n');
      text = blocks.pop() ?? '';
      for (const block of blocks) {
        const [, id, data] = /^id: (\S+)\ndata: (.+)$/.exec(block) ?? [];
        if (id !== undefined) told.push({ id, event: JSON.parse(data as string) });
      }
    }
  })()
    .catch(() => {})
    .finally(() => {
      isOver = true;
    });
  const until = (isEnough: () => boolean) => expect.poll(isEnough, { interval: 5 }).toBe(true);
  return {
    status: answer.status,
    type: answer.headers.get('content-type'),
    told,
    names: () => told.map(({ event }) => String(event['event_id'])),
    some: (count: number) => until(() => told.length >= count),
    ended: () => until(() => isOver),
    async leave() {
      leave.abort();
      await reading;
    },
  };
}

const dispatch = (person: 'tenant' | 'foreigner') =>
  hall.post(person, '/wcp/dispatch', inputFor(person === 'tenant' ? 'tenant-a' : 'tenant-b'));
const ROUTED = ['evt.gov.blast-scored', 'evt.gov.privilege-envelope-checked', 'evt.os.task.routed'];

describe('the events of a Hall', () => {
  test('Events arrive as they become durable, the mandatory ones of a dispatch in their order.', async () => {
    const stream = await follow('tenant');
    expect([stream.status, stream.type]).toEqual([200, 'text/event-stream']);
    await dispatch('tenant');
    await stream.some(6);
    expect(stream.names()).toEqual([
      ...ROUTED,
      'evt.os.worker.selected',
      'evt.os.policy.gated',
      'evt.worker.executed',
    ]);
    await stream.leave();
  });

  test('Events go to the tenant that they concern and to overseers, and to nobody else.', async () => {
    const [ours, theirs, all] = await Promise.all([follow('tenant'), follow('foreigner'), follow('auditor')]);
    await dispatch('foreigner');
    await dispatch('tenant');
    await hall.post('admin', '/wcp/freeze', { scope: 'tenant', value: 'tenant-z', reason: 'secret' });
    await Promise.all([ours.some(6), theirs.some(6), all.some(13)]);
    const tenantsOf = ({ told }: typeof ours) => new Set(told.map(({ event }) => event['tenant_id'] ?? null));
    expect(tenantsOf(ours)).toEqual(new Set(['tenant-a']));
    expect(tenantsOf(theirs)).toEqual(new Set(['tenant-b']));
    expect(tenantsOf(all)).toEqual(new Set(['tenant-a', 'tenant-b', null]));
    expect(all.names()).toContain('org.wcp.hall.frozen');
    await Promise.all([ours.leave(), theirs.leave(), all.leave()]);
  });

  test('A stream resumes after Last-Event-ID: no event is lost or repeated, within a group as well.', async () => {
    const first = await follow('tenant', {}, '?since=0');
    await dispatch('tenant');
    await first.some(6);
    await first.leave();
    const seen = first.told;
    await dispatch('tenant');
    for (const at of [0, 2, seen.length - 1]) {
      const again = await follow('tenant', { 'last-event-id': seen[at]?.id ?? '' });
      await again.some(seen.length - at - 1 + 6);
      await dispatch('tenant');
      await again.some(seen.length - at - 1 + 12);
      expect(again.told.slice(0, seen.length - at - 1)).toEqual(seen.slice(at + 1));
      expect(new Set(again.told.map(({ id }) => id)).size).toBe(again.told.length);
      await again.leave();
    }
  });

  test('A stream starts from now where the id is one that this Hall never gave.', async () => {
    // The very next one: as after a restart of a Hall that keeps nothing.
    const next = `${(await hall.hall.parts.feed.latest()) + 1}.9`;
    for (const id of [next, '999999999999.0', '999999999999']) {
      const stream = await follow('tenant', { 'last-event-id': id });
      await dispatch('tenant');
      await stream.some(6);
      expect(stream.names().slice(0, 3)).toEqual(ROUTED);
      await stream.leave();
    }
    for (const id of ['x', '-1', '1.2.3', '1e3', "1' or 1"]) {
      expect((await follow('tenant', { 'last-event-id': id })).status).toBe(400);
    }
  });

  test('Events report a hold and who resolved it.', async () => {
    const stream = await follow('tenant');
    const { approval_id } = await hall.hold('held');
    await hall.resolve('steward', approval_id, { resolution: 'deny' });
    await stream.some(3);
    expect(stream.names()).toEqual([
      'evt.os.task.held',
      'evt.os.policy.gated',
      'org.wcp.hall.approval-resolved',
    ]);
    expect(stream.told[2]?.event).toMatchObject({ approval_id, action: 'deny', state: 'denied' });
    await stream.leave();
  });

  test('Events of a dry run are marked.', async () => {
    const stream = await follow('tenant');
    await hall.post('tenant', '/wcp/dispatch', inputFor('tenant-a', { dry_run: true }));
    await hall.post('tenant', '/wcp/route', inputFor('tenant-a', { capability_id: CAPABILITIES.held }));
    await stream.some(7);
    expect(stream.told.map(({ event }) => event['dry_run'] === true)).toEqual([
      ...[true, true, true, true, true],
      ...[false, false],
    ]);
    await stream.leave();
  });

  test('A stream ends when the key of its reader is revoked.', async () => {
    const made = await hall.post('admin', '/wcp/keys', { label: 'brief', roles: ['auditor'] });
    hall.keys.set('revoked', made.json.key);
    const stream = await follow('revoked');
    await hall.ask('admin', 'DELETE', `/wcp/keys/${made.json.key_id}`);
    await new Promise((next) => setTimeout(next, 1100));
    await dispatch('tenant');
    await stream.ended();
    expect(stream.told).toEqual([]);
  });

  test('The Hall drops its listeners once their clients have gone.', async () => {
    const streams = await Promise.all([follow('tenant'), follow('auditor'), follow('admin')]);
    await dispatch('tenant');
    expect(hall.hall.parts.feed.listeners).toBeGreaterThanOrEqual(3);
    await Promise.all(streams.map((stream) => stream.leave()));
    await expect.poll(() => hall.hall.parts.feed.listeners).toBe(0);
  });

  test('An open stream does not keep a Hall from closing.', async () => {
    const other = await TestHall.open();
    const address = await other.hall.app.listen({ port: 0, host: '127.0.0.1' });
    const answer = await fetch(`${address}/wcp/events`, { headers: other.authorization('tenant') });
    await other.close();
    await answer.text().catch(() => {});
    expect(other.hall.parts.feed.listeners).toBe(0);
  });
});
