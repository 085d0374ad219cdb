import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeContained, HELD, openWorker } from './support.ts';

/** A model server that turns each text into three numbers. */
const server = createServer(async (request, response) => {
  const { input } = JSON.parse((await request.toArray()).join('')) as { input: string[] };
  const embeddings = input.map((text) => [3, text.length, 0]);
  response.end(JSON.stringify({ model: 'tiny', embeddings, prompt_eval_count: 7 }));
});
beforeAll(async () => {
  await once(server.listen(0, '127.0.0.1'), 'listening');
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
const host = () => `127.0.0.1:${(server.address() as AddressInfo).port}`;
const envOf = () => ({ WCP_OLLAMA_URL: `http://${host()}`, WCP_OLLAMA_MODEL: 'tiny' });

describeContained('a contained embedder with a model server', () => {
  test('It reaches the server that its record names, and nothing else.', async () => {
    const env = envOf();
    const { ask } = await openWorker({
      name: 'embedder',
      recordIn: env,
      settings: { env, private_hosts: [host()] },
    });
    const { result, outcome_receipt } = await ask({ texts: ['lamp'] });
    expect(result?.result).toMatchObject({ model: 'tiny', vectors: [[0.6, 0.8, 0]] });
    const network_egress = { level: 'enforced', by: 'egress' };
    expect(outcome_receipt).toMatchObject({ enforcement: { ...HELD, network_egress } });
  });

  test.each([
    ['the published record, which reaches nothing', {}, 'EMBED_SERVER_UNREACHABLE'],
    [
      'a record that names another server',
      { network_egress: 'allowlisted', egress_allowlist: ['example.com'] },
      'EMBED_OUTSIDE_ENVELOPE',
    ],
  ] as const)(
    'It is denied with %s, and makes no vectors of its own in the place of the model.',
    async (...row) => {
      const [, envelope, code] = row;
      // An address of nobody: loopback would be the sandbox's own.
      const env = { ...envOf(), WCP_OLLAMA_URL: 'http://192.0.2.7:11434' };
      const { ask } = await openWorker({ name: 'embedder', settings: { env }, envelope });
      const message = expect.stringContaining('--record prints with WCP_OLLAMA_URL set');
      expect((await ask({ texts: ['lamp'] })).result).toMatchObject({
        result: null,
        deny_reason: { code, message },
      });
    },
  );
});
