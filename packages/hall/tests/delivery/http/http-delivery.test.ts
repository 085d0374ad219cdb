import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { createInterface } from 'node:readline';
import { generateSigningKey } from '@wcp/evidence';
import { artifactHash } from '@wcp/spec';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { ChainedCallRegistry } from '../../../src/delivery/chained-call-registry.ts';
import { httpDelivery } from '../../../src/delivery/http/http-delivery.ts';
import { issuePermit } from '../../../src/dispatch/issue-permit.ts';
import { record } from '../case-worker.ts';
import { describeDelivery } from '../delivery.case.ts';
import { callOf, caseProgram, resultOf, soon } from '../support.ts';

const answer_bytes = 100_000;
const key = generateSigningKey();
const calls = new ChainedCallRegistry();
/** What a Hall's route does: the permit says which call it is. */
const chainRoute = createServer((request, response) => {
  void answerChain(request, response);
});
let worker: ReturnType<typeof spawn>;
let url: string;
let dispatch_url: string;

async function answerChain(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  const { asked } = JSON.parse(Buffer.concat(parts).toString()) as { asked: unknown };
  const permit = (request.headers.authorization ?? '').replace('Bearer ', '');
  try {
    const answer = await calls.ask(permit, asked);
    response.writeHead(typeof answer === 'string' ? 403 : 200);
    response.end(JSON.stringify(typeof answer === 'string' ? { code: 'FORBIDDEN' } : answer));
  } catch {
    response.writeHead(500).end('{}');
  }
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

beforeAll(async () => {
  dispatch_url = `${await listen(chainRoute)}/wcp/chain`;
  const env = { ...process.env, WCP_HALL_PUBLIC_KEY: key.publicKey };
  worker = spawn(process.execPath, [caseProgram, '--http', '0'], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: worker.stdout as NodeJS.ReadableStream });
  const [line] = await once(lines, 'line');
  url = JSON.parse(line as string).listening;
  // Permits count in whole seconds: those of the second in which the process began are too old for it.
  await soon(1_100);
});

afterAll(async () => {
  worker.kill('SIGTERM');
  const [code] = await once(worker, 'exit');
  expect(code).toBe(0);
  chainRoute.close();
});

let decisions = 0;

describeDelivery({
  name: 'a worker over HTTP',
  answer_bytes,
  cancelled: { status: 'unknown', code: 'DELIVERY_CANCELLED', result: null },
  open: async () => ({
    delivery: httpDelivery({ record, url, answer_bytes, chains: calls }),
    call(request, members) {
      const call = callOf(request, members);
      decisions += 1;
      const context = { ...call.context, decision_id: `decision-${decisions}` };
      return { ...call, context, permit: permitOf(context, request) };
    },
  }),
});

function permitOf(context: ReturnType<typeof callOf>['context'], request: unknown): string {
  const now = Date.now();
  const request_hash = hashOf(request);
  return issuePermit(key, {
    issuer: 'hall.test/log',
    context,
    request_hash,
    issued_at: now,
    expires_at: now + 60_000,
    dispatch_url,
  });
}

function hashOf(request: unknown) {
  try {
    return artifactHash(request);
  } catch {
    return artifactHash();
  }
}

/** A way to something that listens and is no worker. */
async function wayTo(handle: (request: IncomingMessage, response: ServerResponse) => void) {
  const server = createServer(handle);
  const delivery = httpDelivery({ record, url: await listen(server), answer_bytes });
  onTestFinished(async () => {
    await delivery.close();
    server.close();
    server.closeAllConnections();
  });
  return delivery;
}

const good = JSON.stringify(resultOf('good'));

test.each<[string, string, string, (response: ServerResponse) => void]>([
  [
    'a redirect',
    'error',
    'DELIVERY_REDIRECTED',
    (response) => response.writeHead(307, { location: `${url}/run` }).end(good),
  ],
  ['a refusal', 'error', 'DELIVERY_HTTP_REFUSED', (response) => response.writeHead(404).end(good)],
  ['a failure', 'unknown', 'DELIVERY_HTTP_FAILED', (response) => response.writeHead(502).end(good)],
  ['no content', 'unknown', 'DELIVERY_HTTP_FAILED', (response) => response.writeHead(204).end()],
  ['junk', 'error', 'DELIVERY_JUNK', (response) => response.end('<html>')],
  [
    'an integer that no double holds',
    'error',
    'DELIVERY_NUMBER_NOT_EXACT',
    (response) => response.end('{"status":"ok","result":{"account":9007199254740993}}'),
  ],
  ['a name that occurs twice', 'error', 'DELIVERY_JUNK', (response) => response.end('{"a":1,"a":2}')],
  ['no result', 'error', 'DELIVERY_INVALID_RESULT', (response) => response.end('{"status":"ok"}')],
  [
    'an endless answer',
    'error',
    'DELIVERY_ANSWER_TOO_LARGE',
    (response) => {
      const timer = setInterval(() => response.write('x'.repeat(50_000)), 1);
      response.on('close', () => clearInterval(timer));
    },
  ],
  [
    'half an answer',
    'unknown',
    'DELIVERY_LOST',
    (response) => {
      response.writeHead(200, { 'content-length': good.length });
      response.write(good.slice(0, 10));
      setTimeout(() => response.destroy(), 20);
    },
  ],
  ['a broken connection', 'unknown', 'DELIVERY_LOST', (response) => response.destroy()],
])('This is not an answer: %s.', async (_, status, code, answer) => {
  const delivery = await wayTo((_request, response) => answer(response));
  expect(await delivery.deliver(callOf({}))).toMatchObject({ status, code, result: null });
});

