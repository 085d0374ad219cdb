import { expect, test } from 'vitest';
import { ToolDefinitions, type Upstream } from '../../src/index.ts';

/** A server whose lists are answered by hand. */
function byHand() {
  const asked: ((tools: readonly unknown[]) => void)[] = [];
  const listeners: ((method: string, params: unknown) => void)[] = [];
  const closed: ((reason: string) => void)[] = [];
  const upstream: Upstream = {
    alias: 'a',
    server: { name: 'a' },
    source: null,
    revision: '2026-07-28',
    capabilities: {},
    listTools: () => new Promise((resolve) => asked.push(resolve)),
    request: () => Promise.reject(new Error('not asked')),
    subscribe: async () => {},
    unsubscribe: async () => {},
    useLogLevel() {},
    onNotification(listen) {
      listeners.push(listen);
      return () => void listeners.splice(listeners.indexOf(listen), 1);
    },
    onClosed(listen) {
      closed.push(listen);
      return () => void closed.splice(closed.indexOf(listen), 1);
    },
    async close() {},
  };
  return { upstream, asked, listeners, closed };
}

const OLD = { maxAgeMs: 1_000_000 };
const settled = () => new Promise((resolve) => setTimeout(resolve, 5));

/** What of a server makes a list that is known void. */
const VOIDS: Record<string, (server: ReturnType<typeof byHand>) => void> = {
  'a notification': ({ listeners }) => listeners[0]?.('notifications/tools/list_changed', undefined),
  'a restart': ({ closed }) => closed[0]?.('it ended'),
};

for (const [what, happens] of Object.entries(VOIDS)) {
  test(`A list that is young enough is asked for once, and again after ${what}.`, async () => {
    const server = byHand();
    const definitions = new ToolDefinitions(server.upstream);
    const first = definitions.list(OLD);
    server.asked[0]?.([{ name: 'one' }]);
    expect([...(await first).byName.keys()]).toEqual(['one']);
    await definitions.list(OLD);
    expect(server.asked).toHaveLength(1);
    await settled();
    happens(server);
    const second = definitions.list(OLD);
    server.asked[1]?.([{ name: 'two' }]);
    expect([...(await second).byName.keys()]).toEqual(['two']);
  });
}

test('Whoever asks while a list is under way gets one that begins later: the first may be from before a change.', async () => {
  const server = byHand();
  const definitions = new ToolDefinitions(server.upstream);
  const first = definitions.list({ maxAgeMs: 0 });
  const [second, third] = [definitions.list({ maxAgeMs: 0 }), definitions.list({ maxAgeMs: 0 })];
  server.asked[0]?.([{ name: 'old' }]);
  expect((await first).byName.has('old')).toBe(true);
  await settled();
  // Both wait for the same.
  expect(server.asked).toHaveLength(2);
  server.asked[1]?.([{ name: 'new' }]);
  expect((await second).byName.has('new')).toBe(true);
  expect(await third).toBe(await second);
});

test('A notification that comes while a list is under way makes that list void.', async () => {
  const server = byHand();
  const definitions = new ToolDefinitions(server.upstream);
  const first = definitions.list(OLD);
  await settled();
  server.listeners[0]?.('notifications/tools/list_changed', undefined);
  server.asked[0]?.([{ name: 'old' }]);
  await first;
  const second = definitions.list(OLD);
  server.asked[1]?.([{ name: 'new' }]);
  expect((await second).byName.has('new')).toBe(true);
});

test('Of two tools with one name each is marked, and what has no canonical JSON has no hash.', async () => {
  const server = byHand();
  const definitions = new ToolDefinitions(server.upstream);
  const listed = definitions.list(OLD);
  server.asked[0]?.([{ name: 'a' }, { name: 'a' }, { name: 'b', x: '\ud800' }]);
  const { byName } = await listed;
  expect(byName.get('a')?.isTwice).toBe(true);
  expect(byName.get('b')).toMatchObject({ hash: null, isTwice: false });
});

test('Nothing is heard of a server any more after the end.', () => {
  const server = byHand();
  new ToolDefinitions(server.upstream).close();
  expect([server.listeners, server.closed]).toEqual([[], []]);
});
