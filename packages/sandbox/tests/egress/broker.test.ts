import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test, vi } from 'vitest';
import { EgressBroker } from '../../src/index.ts';
import { answerTo, reach, readAll } from './support/connection.ts';
import { HOST, openBroker, serveTcp } from './support/hosts.ts';

test('A connection carries bytes both ways and is told with their number', async () => {
  const port = await serveTcp((socket) => socket.pipe(socket));
  const { broker, told } = await openBroker([`${HOST}:${port}`]);
  const worker = await reach(broker);
  worker.end('hello');
  expect(String(await readAll(worker))).toBe('\0hello');
  await vi.waitFor(() => expect(told).toHaveLength(1));
  expect(told[0]).toEqual({
    ...{ host: HOST, port, address: '127.0.0.1', outcome: 'connected', code: null, omitted: 0 },
    ...{ bytes_sent: 5, bytes_received: 5, duration_ms: expect.any(Number) },
  });
});

test('A side that has ended still gets what the other sends', async () => {
  const port = await serveTcp((socket) => {
    socket.once('end', async () => {
      await sleep(50);
      socket.end('after the end');
    });
    socket.resume();
  });
  const { broker } = await openBroker([`${HOST}:${port}`]);
  const worker = await reach(broker);
  worker.end('question');
  expect(String(await readAll(worker))).toBe('\0after the end');
});

test('A host that ends first still gets what the worker sends', async () => {
  const received: Promise<Buffer>[] = [];
  const port = await serveTcp((socket) => {
    socket.end('bye');
    received.push(readAll(socket));
  });
  const { broker } = await openBroker([`${HOST}:${port}`]);
  const worker = await reach(broker);
  expect(String(await readAll(worker))).toBe('\0bye');
  worker.end('late');
  await vi.waitFor(() => expect(received).toHaveLength(1));
  expect(String(await received[0])).toBe('late');
});

test('A worker that does not read stops the host instead of filling the memory', async () => {
  let sent = 0;
  const port = await serveTcp((socket) => {
    const send = () => {
      while (socket.write(Buffer.alloc(65_536))) sent += 65_536;
    };
    socket.on('drain', send);
    send();
  });
  const { broker } = await openBroker([`${HOST}:${port}`]);
  const worker = await reach(broker);
  await sleep(300);
  const settled = sent;
  await sleep(300);
  expect(sent).toBe(settled);
  // What the kernel and one buffer each hold.
  expect(settled).toBeLessThan(16_000_000);
  worker.destroy();
});

test('A host that breaks off is told as broken', async () => {
  const port = await serveTcp((socket) => {
    socket.write('half');
    setTimeout(() => socket.resetAndDestroy(), 50);
  });
  const { broker, told } = await openBroker([`${HOST}:${port}`]);
  const worker = await reach(broker);
  await readAll(worker).catch(() => {});
  worker.destroy();
  await vi.waitFor(() =>
    expect(told).toMatchObject([{ outcome: 'connected', code: 'EGRESS_BROKEN', bytes_received: 4 }]),
  );
});

test('A host that nobody answers at is unreachable', async () => {
  const port = await serveTcp(() => {});
  const { broker, told } = await openBroker([`${HOST}:${port}`, `${HOST}:1`]);
  expect(await answerTo(await reach(broker, '1'))).toBe('EGRESS_UNREACHABLE');
  expect(told).toMatchObject([
    { host: HOST, port: 1, address: null, outcome: 'failed', code: 'EGRESS_UNREACHABLE' },
  ]);
});

test.each([
  ['EGRESS_ADDRESS_REFUSED', 'refused', async () => [{ address: '127.0.0.1', family: 4 }]],
  ['EGRESS_NAME_UNRESOLVED', 'failed', async () => []],
  ['EGRESS_CONNECT_TIMEOUT', 'failed', () => new Promise<never>(() => {})],
] as const)(
  'A connection that ends with %s never reaches the host and is %s',
  async (code, outcome, resolve) => {
    const visitors = vi.fn();
    const port = await serveTcp(visitors);
    const settings = { private_hosts: [], resolve, limits: { connect_ms: 100 } };
    const { broker, told } = await openBroker([`${HOST}:${port}`], settings);
    expect(await answerTo(await reach(broker))).toBe(code);
    expect(told).toMatchObject([
      { host: HOST, port, address: null, outcome, code, bytes_sent: 0, bytes_received: 0 },
    ]);
    expect(visitors).not.toHaveBeenCalled();
  },
);

test('A name that is rebound after it was judged is dialled at the address that was judged', async () => {
  const port = await serveTcp((socket) => socket.end('judged'), { address: '127.0.0.2' });
  await serveTcp((socket) => socket.end('rebound'), { address: '127.0.0.3', port });
  const answers = ['127.0.0.2', '127.0.0.3', '127.0.0.3'];
  const resolve = vi.fn(async () => [{ address: answers.shift() ?? '', family: 4 }]);
  const { broker, told } = await openBroker([`${HOST}:${port}`], { resolve });
  const worker = await reach(broker);
  worker.end();
  expect(String(await readAll(worker))).toBe('\0judged');
  expect(resolve).toHaveBeenCalledTimes(1);
  await vi.waitFor(() => expect(told).toMatchObject([{ host: HOST, address: '127.0.0.2' }]));
});

