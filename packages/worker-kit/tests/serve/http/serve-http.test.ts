import { createServer, request as httpRequest } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { testContext } from '../../../src/testing/index.ts';
import { permitFor } from '../../permit/permit-samples.ts';
import { record } from '../../samples.ts';
import { exitOf, shareHttp, startHttp, startWorker } from '../served-program.ts';

/** For what a loaded machine takes long to do. */
const PATIENT = { timeout: 30_000 };

let url: string;
let shared: Awaited<ReturnType<typeof shareHttp>>;

beforeAll(async () => {
  shared = await shareHttp();
  url = shared.url;
});
afterAll(() => {
  shared.child.kill('SIGKILL');
});

const bodyOf = (act: string, text = '', more: object = {}) =>
  JSON.stringify({ context: testContext(), request: { act, text }, ...more });
const JSON_TYPE = { 'content-type': 'application/json' };
const post = (url: string, body: string, headers: Record<string, string> = JSON_TYPE, more: object = {}) =>
  fetch(`${url}/run`, { method: 'POST', headers, body, ...more });

test('POST /run answers a call with a result, and GET /record and GET /healthz say which worker it is.', async () => {
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:[0-9]+$/);
  const answers = await Promise.all(
    ['echo', 'deny', 'throw', 'log'].map(async (act) => {
      const response = await post(url, bodyOf(act, 'né\n'), {
        'content-type': 'Application/JSON; charset=utf-8',
      });
      return [response.status, ((await response.json()) as { status: string }).status];
    }),
  );
  expect(answers).toEqual([
    [200, 'ok'],
    [200, 'denied'],
    [200, 'error'],
    [200, 'ok'],
  ]);
  expect(await (await fetch(`${url}/record`)).json()).toEqual(record);
  expect(await (await fetch(`${url}/healthz?deep=1`)).json()).toEqual({
    status: 'ok',
    worker_id: record.worker_id,
  });
});

test('A worker that serves itself answers for no code, and refuses a call that names some.', async () => {
  const question = JSON.stringify({ nonce: 'A'.repeat(43), audience: 'hall.test/log' });
  const asked = await fetch(`${url}/attest`, { method: 'POST', headers: JSON_TYPE, body: question });
  expect([asked.status, await asked.json()]).toMatchObject([404, { code: 'CODE_UNKNOWN' }]);
  const named = await post(url, bodyOf('echo', '', { code_hash: `sha256:${'a'.repeat(64)}` }));
  expect([named.status, await named.json()]).toMatchObject([
    400,
    { deny_reason: { code: 'WORKER_INVALID_BODY' } },
  ]);
});

test('Connections are kept open.', async () => {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  onTestFinished(() => {
    socket.destroy();
  });
  let text = '';
  socket.setEncoding('utf8').on('data', (chunk) => {
    text += chunk;
  });
  const ask = 'GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n';
  socket.write(ask);
  await expect.poll(() => text.match(/200 OK/g)?.length, PATIENT).toBe(1);
  socket.write(ask);
  await expect.poll(() => text.match(/200 OK/g)?.length, PATIENT).toBe(2);
});

describe('a request that is not a call', () => {
  test.each<[string, number, string, () => Promise<Response>]>([
    ['another path', 404, 'NOT_FOUND', () => fetch(`${url}/constructor`)],
    ['another method', 405, 'METHOD_NOT_ALLOWED', () => fetch(`${url}/run`)],
    [
      'a form',
      415,
      'UNSUPPORTED_MEDIA_TYPE',
      () => post(url, bodyOf('echo'), { 'content-type': 'text/plain' }),
    ],
    [
      'a page in a browser',
      403,
      'FROM_A_BROWSER',
      () => post(url, bodyOf('echo'), { ...JSON_TYPE, origin: 'http://127.0.0.1' }),
    ],
  ])('A request that is not a call gets an error: %s.', async (_, status, code, ask) => {
    const response = await ask();
    expect([response.status, await response.json()]).toMatchObject([status, { code }]);
  });

  test.each(['', '{', '7', '{"request":{}}', bodyOf('echo', '', { more: 1 }), '{"context":{},"context":{}}'])(
    'The body %j gets an error.',
    async (body) => {
      const response = await post(url, body);
      expect([response.status, await response.json()]).toMatchObject([
        400,
        { status: 'error', deny_reason: { code: 'WORKER_INVALID_BODY' } },
      ]);
      expect((await post(url, bodyOf('echo'))).status).toBe(200);
    },
  );

  test.each([
    ['is not UTF-8', Buffer.from([0x22, 0xff, 0x22]), 'It is not UTF-8.'],
    [
      'begins with a byte order mark',
      Buffer.from(`\ufeff${bodyOf('echo')}`),
      /^It begins with a byte order mark/,
    ],
  ])('A body that %s gets an error that says so.', async (_, body, message) => {
    const response = await post(url, body as unknown as string);
    expect([response.status, await response.json()]).toMatchObject([
      400,
      { deny_reason: { findings: [{ message: expect.stringMatching(message) }] } },
    ]);
  });

  test('A body of more than 8 MiB gets an error, with or without its length.', async () => {
    const large = bodyOf('echo', 'x'.repeat(9_000_000));
    for (const announced of [true, false]) {
      const status = await new Promise((resolve) => {
        const length = announced ? { 'content-length': Buffer.byteLength(large) } : {};
        const sent = httpRequest(`${url}/run`, { method: 'POST', headers: { ...JSON_TYPE, ...length } });
        sent.on('response', (response) => {
          response.resume();
          resolve(response.statusCode);
        });
        sent.on('error', () => resolve('cut'));
        sent.end(large);
      });
      expect([413, 'cut']).toContain(status);
    }
    expect((await post(url, bodyOf('echo'))).status).toBe(200);
  });
});

