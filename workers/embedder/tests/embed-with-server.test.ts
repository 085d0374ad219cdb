import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { checkWorker, contextFor } from '@wcp/worker-kit/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { embedWithServer } from '../src/embed-with-server.ts';
import { embedderFor } from '../src/index.ts';

type Answer = (response: ServerResponse, texts: readonly string[]) => void;

const json =
  (value: unknown): Answer =>
  (response) =>
    response.end(JSON.stringify(value));
const embedAll: Answer = (response, texts) =>
  json({ model: 'tiny:latest', embeddings: texts.map((text) => [3, text.length, 0]), prompt_eval_count: 7 })(
    response,
    texts,
  );

let answer: Answer = embedAll;
let asked: { headers: IncomingMessage['headers']; url: string | undefined; body: Record<string, unknown> }[] =
  [];
const server = createServer(async (request, response) => {
  const body = JSON.parse((await request.toArray()).join(''));
  asked.push({ headers: request.headers, url: request.url, body });
  answer(response, body.input);
});
const address = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
const worker = () => embedderFor({ WCP_OLLAMA_URL: address(), WCP_OLLAMA_MODEL: 'tiny' });
const embed = (...texts: string[]) =>
  worker().execute({ texts }, contextFor(worker(), { correlation_id: 'chain/9' }));

beforeAll(async () => {
  vi.spyOn(console, 'error').mockImplementation(() => {});
  await once(server.listen(0, '127.0.0.1'), 'listening');
});
beforeEach(() => {
  answer = embedAll;
  asked = [];
});
afterAll(() => server.close());

describe('a model server', () => {
  test('An answer with brackets inside of brackets is refused before anything is built of it.', async () => {
    const deep = `${'['.repeat(100)}${']'.repeat(100)}`;
    answer = (response) => response.end(`{"model":"tiny:latest","embeddings":[[1,2]],"more":${deep}}`);
    expect(await embed('a')).toMatchObject({
      status: 'denied',
      deny_reason: { code: 'EMBED_ANSWER_INVALID' },
    });
  });

  test('One request sends all texts and the correlation id, and forbids truncation.', async () => {
    await embed('a', 'bc');
    expect(asked).toHaveLength(1);
    expect(asked[0]).toMatchObject({
      url: '/api/embed',
      headers: { 'x-correlation-id': 'chain/9', 'content-type': 'application/json' },
      body: { model: 'tiny', input: ['a', 'bc'], truncate: false },
    });
  });

  test('Vectors are scaled to unit length, and the tokens are recorded as evidence.', async () => {
    const { status, result, evidence } = await embed('abcd', '');
    expect([status, result]).toEqual([
      'ok',
      {
        model: 'tiny',
        dimensions: 3,
        vectors: [
          [0.6, 0.8, 0],
          [1, 0, 0],
        ],
        unknown: [],
      },
    ]);
    expect(evidence).toMatchObject([
      { kind: 'execution' },
      { kind: 'model_usage', model: 'tiny', input_tokens: 7, output_tokens: 0, correlation_id: 'chain/9' },
    ]);
  });

  test('A zero vector marks an unknown text, and a token count is optional.', async () => {
    answer = json({
      embeddings: [
        [3e300, 4e300],
        [0, 0],
      ],
    });
    expect(await embed('a', 'b')).toMatchObject({
      status: 'ok',
      result: {
        vectors: [
          [0.6, 0.8],
          [0, 0],
        ],
        unknown: [1],
      },
      evidence: [{}, { input_tokens: 0 }],
    });
  });

  test('The worker keeps the contract of every worker.', async () => {
    const samples = { valid: [{ texts: ['a'] }], invalid: [{}, { texts: [] }] };
    expect(await checkWorker(worker(), samples)).toEqual([]);
  });
});

