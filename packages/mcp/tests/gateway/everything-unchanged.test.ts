import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { openUpstream } from '../../src/index.ts';
import { type Json, metaOf, PipeClient } from '../support/pipe.ts';
import { programOf, realServer } from '../upstream/real-servers.ts';
import { GatewayFolder } from './gateway-folder.ts';

/** Every tool of the server whose answer is the same twice, and errors. */
const CALLS: readonly (readonly [string, object])[] = [
  ['echo', { message: 'ü\u2028𝒳' }],
  ['echo', { message: 7 }],
  ['get-annotated-message', { messageType: 'error', includeImage: true }],
  ['get-resource-links', { count: 3 }],
  ['get-resource-reference', { resourceType: 'Text', resourceId: 1 }],
  ['get-structured-content', { location: 'Chicago' }],
  ['get-sum', { a: 0.1, b: 0.2 }],
  ['get-sum', { a: 'no' }],
  ['get-tiny-image', {}],
  ['trigger-long-running-operation', { duration: 0.1, steps: 2 }],
];

let all: Json[] = [];
const answers = new Map<string, Json>();
beforeAll(async () => {
  const upstream = await openUpstream(realServer('everything'));
  all = [...(await upstream.listTools())];
  for (const [name, given] of CALLS) {
    const answer = await upstream.request('tools/call', { name, arguments: given });
    answers.set(JSON.stringify([name, given]), timeless(answer));
  }
  await upstream.close();
}, 60_000);

/** A resource of this server says when it was made. */
const timeless = (answer: Json): Json =>
  JSON.parse(JSON.stringify(answer).replaceAll(/\d+:\d+:\d+ [AP]M/g, 'now'));

/** Without what 2026-07-28 has each server say of itself. */
function bare({ resultType: _, _meta: __, ...result }: Json): Json {
  return result;
}

const byName = (tools: readonly Json[]) => tools.toSorted((a, b) => (a.name < b.name ? -1 : 1));

describe.each(['2026-07-28', '2025-11-25'])(
  'In front of server-everything, with a client of %s',
  (revision) => {
    test('Every tool is listed and every answer arrives as the server itself gives it.', async () => {
      const server = {
        args: [programOf('everything')],
        run: all.map(({ name }) => name),
        deny: [],
        env: {},
      };
      const folder = await GatewayFolder.open(server);
      const client = new PipeClient({ gateway: folder.gateway.gateway, caller: folder.caller });
      onTestFinished(() => client.face.close());
      const isNew = revision === '2026-07-28';
      if (!isNew) await client.initialize();
      const meta = isNew ? { _meta: metaOf() } : {};
      const { result: listed } = await client.ask('tools/list', meta);
      expect(byName(listed.tools)).toEqual(byName(all));
      expect(all.length).toBeGreaterThan(10);
      for (const [name, given] of CALLS) {
        const { result } = await client.ask('tools/call', { name, arguments: given, ...meta });
        const expected = answers.get(JSON.stringify([name, given]));
        expect(timeless(isNew ? bare(result) : result), name).toEqual(isNew ? bare(expected) : expected);
      }
    });
  },
);