test('A host is dialled at its next address where the first does not answer', async () => {
  const port = await serveTcp((socket) => socket.end('second'), { address: '127.0.0.3' });
  const addresses = ['127.0.0.2', '127.0.0.3'].map((address) => ({ address, family: 4 }));
  const { broker, told } = await openBroker([`${HOST}:${port}`], { resolve: async () => addresses });
  const worker = await reach(broker);
  worker.end();
  expect(String(await readAll(worker))).toBe('\0second');
  await vi.waitFor(() => expect(told).toMatchObject([{ host: HOST, address: '127.0.0.3' }]));
});

test('A connection through which nothing goes is closed', async () => {
  const port = await serveTcp((socket) => socket.resume());
  const { broker, told } = await openBroker([`${HOST}:${port}`], { limits: { idle_ms: 100 } });
  const worker = await reach(broker);
  await readAll(worker).catch(() => {});
  await vi.waitFor(() => expect(told).toMatchObject([{ outcome: 'connected', code: 'EGRESS_IDLE_TIMEOUT' }]));
});

test('A connection through which something goes one way only is not idle', async () => {
  const port = await serveTcp((socket) => {
    socket.on('error', () => {});
    const timer = setInterval(() => socket.write('.'), 40);
    setTimeout(() => {
      clearInterval(timer);
      socket.end();
    }, 500);
  });
  const { broker, told } = await openBroker([`${HOST}:${port}`], { limits: { idle_ms: 200 } });
  const worker = await reach(broker);
  worker.end();
  expect((await readAll(worker)).length).toBeGreaterThan(5);
  await vi.waitFor(() => expect(told).toMatchObject([{ outcome: 'connected', code: null }]));
});

test('A worker has so many connections at a time and no more, and a place is free again', async () => {
  const port = await serveTcp((socket) => socket.pipe(socket));
  const { broker } = await openBroker([`${HOST}:${port}`], { limits: { connections: 2 } });
  const [first, second] = [await reach(broker), await reach(broker)];
  await Promise.all([once(first, 'data'), once(second, 'data')]);
  expect(await answerTo(await reach(broker))).toBe('EGRESS_TOO_MANY_CONNECTIONS');
  first.end();
  await readAll(first);
  await vi.waitFor(async () => expect(await answerTo(await reach(broker))).toBe(null));
  second.destroy();
});

test('A worker that occupies every socket costs so many and no more', async () => {
  const resolve = () => new Promise<never>(() => {});
  const { broker } = await openBroker([HOST], { resolve, limits: { connections: 2, connect_ms: 30_000 } });
  const sockets = await Promise.all(Array.from({ length: 200 }, () => reach(broker, '0.names')));
  for (const socket of sockets) socket.resume();
  await vi.waitFor(() => expect(sockets.filter(({ readableEnded }) => readableEnded)).toHaveLength(200 - 66));
  for (const socket of sockets) socket.destroy();
});

test('The names of a host are told where they may be dialled', async () => {
  const { broker } = await openBroker([HOST]);
  expect(String(await readAll(await reach(broker, '0.names')))).toBe('\x00127.0.0.1');
  const { broker: strict } = await openBroker([HOST], { private_hosts: [] });
  expect(await answerTo(await reach(strict, '0.names'))).toBe('EGRESS_ADDRESS_REFUSED');
});

test('A closed broker has broken its connections off, told of them, and left nothing behind', async () => {
  const port = await serveTcp((socket) => socket.pipe(socket));
  const { broker, told } = await openBroker([`${HOST}:${port}`]);
  const worker = await reach(broker);
  await once(worker, 'data');
  await broker.close();
  expect(told).toMatchObject([{ outcome: 'connected', code: 'EGRESS_BROKEN' }]);
  expect(existsSync(broker.folder)).toBe(false);
  worker.end();
  await once(worker.resume(), 'close');
});

test('A broker that is closed while it dials dials no more', async () => {
  let answer = () => {};
  const visitors = vi.fn();
  const port = await serveTcp(visitors);
  const resolve = () =>
    new Promise<{ address: string; family: number }[]>((done) => {
      answer = () => done([{ address: '127.0.0.1', family: 4 }]);
    });
  const { broker, told } = await openBroker([`${HOST}:${port}`], { resolve });
  await reach(broker);
  await sleep(50);
  const closed = broker.close();
  answer();
  await closed;
  expect(told).toMatchObject([{ outcome: 'failed', code: 'EGRESS_CLOSED' }]);
  expect(visitors).not.toHaveBeenCalled();
});