describe('a model server that fails', () => {
  test.each<[string, string, Answer]>([
    [
      'refuses',
      'EMBED_SERVER_FAILED',
      (response) => response.writeHead(404).end('{"error":"no such model"}'),
    ],
    ['fails', 'EMBED_SERVER_FAILED', (response) => response.writeHead(500).end()],
    ['answers without a body', 'EMBED_SERVER_FAILED', (response) => response.writeHead(204).end()],
    [
      'sends its caller elsewhere',
      'EMBED_SERVER_UNREACHABLE',
      (response) => response.writeHead(302, { location: '/' }).end(),
    ],
    ['hangs up', 'EMBED_SERVER_UNREACHABLE', (response) => response.destroy()],
    [
      'hangs up in the middle of its answer',
      'EMBED_SERVER_UNREACHABLE',
      (response) => {
        response.writeHead(200, { 'content-length': 1000 }).write('{', () => response.destroy());
      },
    ],
    ['answers what is no JSON', 'EMBED_ANSWER_INVALID', (response) => response.end('<html>')],
    [
      'answers what is not UTF-8',
      'EMBED_ANSWER_INVALID',
      (response) => response.end(Buffer.from('{"embeddings":[[1],[1]],"model":"tiny","x":"\xe9"}', 'latin1')),
    ],
    ['answers nothing', 'EMBED_ANSWER_INVALID', (response) => response.end()],
    ['answers no vectors', 'EMBED_ANSWER_INVALID', json({ model: 'tiny' })],
    ['answers a list', 'EMBED_ANSWER_INVALID', json([])],
    ['answers fewer vectors', 'EMBED_ANSWER_INVALID', json({ embeddings: [[1]] })],
    ['answers more vectors', 'EMBED_ANSWER_INVALID', json({ embeddings: [[1], [1], [1]] })],
    ['answers vectors of two lengths', 'EMBED_ANSWER_INVALID', json({ embeddings: [[1], [1, 2]] })],
    ['answers vectors of no length', 'EMBED_ANSWER_INVALID', json({ embeddings: [[], []] })],
    ['answers texts', 'EMBED_ANSWER_INVALID', json({ embeddings: [['1'], ['1']] })],
    ['answers null', 'EMBED_ANSWER_INVALID', json({ embeddings: [[null], [1]] })],
    [
      'answers numbers that are none',
      'EMBED_ANSWER_INVALID',
      (response) => response.end('{"embeddings":[[1e999],[1]]}'),
    ],
    [
      'answers vectors that are too long',
      'EMBED_ANSWER_INVALID',
      json({ embeddings: [new Array(8193).fill(1), new Array(8193).fill(1)] }),
    ],
    ['answers for another model', 'EMBED_ANSWER_INVALID', json({ model: 'big', embeddings: [[1], [1]] })],
    [
      'does not end its answer',
      'EMBED_ANSWER_TOO_LARGE',
      (response) => {
        const more = () => response.write(Buffer.alloc(1 << 20, 0x20), (error) => error ?? more());
        more();
      },
    ],
  ])('A model server that %s is denied with %s.', async (_, code, misbehave) => {
    answer = misbehave;
    const { status, result, deny_reason, evidence } = await embed('a', 'b');
    expect([status, result, deny_reason?.code]).toEqual(['denied', null, code]);
    expect(evidence).toHaveLength(1);
    expect(JSON.stringify(deny_reason)).not.toMatch(/127\.0\.0\.1|no such model/);
  });

  test('An answer that does not fit into a line is denied.', async () => {
    answer = (response, texts) =>
      json({ embeddings: texts.map(() => new Array(2000).fill(0.1)) })(response, texts);
    expect((await embed(...new Array(325).fill('a'))).status).toBe('ok');
    expect((await embed(...new Array(326).fill('a'))).deny_reason?.code).toBe('EMBED_ANSWER_TOO_LARGE');
  });

  test('A model server that is down is denied.', async () => {
    const gone = embedderFor({ WCP_OLLAMA_URL: 'http://127.0.0.1:1', WCP_OLLAMA_MODEL: 'tiny' });
    expect(await gone.execute({ texts: ['a'] }, contextFor(gone))).toMatchObject({
      status: 'denied',
      deny_reason: { code: 'EMBED_SERVER_UNREACHABLE' },
    });
  });

  test('A wrong configuration is denied.', async () => {
    const halfway = embedderFor({ WCP_OLLAMA_URL: address() });
    expect(await halfway.execute({ texts: ['a'] }, contextFor(halfway))).toMatchObject({
      status: 'denied',
      deny_reason: { code: 'EMBED_MISCONFIGURED' },
    });
  });

  test.each<[string, Answer]>([
    ['does not answer', () => {}],
    ['answers a drop at a time', (response) => setInterval(() => response.write(' '), 10).unref()],
  ])('A model server that %s within its time limit is denied.', async (_, stall) => {
    answer = stall;
    const deny = vi.fn();
    const context = { correlation_id: 'c', signal: new AbortController().signal, deny };
    const endpoint = new URL(`${address()}/api/embed`);
    await embedWithServer({ endpoint, model: 'tiny' }, { texts: ['a'] }, context as never, {
      timeout_ms: 100,
      max_bytes: 1000,
    });
    expect(deny).toHaveBeenCalledWith('EMBED_SERVER_TIMEOUT', expect.any(String));
  });

  test('A model server that does not answer by the deadline is given up.', async () => {
    let hungUp: Promise<unknown> = Promise.resolve();
    answer = (response) => {
      hungUp = once(response, 'close');
    };
    const deadline = new Date(Date.now() + 150).toISOString();
    const result = await worker().execute({ texts: ['a'] }, contextFor(worker(), { deadline }));
    expect(result.deny_reason?.code).toBe('WORKER_TIMEOUT');
    await hungUp;
    expect(asked).toHaveLength(1);
  });
});
