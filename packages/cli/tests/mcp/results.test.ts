import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Json, RawHttpClient, RawStdioClient, type TestClient } from '../support/mcp/raw-client.ts';
import {
  prefixOf,
  SERVER,
  ServedGateway,
  START_MS,
  serverEnv,
  UPSTREAMS,
  type Upstream,
} from '../support/mcp/served-gateway.ts';
import { scratch } from '../support/support.ts';

let gateway: ServedGateway;
const clients: TestClient[] = [];
const direct = new Map<Upstream, TestClient>();
beforeAll(async () => {
  gateway = await ServedGateway.open();
  const dir = scratch();
  for (const upstream of UPSTREAMS) {
    const revision = upstream.endsWith('new') ? NEW : OLD;
    const url = gateway.urls[upstream];
    const client =
      url === undefined
        ? await RawStdioClient.open(revision, { args: [SERVER], env: serverEnv(dir, upstream) })
        : await RawHttpClient.open(revision, url);
    direct.set(upstream, client);
    clients.push(client);
  }
}, START_MS);
afterAll(async () => {
  await Promise.all(clients.map((client) => client.close()));
  await gateway.close();
});

const NEW = '2026-07-28';
const OLD = '2025-11-25';
const WAYS: readonly (readonly [string, () => Promise<TestClient>])[] = [
  ['over stdio, 2025-11-25', async () => gateway.own],
  [
    'over stdio, a gateway that has the folder, 2026-07-28',
    () => RawStdioClient.open(NEW, gateway.relayProgram),
  ],
  ['over stdio, a Hall elsewhere, 2026-07-28', () => RawStdioClient.open(NEW, gateway.remoteProgram)],
  ['over HTTP, 2026-07-28', () => RawHttpClient.open(NEW, gateway.running.mcp_url, gateway.key('agent'))],
  ['over HTTP, 2025-11-25', () => RawHttpClient.open(OLD, gateway.running.mcp_url, gateway.key('agent'))],
];

/** A result without what the protocol has each server say of itself. */
function bare({ resultType: _, _meta, ...result }: Json): Json {
  const { 'io.modelcontextprotocol/serverInfo': __, ...meta } = _meta ?? {};
  return { ...result, ...(Object.keys(meta).length > 0 && { _meta: meta }) };
}

/** What an answer brought: a result, or an error. */
function broughtBy({ result, error }: Json): Json {
  return error === undefined ? bare(result) : { error };
}

const codeOf = ({ result }: Json): unknown => result?._meta?.['org.wcp/refusal']?.code;

const ARGUMENTS: readonly Json[] = [
  {},
  { a: [1e21, 5e-324, 0.1, 9_007_199_254_740_992, -1e-7], '': null, é: ['\u2028', '𝒳', '\u0000', '"\\'] },
  { constructor: 1, toJSON: 2, hasOwnProperty: null },
  JSON.parse(`{"deep":${'['.repeat(50)}${']'.repeat(50)}}`),
];
/** Results as the server writes them. */
const EXACT: readonly string[] = [
  ...['null', '7', '"text"', '[1,"a",null,[{}]]', 'true', '{}', '{"a":{"b":[]}}'].map(
    (value) => `{"content":[],"structuredContent":${value}}`,
  ),
  '{"content":[],"structuredContent":[1e21,1.50,5e-324,9007199254740992,1E2,-1.5e-7,0.30000000000000004]}',
  '{"content":[],"structuredContent":{"__proto__":1,"constructor":[],"":0}}',
  '{"content":[{"type":"x-unknown","a":1}],"isError":false,"x-unknown":{"b":[null]},"_meta":{"example.com/a":null}}',
  '{"content":[{"type":"text","text":"\\u2028\\ud835\\udcb3 \\u0000 é"}]}',
  '{"x-unknown":"and no content at all"}',
];
/** Results that would change on the way, and why they are refused. */
const INEXACT: readonly (readonly [string, string])[] = [
  ['{"content":[],"structuredContent":9007199254740993}', 'DELIVERY_NUMBER_NOT_EXACT'],
  ['{"content":[],"structuredContent":{"a":[-12345678901234567891]}}', 'DELIVERY_NUMBER_NOT_EXACT'],
  ['{"content":[],"structuredContent":1e400}', 'DELIVERY_JUNK'],
  ['{"content":[],"structuredContent":"\\ud800"}', 'DELIVERY_JUNK'],
  ['{"content":[],"structuredContent":{"a":1,"a":2}}', 'DELIVERY_JUNK'],
];
/** Arguments that no evidence could hold. */
const DENIED: readonly string[] = [
  '{"nested":{"__proto__":[]}}',
  `{"deep":${'['.repeat(200)}${']'.repeat(200)}}`,
];
const MIB = 1024 * 1024;