test('A worker that breaks off while the broker dials disturbs nobody', async () => {
  const port = await serveTcp((socket) => socket.pipe(socket));
  const resolve = async () => {
    await sleep(50);
    return [{ address: '127.0.0.1', family: 4 }];
  };
  const { broker, told } = await openBroker([`${HOST}:${port}`], { resolve });
  (await reach(broker)).destroy();
  await vi.waitFor(() => expect(told).toHaveLength(1));
  const worker = await reach(broker);
  worker.end('still here');
  expect(String(await readAll(worker))).toBe('\0still here');
});

test('Nobody but the user of the sandbox gets through the folder', async () => {
  const { broker } = await openBroker([HOST]);
  expect(statSync(broker.folder).mode & 0o777).toBe(0o700);
  for (const name of readdirSync(broker.folder)) {
    expect(statSync(`${broker.folder}/${name}`).mode & 0o777, name).toBe(0o600);
  }
});

test.skipIf(process.getuid?.() !== 0)('The folder belongs to the user of the sandbox', async () => {
  const { broker } = await openBroker([HOST], { user: { uid: 65_534, gid: 65_534 } });
  for (const path of [
    broker.folder,
    `${broker.folder}/0`,
    `${broker.folder}/0.names`,
    `${broker.folder}/refused`,
  ]) {
    expect(statSync(path)).toMatchObject({ uid: 65_534, gid: 65_534 });
  }
});

test('An allowlist that cannot be read opens nothing', async () => {
  const opened = EgressBroker.open({ allowlist: [HOST, '*.example'] });
  await expect(opened).rejects.toMatchObject({
    code: 'ERR_WCP_EGRESS',
    message: expect.stringContaining('*.example'),
  });
});

test('A folder whose path is too long for a socket says what to do, and is removed', async () => {
  const long = mkdtempSync(`/tmp/${'long-'.repeat(18)}`);
  onTestFinished(() => rmSync(long, { recursive: true }));
  vi.stubEnv('TMPDIR', long);
  const opened = EgressBroker.open({ allowlist: [HOST] });
  await expect(opened).rejects.toMatchObject({
    code: 'ERR_WCP_EGRESS',
    message: expect.stringContaining('TMPDIR=/tmp'),
  });
  vi.unstubAllEnvs();
  expect(readdirSync(long)).toEqual([]);
});

/** What a worker tells of a host that is not listed. */
async function tell(broker: EgressBroker, text: string): Promise<void> {
  const socket = connect(`${broker.folder}/refused`);
  socket.on('error', () => {});
  socket.end(text);
  await once(socket.resume(), 'close');
}

test('A host that is not listed is told as refused', async () => {
  const { broker, told } = await openBroker([HOST]);
  await tell(broker, '443 evil.example\n');
  await vi.waitFor(() => expect(told).toHaveLength(1));
  expect(told[0]).toMatchObject({
    ...{ host: 'evil.example', port: 443, address: null, outcome: 'refused', code: 'EGRESS_NOT_LISTED' },
    ...{ bytes_sent: 0, bytes_received: 0 },
  });
});

test('What a worker writes about a host is escaped and cut', async () => {
  const { broker, told } = await openBroker([HOST]);
  await tell(broker, '1 a\u001b[31m\u202e"\\x\t \r\n');
  await tell(broker, `2 ${'é'.repeat(300)}\n`);
  await vi.waitFor(() => expect(told).toHaveLength(2));
  expect(told[0]?.host).toBe('a\\u{1b}[31m\\u{202e}"\\u{5c}x\\u{9}\\u{20}\\u{d}');
  expect(told[1]?.host).toHaveLength(253);
  expect(told[1]?.host).toMatch(/^(?:\\u\{e9\})+/);
});

test.each([
  '',
  '\n',
  'evil.example\n',
  '443\n',
  '99999 evil.example\n',
  '-1 evil.example\n',
  `443 ${'x'.repeat(5_000)}`,
])('A worker that writes %j about a host is not told', async (text) => {
  const { broker, told } = await openBroker([HOST]);
  await tell(broker, text);
  await tell(broker, '443 next.example\n');
  await vi.waitFor(() => expect(told).toHaveLength(1));
  expect(told[0]?.host).toBe('next.example');
});

test('A worker that asks for many hosts is told of at a bounded rate, with how many were omitted', async () => {
  const { broker, told } = await openBroker([HOST], { limits: { reports: 5 } });
  await Promise.all(Array.from({ length: 200 }, (_, index) => tell(broker, `443 host-${index}.example\n`)));
  await sleep(300);
  await tell(broker, '443 last.example\n');
  await vi.waitFor(() => expect(told.at(-1)?.host).toBe('last.example'));
  expect(told.length).toBeLessThan(40);
  expect(told.length + told.reduce((sum, { omitted }) => sum + omitted, 0)).toBe(201);
});
