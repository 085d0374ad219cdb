import type { Socket } from 'node:net';
import { codeOf, type EgressCode, egressError } from './codes.ts';

type Emit = (event: string | symbol, ...args: unknown[]) => boolean;

/** Events that wait for the broker's answer. */
const HELD = new Set<string | symbol>(['connect', 'ready']);

/**
 * Lets a socket that is about to connect to a route seem unconnected until the broker has said, with the first byte,
 * whether it reached the host. A failure then looks as it would without a sandbox: the connection is never made, and
 * the error has the code of the operating system.
 */
export function awaitAnswer(socket: Socket, host: string, port: number): void {
  const { emit, push } = socket as { emit: Emit; push: Socket['push'] };
  const release = () => Object.assign(socket, { emit, push, connecting: false });

  socket.emit = (event: string | symbol, ...args: unknown[]): boolean => {
    if (!HELD.has(event)) return emit.call(socket, event, ...args);
    if (event === 'connect') startReading(socket);
    return true;
  };
  socket.push = (chunk: Buffer | null): boolean => {
    release();
    const code: EgressCode | null = chunk === null ? 'EGRESS_BROKEN' : codeOf(chunk[0]);
    if (chunk === null || code !== null) {
      socket.destroy(egressError(code ?? 'EGRESS_BROKEN', host, port));
      return false;
    }
    socket.emit('connect');
    socket.emit('ready');
    return chunk.length === 1 || socket.push(chunk.subarray(1));
  };
}

/**
 * Reads the answer even where the program has paused the socket or reads already, which waits for `connect`; and lets
 * what it writes wait meanwhile.
 */
function startReading(socket: Socket): void {
  socket._read(0);
  Object.assign(socket, { connecting: true });
}
