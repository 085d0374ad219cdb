import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { EgressBroker } from '@wcp/sandbox';
import { type BenchRow, sampledRow } from './row.ts';

const REQUESTS = 2_000;
const AT_A_TIME = 16;
const ROUNDS = 5;
/** Streamed in turns without and with the broker. */
const STREAMED = 1 << 28;
const CHUNK = Buffer.alloc(1 << 18);

/** A way to the server: how to connect, and how many bytes come before its own. */
interface Way {
  readonly connect: () => Socket;
  readonly extra: number;
}

/** What the way out of a sandbox costs beside a connection without it: requests, and long streams. */
export async function egressRows(): Promise<BenchRow[]> {
  const server = createServer(answerRequest).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const listed = `127.0.0.1:${port}`;
  const broker = await EgressBroker.open({ allowlist: [listed], private_hosts: [listed] });
  const direct: Way = { connect: () => connect(port, '127.0.0.1'), extra: 0 };
  const brokered: Way = { connect: () => connect(join(broker.folder, '0')), extra: 1 };
  try {
    return [
      ...(await requestRows('egress: a connection each', direct, brokered, 1)),
      ...(await requestRows('egress: 100 a connection', direct, brokered, 100)),
      ...(await streamRows(direct, brokered)),
    ];
  } finally {
    await broker.close();
    server.closeAllConnections();
    server.close();
  }
}

function answerRequest(asked: IncomingMessage, answer: ServerResponse): void {
  if (asked.url === '/') return void answer.writeHead(200, { 'content-length': 2 }).end('ok');
  let left = STREAMED;
  const more = () => {
    while (left > 0) {
      left -= CHUNK.length;
      if (!answer.write(CHUNK)) return void answer.once('drain', more);
    }
    answer.end();
  };
  answer.writeHead(200, { 'content-length': STREAMED });
  more();
}

/** Requests per second, in turns without and with the broker. */
async function requestRows(name: string, direct: Way, brokered: Way, each: number): Promise<BenchRow[]> {
  const floor: number[] = [];
  const rates: number[] = [];
  await requestRate(brokered, each);
  for (let round = 0; round < ROUNDS; round += 1) {
    floor.push(await requestRate(direct, each));
    rates.push(await requestRate(brokered, each));
  }
  return [sampledRow(name, 'requests/s', rates, floor)];
}

async function requestRate(way: Way, each: number): Promise<number> {
  let left = REQUESTS;
  const startedAt = performance.now();
  const client = async () => {
    while (left > 0) {
      left -= each;
      await requestMany(way, each);
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, client));
  return (REQUESTS * 1_000) / (performance.now() - startedAt);
}

/** Requests over one connection, one after the other; every answer ends with its two bytes of content. */
async function requestMany({ connect: open }: Way, count: number): Promise<void> {
  const socket = open();
  for (let index = 0; index < count; index += 1) {
    socket.write('GET / HTTP/1.1\r\nhost: bench\r\n\r\n');
    let text = '';
    while (!text.endsWith('\r\n\r\nok')) text += String((await once(socket, 'data'))[0]);
  }
  socket.destroy();
}

/** Mebibytes per second of one long answer, and what the memory of this process, which holds all parts, grows by. */
async function streamRows(direct: Way, brokered: Way): Promise<BenchRow[]> {
  const [floor, rates] = [[] as number[], [] as number[]];
  const before = process.memoryUsage.rss();
  let most = before;
  const timer = setInterval(() => {
    most = Math.max(most, process.memoryUsage.rss());
  }, 20);
  try {
    for (let round = 0; round < ROUNDS; round += 1) {
      floor.push(await streamRate(direct));
      rates.push(await streamRate(brokered));
    }
  } finally {
    clearInterval(timer);
  }
  return [
    sampledRow('egress: 256 MiB in one answer', 'MiB/s', rates, floor),
    { name: 'egress: memory while it streams', value: (most - before) / 2 ** 20, unit: 'MiB more' },
  ];
}

async function streamRate({ connect: open, extra }: Way): Promise<number> {
  const socket = open();
  const startedAt = performance.now();
  socket.write('GET /stream HTTP/1.1\r\nhost: bench\r\nconnection: close\r\n\r\n');
  let received = -extra;
  for await (const chunk of socket) received += (chunk as Buffer).length;
  if (received < STREAMED) throw new Error(`Only ${received} bytes of a stream arrived.`);
  return (STREAMED / 2 ** 20 / (performance.now() - startedAt)) * 1_000;
}