describe.each(WAYS)('%s', (_, open) => {
  let client: TestClient;
  beforeAll(async () => {
    client = await open();
    clients.push(client);
  }, START_MS);
  const call = (upstream: Upstream, tool: string, given: object) =>
    client.start(prefixOf(upstream) + tool, given).answer;
  const directly = (upstream: Upstream, tool: string, given: object): Promise<Json> =>
    (direct.get(upstream) as TestClient).start(prefixOf(upstream) + tool, given).answer;

  test.each(UPSTREAMS)(
    'The tools of the server %s are listed as it lists them, but for one that nobody may call.',
    async (upstream) => {
      const own = (tools: readonly Json[]) =>
        tools
          .filter(({ name }) => name.startsWith(prefixOf(upstream)) && !name.endsWith('forbidden'))
          .toSorted((a, b) => (a.name < b.name ? -1 : 1));
      const expected = own(await (direct.get(upstream) as TestClient).listTools());
      expect(expected).toHaveLength(8);
      expect(own(await client.listTools())).toEqual(expected);
    },
  );

  test.each(UPSTREAMS)(
    'What the server %s answers arrives unchanged, errors of either kind as well.',
    async (upstream) => {
      const calls: [string, object][] = [
        ...ARGUMENTS.map((given): [string, object] => ['echo', given]),
        ...EXACT.map((text): [string, object] => ['raw', { text }]),
        ['fault', {}],
        ['failing', {}],
      ];
      for (const [tool, given] of calls) {
        const [here, there] = [await call(upstream, tool, given), await directly(upstream, tool, given)];
        expect(broughtBy(here), JSON.stringify(given)).toEqual(broughtBy(there));
        expect(broughtBy(here)).not.toEqual({ error: undefined });
      }
    },
  );

  test.each(UPSTREAMS)(
    'What would become another on the way to the server %s or back is refused with its reason; the next call works.',
    async (upstream) => {
      for (const [text, code] of INEXACT) {
        const answer = await call(upstream, 'raw', { text });
        expect([text, codeOf(answer), answer.result.isError]).toEqual([text, code, true]);
        expect(broughtBy(await call(upstream, 'raw', { text: '{"content":[]}' }))).toEqual({ content: [] });
      }
      for (const text of DENIED) {
        expect(codeOf(await call(upstream, 'echo', JSON.parse(text)))).toBe('DENY_INVALID_INPUT');
      }
      // A zero has a sign for JavaScript, and none for JSON.
      const zero = await call(upstream, 'raw', { text: '{"structuredContent":[-0,-0.0]}' });
      expect(zero.result.structuredContent).toEqual([0, 0]);
    },
  );

  test.each(UPSTREAMS)(
    'Results of 1, 9 and 12 MiB of the server %s are delivered whole; of one beyond the limit it is said that it ran.',
    async (upstream) => {
      for (const size of [1, 9, 12]) {
        const key = `big-${size}-${clients.length}`;
        const before = gateway.saw(upstream, key).length;
        const answer = await call(upstream, 'big', { bytes: size * MIB, key });
        expect(answer.result.structuredContent.filled.length).toBe(size * MIB);
        expect(gateway.saw(upstream, key)).toHaveLength(before + 1);
        expect((await call(upstream, 'release', { key: 'nobody' })).result.content[0].text).toBe('done');
      }
      const beyond = await call(upstream, 'big', { bytes: 17 * MIB, key: `beyond-${clients.length}` });
      expect([codeOf(beyond), beyond.result.content[0].text]).toEqual([
        'DELIVERY_ANSWER_TOO_LARGE',
        expect.stringContaining('The worker ran'),
      ]);
      expect(gateway.saw(upstream, `beyond-${clients.length}`)).toEqual(['started']);
      expect((await call(upstream, 'release', { key: 'nobody' })).result.content[0].text).toBe('done');
    },
  );
});
