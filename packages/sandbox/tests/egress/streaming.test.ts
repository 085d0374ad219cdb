import { createHash } from 'node:crypto';
import type { Socket } from 'node:net';
import { expect, vi } from 'vitest';
import { certificate, HOST, openBroker, serveHttps, serveTcp } from './support/hosts.ts';
import { isolated, runForwarded, runNode, secured } from './support/sandbox.ts';

/** A gigabyte in the deep run, else enough to fill every buffer many times. */
const BYTES = process.env['WCP_DEEP'] === undefined ? 192 << 20 : 1 << 30;
/** What this process may grow by while they go through: buffers, not the stream. */
const MAX_GROWTH = 96 << 20;
const TIMEOUT = 600_000;

const chunk = Buffer.alloc(1 << 18, 'wcp');

/** Runs a transfer and says by how much the memory of this process grew at most. */
async function measureGrowth(name: string, transfer: () => Promise<unknown>): Promise<number> {
  globalThis.gc?.();
  const before = process.memoryUsage.rss();
  let most = before;
  const timer = setInterval(() => {
    most = Math.max(most, process.memoryUsage.rss());
  }, 20);
  const startedAt = performance.now();
  await transfer().finally(() => clearInterval(timer));
  const seconds = (performance.now() - startedAt) / 1_000;
  const mebibytes = (bytes: number) => Math.round(bytes / 2 ** 20);
  console.log(
    `${name}: ${mebibytes(BYTES)} MiB at ${mebibytes(BYTES / seconds)} MiB/s; RSS ${mebibytes(before)} MiB, at most ${mebibytes(most)} MiB`,
  );
  return most - before;
}

/** Sends the bytes as fast as they are taken. */
function send(socket: Socket): void {
  let left = BYTES;
  const more = () => {
    while (left > 0) {
      left -= chunk.length;
      if (!socket.write(chunk)) return void socket.once('drain', more);
    }
    socket.end();
  };
  more();
}

isolated('What a host streams goes through without a growth of memory', { timeout: TIMEOUT }, async () => {
  const port = await serveTcp(send);
  const { broker, told } = await openBroker([`${HOST}:${port}`]);
  const module = `
import net from 'node:net';
let bytes = 0;
net.connect(${port}, '${HOST}').on('data', (chunk) => (bytes += chunk.length)).on('close', () => console.log(bytes));`;
  const growth = await measureGrowth('to the worker', async () => {
    expect(await runNode(broker, module, {}, TIMEOUT)).toEqual({ code: 0, out: `${BYTES}`, err: '' });
  });
  expect(growth).toBeLessThan(MAX_GROWTH);
  await vi.waitFor(() => expect(told).toMatchObject([{ bytes_received: BYTES, bytes_sent: 0 }]));
});

isolated('What a worker streams goes through without a growth of memory', { timeout: TIMEOUT }, async () => {
  let received = 0;
  const port = await serveTcp((socket) => {
    socket.on('data', (data) => {
      received += data.length;
    });
    socket.once('end', () => socket.end());
  });
  const { broker, told } = await openBroker([`${HOST}:${port}`]);
  const module = `
import net from 'node:net';
const chunk = Buffer.alloc(${chunk.length}, 'wcp');
const socket = net.connect(${port}, '${HOST}');
for (let left = ${BYTES}; left > 0; left -= chunk.length) {
  if (!socket.write(chunk)) await new Promise((done) => socket.once('drain', done));
}
socket.end();`;
  const growth = await measureGrowth('from the worker', async () => {
    expect(await runNode(broker, module, {}, TIMEOUT)).toEqual({ code: 0, out: '', err: '' });
  });
  expect(growth).toBeLessThan(MAX_GROWTH);
  expect(received).toBe(BYTES);
  await vi.waitFor(() => expect(told).toMatchObject([{ bytes_received: 0, bytes_sent: BYTES }]));
});

secured(
  'A stream inside TLS arrives as it was sent, with and without the forwarder',
  { timeout: TIMEOUT },
  async () => {
    const size = 32 << 20;
    const sha256 = createHash('sha256');
    for (let sent = 0; sent < size; sent += chunk.length) sha256.update(chunk);
    const port = await serveHttps((_asked, answer) => {
      for (let sent = 0; sent < size; sent += chunk.length) answer.write(chunk);
      answer.end();
    });
    const { broker } = await openBroker([`${HOST}:${port}`], { forwarder: true });
    const hashed = `
import { createHash } from 'node:crypto';
import tls from 'node:tls';
tls.setDefaultCACertificates([${JSON.stringify(certificate().cert)}]);
const sha256 = createHash('sha256');
for await (const chunk of (await fetch('https://${HOST}:${port}/')).body) sha256.update(chunk);
console.log(sha256.digest('hex'));`;
    const expected = { code: 0, out: sha256.digest('hex'), err: '' };
    expect(await runNode(broker, hashed)).toEqual(expected);
    const insecure = `fetch() { curl --silent --insecure https://${HOST}:${port}/; }; fetch | sha256sum | cut -c -64`;
    expect(await runForwarded(broker, ['sh', '-c', insecure])).toEqual(expected);
  },
);