test('A call is cancelled when its caller disconnects.', async () => {
  const { child } = shared;
  let stderr = '';
  child.stderr.on('data', (text) => {
    stderr += text;
  });
  const caller = new AbortController();
  const answer = post(url, bodyOf('until_cancelled'), JSON_TYPE, { signal: caller.signal });
  answer.catch(() => {});
  await expect.poll(() => stderr, PATIENT).toContain('it runs\n');
  caller.abort();
  await expect(answer).rejects.toThrow();
  await expect.poll(() => stderr, PATIENT).toContain('it was cancelled\n');
});

test('Calls above the maximum get 429.', async () => {
  const callers = new AbortController();
  const { signal } = callers;
  const held = Array.from({ length: 32 }, () =>
    post(url, bodyOf('never'), JSON_TYPE, { signal }).catch(() => null),
  );
  await expect.poll(async () => (await post(url, bodyOf('echo'))).status, PATIENT).toBe(429);
  callers.abort();
  await Promise.all(held);
  await expect.poll(async () => (await post(url, bodyOf('echo'))).status, PATIENT).toBe(200);
});

describe('chained dispatches over HTTP', () => {
  async function startHall(
    answer: (headers: Record<string, unknown>, asked: unknown) => [number, string | Buffer],
  ) {
    const server = createServer(async (request, response) => {
      const parts: Buffer[] = [];
      for await (const part of request) parts.push(part as Buffer);
      const { asked } = JSON.parse(Buffer.concat(parts).toString());
      const [status, text] = answer(request.headers, asked);
      response.writeHead(status, status === 302 ? { location: '/elsewhere' } : {}).end(text);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => {
      server.close();
      server.closeAllConnections();
    });
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/wcp/chain`;
  }
  async function dispatchOver(dispatch_url: string | undefined) {
    const context = testContext();
    const request = { act: 'dispatch', text: 'cap.one' };
    const permit = permitFor(context, request, dispatch_url === undefined ? {} : { dispatch_url });
    const response = await post(url, JSON.stringify({ context, request, permit }));
    const { result } = (await response.json()) as { result: unknown[] };
    return { answer: result[0], permit };
  }

  test('A worker dispatches to the address in its permit, with the permit as its credential.', async () => {
    let seen: unknown[] = [];
    const hall = await startHall(({ authorization }, asked) => {
      seen = [authorization, asked];
      return [200, JSON.stringify({ decision: { outcome: 'DISPATCH' }, result: { result: 'done' } })];
    });
    const { answer, permit } = await dispatchOver(hall);
    expect(answer).toEqual(['DISPATCH', 'done']);
    expect(seen).toEqual([`Bearer ${permit}`, { capability_id: 'cap.one' }]);
  });

  const ANSWER = JSON.stringify({ decision: { outcome: 'DISPATCH' }, result: { result: 'done' } });
  /** The answer of a Hall with one byte in a string that no UTF-8 has. */
  const NOT_UTF8 = Buffer.from(ANSWER.replace('done', 'd\xffne'), 'latin1');

  test.each<[string, number, string | Buffer, RegExp]>([
    ['refuses', 403, '{"code":"FORBIDDEN"}', /did not dispatch \(HTTP 403, FORBIDDEN\)/],
    ['fails', 500, '<html>', /did not dispatch \(HTTP 500\)/],
    ['redirects', 302, '{}', /could not be reached/],
    ['answers junk', 200, 'yes', /^ERR_WCP_WORKER .* is not JSON/],
    ['answers too deeply', 200, '['.repeat(1_001), /^ERR_WCP_WORKER .* is not JSON within the limits/],
    ['answers a byte order mark', 200, `\ufeff${ANSWER}`, /^ERR_WCP_WORKER .* byte order mark/],
    ['answers what is not UTF-8', 200, NOT_UTF8, /^ERR_WCP_WORKER .* is not UTF-8/],
    ['refuses in what is not UTF-8', 403, NOT_UTF8, /did not dispatch \(HTTP 403\)/],
    ['answers too much', 200, `"${'x'.repeat(9_000_000)}"`, /larger than 8 MiB/],
  ])('A Hall that %s gives the worker an error.', async (_, status, text, message) => {
    const { answer } = await dispatchOver(await startHall(() => [status, text]));
    expect(answer).toMatch(message);
  });

  test('A worker that knows no Hall does not dispatch to another machine, and none dispatches without an address.', async () => {
    for (const address of [
      'http://192.0.2.1/wcp/chain',
      'http://127.0.0.1.example/',
      'file:///etc/x',
      undefined,
    ]) {
      expect((await dispatchOver(address)).answer).toMatch(/did not come from a Hall/);
    }
  });
});

test('The worker ends on SIGTERM, after its running calls.', async () => {
  const worker = await startHttp();
  const running = post(worker.url, bodyOf('slow', 'done'));
  await new Promise((resolve) => setTimeout(resolve, 20));
  worker.child.kill('SIGTERM');
  expect(await (await running).json()).toMatchObject({ status: 'ok' });
  expect(await exitOf(worker)).toBe(0);
});

test.each([['x'], ['70000'], ['127.0.0.1'], ['http://127.0.0.1:1'], ['192.0.2.1:0']])(
  'Where the worker cannot listen, it says so and ends: %s.',
  async (address) => {
    const worker = startWorker(['--http', address]);
    let stderr = '';
    worker.child.stderr.on('data', (text) => {
      stderr += text;
    });
    expect(await exitOf(worker)).toBe(2);
    expect(stderr).toMatch(/^The (address is invalid|worker cannot listen on that address)/);
  },
);
