import { PassThrough } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { serveStdioFace } from '../../src/face/stdio/stdio-face.ts';
import { ACME, FakeGateway } from '../support/fake-gateway.ts';
import { HttpClient } from '../support/http-client.ts';

const MIB = 2 ** 20;

/** A gateway whose list is long. */
class LongGateway extends FakeGateway {
  readonly #length: number;

  constructor(length: number) {
    super();
    this.#length = length;
  }

  override async listTools(): Promise<unknown[]> {
    return [{ name: 'x'.repeat(this.#length), inputSchema: { type: 'object' } }];
  }
}

test('A client that asks over a pipe and does not read is not read either; once it reads, it gets every answer.', async () => {
  const [input, output] = [new PassThrough(), new PassThrough({ readableHighWaterMark: 1 })];
  const gateway = new LongGateway(MIB);
  const face = serveStdioFace({ gateway, caller: ACME, input, output, requests_at_once: 200 });
  const say = (message: object) => input.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
  const clientInfo = { name: 'raw', version: '1' };
  const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo };
  say({ id: 0, method: 'initialize', params });
  for (let id = 1; id <= 100; id += 1) {
    say({ id, method: 'tools/list' });
    if (id % 4 === 0) await turn();
  }
  for (let index = 0; index < 100; index += 1) await turn();
  expect(output.writableLength).toBeGreaterThan(16 * MIB);
  expect(output.writableLength).toBeLessThan(32 * MIB);
  let text = '';
  output.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1').replaceAll(/x{100,}/g, '');
  });
  await expect.poll(() => text.split('\n').length, { timeout: 20_000 }).toBe(102);
  const answers = text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(answers.map(({ id }) => id).sort((a, b) => a - b)).toEqual(
    Array.from({ length: 101 }, (_, id) => id),
  );
  expect(answers.every(({ error }) => error === undefined)).toBe(true);
  await face.close();
});

test('A request over HTTP counts until its answer was read: a client that reads none has no more than its share.', async () => {
  const limits = { requests_per_tenant: 2, unread_bytes: 64 * MIB };
  const client = await new HttpClient({ gateway: new LongGateway(16 * MIB), limits }).open();
  const session = await client.initialize();
  const ask = (id: number) => client.legacy(session, { id, method: 'tools/list' });
  const unread = await Promise.all([ask(1), ask(2)]);
  expect((await ask(3)).status).toBe(429);
  for (const answer of unread) await answer.body?.cancel();
  await expect.poll(async () => (await ask(4)).status).toBe(200);
  await client.face.close();
});
