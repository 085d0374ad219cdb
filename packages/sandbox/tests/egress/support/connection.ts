import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { codeOf } from '../../../src/egress/inside/codes.ts';
import type { EgressBroker } from '../../../src/index.ts';

/** Connects to a socket of the broker's folder, as a worker does. */
export async function reach(broker: EgressBroker, name = '0'): Promise<Socket> {
  const socket = connect({ path: join(broker.folder, name), allowHalfOpen: true });
  socket.on('error', () => {});
  await once(socket, 'connect');
  return socket;
}

/** Everything that a socket gives until it ends. */
export async function readAll(socket: Socket): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** What the broker answers to a connection that it turns away; null for one that it made. */
export async function answerTo(socket: Socket): Promise<ReturnType<typeof codeOf>> {
  socket.end();
  return codeOf((await readAll(socket))[0]);
}