test('A late answer goes nowhere, and the next call gets its own.', async () => {
  let calls = 0;
  const delivery = await wayTo((_, response) => {
    calls += 1;
    const n = calls;
    setTimeout(() => response.end(JSON.stringify(resultOf(n))), n === 1 ? 150 : 0);
  });
  expect(await delivery.deliver(callOf({}, { timeout_ms: 50 }))).toMatchObject({
    status: 'timeout',
    code: 'DELIVERY_TIMEOUT',
  });
  await soon(150);
  expect(await delivery.deliver(callOf({}))).toMatchObject({ status: 'ok', result: { result: 2 } });
});

test('Where no server listens, nothing ran.', async () => {
  const server = createTcpServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  const delivery = httpDelivery({ record, url: `http://127.0.0.1:${port}` });
  expect(await delivery.deliver(callOf({}))).toMatchObject({ status: 'error', code: 'DELIVERY_UNREACHABLE' });
});

test('A call is never sent twice.', async () => {
  let calls = 0;
  const delivery = await wayTo((_, response) => {
    calls += 1;
    response.destroy();
  });
  await delivery.deliver(callOf({}));
  await delivery.deliver(callOf({}));
  expect(calls).toBe(2);
});

test('Connections are reused, and no more calls wait than the limit allows.', async () => {
  const sockets = new Set<unknown>();
  const server = createServer((request, response) => {
    sockets.add(request.socket);
    setTimeout(() => response.end(good), 20);
  });
  const delivery = httpDelivery({ record, url: await listen(server), connections: 2, waiting: 3 });
  onTestFinished(async () => {
    await delivery.close();
    server.close();
  });
  const codes = (await Promise.all(Array.from({ length: 8 }, () => delivery.deliver(callOf({}))))).map(
    ({ code }) => code,
  );
  expect(codes).toEqual([null, null, null, null, null, 'DELIVERY_BUSY', 'DELIVERY_BUSY', 'DELIVERY_BUSY']);
  expect(sockets.size).toBe(2);
  expect(await delivery.deliver(callOf({}, { timeout_ms: 5 }))).toMatchObject({ status: 'timeout' });
});

test('A call whose time runs out while it waits for a connection never ran.', async () => {
  let calls = 0;
  const server = createServer((_, response) => {
    calls += 1;
    setTimeout(() => response.end(good), 100);
  });
  const delivery = httpDelivery({ record, url: await listen(server), connections: 1 });
  onTestFinished(async () => {
    await delivery.close();
    server.close();
  });
  const first = delivery.deliver(callOf({}));
  expect(await delivery.deliver(callOf({}, { timeout_ms: 30 }))).toMatchObject({ code: 'DELIVERY_NO_TIME' });
  expect(await first).toMatchObject({ status: 'ok' });
  await soon(50);
  expect(calls).toBe(1);
});

test('A call that is larger than a worker reads is not sent.', async () => {
  const delivery = await wayTo((_, response) => response.end(good));
  expect(await delivery.deliver(callOf({ text: 'x'.repeat(9_000_000) }))).toMatchObject({
    status: 'error',
    code: 'DELIVERY_CALL_TOO_LARGE',
  });
});

test.each(['ftp://127.0.0.1/', 'file:///worker', 'worker', 'http://name:word@127.0.0.1/'])(
  'A worker cannot have the address %s.',
  (address) => {
    expect(() => httpDelivery({ record, url: address })).toThrow(
      expect.objectContaining({ code: 'ERR_WCP_HALL' }),
    );
  },
);

test('The Hall cannot observe the code of a remote worker.', async () => {
  expect(await httpDelivery({ record, url }).observe()).toBeNull();
});
