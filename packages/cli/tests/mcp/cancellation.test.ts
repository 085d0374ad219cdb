import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type CallMore,
  type Json,
  RawHttpClient,
  RawStdioClient,
  type TestClient,
} from '../support/mcp/raw-client.ts';
import { sdk1, sdk2 } from '../support/mcp/sdk-client.ts';
import {
  prefixOf,
  ServedGateway,
  START_MS,
  UPSTREAMS,
  type Upstream,
} from '../support/mcp/served-gateway.ts';

let gateway: ServedGateway;
const clients: TestClient[] = [];
beforeAll(async () => {
  gateway = await ServedGateway.open();
}, START_MS);
afterAll(async () => {
  await Promise.all(clients.map((client) => client.close()));
  await gateway.close();
});

const NEW = '2026-07-28';
const OLD = '2025-11-25';

/** The ways by which a client reaches the servers, and the client that goes it. */
const WAYS: readonly (readonly [string, () => Promise<TestClient>])[] = [
  ['over stdio, a gateway of its own, 2025-11-25', async () => gateway.own],
  [
    'over stdio, a gateway that has the folder, 2026-07-28',
    () => RawStdioClient.open(NEW, gateway.relayProgram),
  ],
  [
    'over stdio, a gateway that has the folder, 2025-11-25',
    () => RawStdioClient.open(OLD, gateway.relayProgram),
  ],
  ['over stdio, a Hall elsewhere, 2026-07-28', () => RawStdioClient.open(NEW, gateway.remoteProgram)],
  ['over stdio, a Hall elsewhere, 2025-11-25', () => RawStdioClient.open(OLD, gateway.remoteProgram)],
  ['over HTTP, 2026-07-28', () => RawHttpClient.open(NEW, gateway.running.mcp_url, gateway.key('agent'))],
  ['over HTTP, 2025-11-25', () => RawHttpClient.open(OLD, gateway.running.mcp_url, gateway.key('agent'))],
];

const http = () => ({ url: gateway.running.mcp_url, key: gateway.key('agent') });
const SDK_WAYS: typeof WAYS = [
  ['SDK 1 over stdio', () => sdk1(gateway.relayProgram)],
  ['SDK 1 over HTTP', () => sdk1(http())],
  ['SDK 1 over stdio, a Hall elsewhere', () => sdk1(gateway.remoteProgram)],
  ['SDK 2 over stdio, 2025-11-25', () => sdk2(gateway.relayProgram, OLD)],
  ['SDK 2 over HTTP, 2025-11-25', () => sdk2(http(), OLD)],
  ['SDK 2 over stdio, 2026-07-28', () => sdk2(gateway.relayProgram, NEW)],
  ['SDK 2 over HTTP, 2026-07-28', () => sdk2(http(), NEW)],
  ['SDK 2 over stdio, a Hall elsewhere, 2026-07-28', () => sdk2(gateway.remoteProgram, NEW)],
];

let calls = 0;
/** A key by which a call is found in the log of its server, and in the evidence. */
function newCall(): { readonly key: string; readonly correlation_id: string; readonly meta: object } {
  calls += 1;
  const trace = calls.toString(16).padStart(32, '0');
  return {
    key: `call-${calls}`,
    correlation_id: `trace-${trace}`,
    meta: { traceparent: `00-${trace}-0000000000000001-01` },
  };
}

async function until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
  for (let left = 1_500; !(await isSo()); left -= 1) {
    if (left === 0) throw new Error(`waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** How the dispatch with a correlation id ended, in the words of the evidence. */
async function outcomeOf(correlation_id: string): Promise<string[]> {
  const { items } = await gateway.operator.listReceipts({ correlation_id });
  return items.flatMap(({ receipt }) =>
    receipt.kind === 'outcome' ? [receipt.outcome?.status ?? 'none'] : [],
  );
}

describe.each([...WAYS, ...SDK_WAYS])('%s', (name, open) => {
  let client: TestClient;
  beforeAll(async () => {
    client = await open();
    clients.push(client);
  }, START_MS);
  const start = (upstream: Upstream, tool: string, given: object, more?: CallMore) =>
    client.start(prefixOf(upstream) + tool, given, more);

  test.each(UPSTREAMS)(
    'Progress of the server %s reaches the client, and its cancellation the server; its neighbours go on.',
    async (upstream) => {
      const [cancelled, neighbour] = [newCall(), newCall()];
      const told: Json[] = [];
      const near = start(upstream, 'hold', { key: neighbour.key }, { meta: neighbour.meta });
      const call = start(
        upstream,
        'hold',
        { key: cancelled.key, steps: 3 },
        { meta: cancelled.meta, onProgress: (progress) => told.push(progress) },
      );
      await until(
        'both calls and progress',
        () => told.length === 3 && gateway.saw(upstream, neighbour.key).length === 1,
      );
      expect(told).toMatchObject(
        [1, 2, 3].map((progress) => ({
          progress,
          total: 3,
          message: `step ${progress} of ${cancelled.key}`,
          // The SDK's first version drops what it does not know.
          ...(!name.startsWith('SDK') && { 'x-unknown': [null] }),
        })),
      );
      call.cancel();
      await until('the cancellation', () => gateway.saw(upstream, cancelled.key).includes('cancelled'));
      await until('the outcome', async () => (await outcomeOf(cancelled.correlation_id)).length > 0);
      expect(await outcomeOf(cancelled.correlation_id)).toEqual(['unknown']);
      expect(gateway.saw(upstream, cancelled.key)).toEqual(['started', 'cancelled']);
      expect(await outcomeOf(neighbour.correlation_id)).toEqual([]);

      const { answer } = start(upstream, 'release', { key: neighbour.key });
      expect((await answer).result.content[0].text).toBe('done');
      expect((await near.answer).result.content[0].text).toBe(`released ${neighbour.key}`);
      await until('the outcome', async () => (await outcomeOf(neighbour.correlation_id)).length > 0);
      expect(await outcomeOf(neighbour.correlation_id)).toEqual(['ok']);
      expect(gateway.saw(upstream, neighbour.key)).toEqual(['started', 'released']);
      const next = await start(upstream, 'release', { key: 'nobody' }).answer;
      expect(next.result.content[0].text).toBe('done');
      if (client instanceof RawStdioClient) expect(client.strays).toEqual([]);
    },
  );
});

/** Ways to be gone without a word about the call. */
const GONE: readonly (readonly [string, () => Promise<TestClient>, (client: TestClient) => unknown])[] = [
  [
    'ends its input',
    () => RawStdioClient.open(NEW, gateway.relayProgram),
    (client) => (client as RawStdioClient).child.stdin?.end(),
  ],
  [
    'ends its input before a Hall elsewhere',
    () => RawStdioClient.open(OLD, gateway.remoteProgram),
    (client) => (client as RawStdioClient).child.stdin?.end(),
  ],
  [
    'is killed with its gateway',
    () => RawStdioClient.open(OLD, gateway.relayProgram),
    (client) => (client as RawStdioClient).child.kill('SIGKILL'),
  ],
  [
    'is killed with its gateway before a Hall elsewhere',
    () => RawStdioClient.open(NEW, gateway.remoteProgram),
    (client) => (client as RawStdioClient).child.kill('SIGKILL'),
  ],
  [
    'ends its session',
    () => RawHttpClient.open(OLD, gateway.running.mcp_url, gateway.key('agent')),
    (client) => client.close(),
  ],
];

describe.each(GONE)('A client that %s', (_, open, leave) => {
  test.each(UPSTREAMS)('has cancelled its call of the server %s, and nobody else’s.', async (upstream) => {
    const [left, other] = [newCall(), newCall()];
    const hold = `${prefixOf(upstream)}hold`;
    const near = gateway.own.start(hold, { key: other.key }, { meta: other.meta });
    const client = await open();
    void client.start(hold, { key: left.key }, { meta: left.meta });
    await until('both calls', () =>
      [left, other].every(({ key }) => gateway.saw(upstream, key).length === 1),
    );
    await leave(client);
    await until('the cancellation', () => gateway.saw(upstream, left.key).includes('cancelled'));
    await until('the outcome', async () => (await outcomeOf(left.correlation_id)).length > 0);
    expect(await outcomeOf(left.correlation_id)).toEqual(['unknown']);
    await gateway.own.start(`${prefixOf(upstream)}release`, { key: other.key }).answer;
    expect((await near.answer).result.content[0].text).toBe(`released ${other.key}`);
  });
});

test('A client of 2025-11-25 that loses its connection over HTTP has not cancelled: its call goes on.', async () => {
  const { key, meta, correlation_id } = newCall();
  const client = await RawHttpClient.open(OLD, gateway.running.mcp_url, gateway.key('agent'));
  clients.push(client);
  const call = client.start('stdio-old-hold', { key }, { meta });
  await until('the call', () => gateway.saw('stdio-old', key).length === 1);
  call.lose();
  await gateway.own.start('stdio-old-release', { key }).answer;
  await until('the outcome', async () => (await outcomeOf(correlation_id)).length > 0);
  expect(await outcomeOf(correlation_id)).toEqual(['ok']);
  expect(gateway.saw('stdio-old', key)).toEqual(['started', 'released']);
});
