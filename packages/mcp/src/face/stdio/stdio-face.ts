import type { Readable, Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { lineOf } from '@wcp/spec/json';
import type { Caller } from '../../base/gateway.ts';
import { errorMessage, RPC_CODES, RpcError } from '../../base/json-rpc.ts';
import { type Members, ownMember } from '../../base/members.ts';
import { readMessageText } from '../../base/read-message-text.ts';
import { type FaceOptions, type FaceParts, faceParts } from '../face-parts.ts';
import { type Line, LineReader } from './line-reader.ts';
import { StdioConnection } from './stdio-connection.ts';

/** How the face of one client over a pipe is made. */
export interface StdioFaceOptions extends FaceOptions {
  /** Who is at the other end: by the key in the environment of this process. */
  readonly caller: Caller;
  readonly input: Readable;
  readonly output: Writable;
  /** The longest message, in bytes (default 4 MiB); a longer one is refused, and the next one is read. */
  readonly message_bytes?: number;
  /** Milliseconds that open requests may take after the input has ended (default 1,000). */
  readonly grace_ms?: number;
}

/** The face of one client over a pipe. */
export interface StdioFace {
  /** Resolves once the input has ended, or the face was closed, and everything is cancelled or answered. */
  readonly closed: Promise<void>;
  /** Cancels what is open and reads nothing more. */
  close(): Promise<void>;
}

const MESSAGE_BYTES = 4 * 1024 * 1024;
/** Bytes that a client may leave unread: beyond them its notifications are dropped, and nothing of it is read. */
const MAX_UNREAD = 16 * 1024 * 1024;

/**
 * Serves one client over a pipe, in whichever revision it speaks. Nothing but messages is written to the output.
 *
 * @example
 * import { type Caller, type Gateway, serveStdioFace } from '@wcp/mcp';
 *
 * declare const gateway: Gateway;
 * declare const caller: Caller;
 * const face = serveStdioFace({ gateway, caller, input: process.stdin, output: process.stdout });
 * await face.closed;
 */
export function serveStdioFace(options: StdioFaceOptions): StdioFace {
  const { caller, input, output, message_bytes = MESSAGE_BYTES, grace_ms = 1_000 } = options;
  const parts = faceParts(options);
  let isOver = false;
  const send = (message: Members) => {
    const isHanded = write(parts, output, message);
    if (!isOver) waitForReader(input, output, () => isOver);
    return isHanded;
  };
  const connection = new StdioConnection(parts, caller, send);
  const reader = new LineReader(message_bytes);
  input.on('data', (chunk: Uint8Array | string) => {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk, 'utf8') : chunk;
    for (const line of reader.read(bytes)) receive(parts, connection, line, send);
  });
  const over = new AbortController();
  const closed = endOf(input, output, over.signal).then(async (isAbrupt) => {
    isOver = true;
    input.pause();
    const idle = () => Promise.race([connection.whenIdle(), sleep(grace_ms, undefined, { ref: false })]);
    if (!isAbrupt) await idle();
    connection.close();
    // What was cancelled gets the time to tell its server.
    await idle();
  });
  return {
    closed,
    close() {
      over.abort();
      return closed;
    },
  };
}

/** A client that asks and does not read its answers must not fill the memory of this process. */
function waitForReader(input: Readable, output: Writable, isOver: () => boolean): void {
  if (output.writableLength <= MAX_UNREAD || input.isPaused()) return;
  input.pause();
  output.once('drain', () => {
    if (!isOver()) input.resume();
  });
}

/** Resolves once no message comes any more: true where nobody waits for an answer either. */
function endOf(input: Readable, output: Writable, over: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    for (const event of ['end', 'close']) input.once(event, () => resolve(false));
    for (const stream of [input, output]) stream.on('error', () => resolve(true));
    over.addEventListener('abort', () => resolve(true));
  });
}

function receive(
  parts: FaceParts,
  connection: StdioConnection,
  line: Line,
  send: (message: Members) => boolean,
): void {
  if (line.ok && line.text.trim() === '') return;
  const reading = line.ok ? readMessageText(line.text) : refusedLine(line.reason);
  if (reading.ok) {
    connection.receive(reading.message).catch(() => {
      parts.log({ event: 'internal_error', message: 'A message could not be answered.' });
    });
    return;
  }
  parts.log({ event: 'message_refused', message: `A message could not be read (${reading.error.code}).` });
  send(errorMessage(reading.id, reading.error));
}

function refusedLine(reason: 'too_long' | 'not_utf8') {
  const error =
    reason === 'too_long'
      ? new RpcError(RPC_CODES.invalidRequest, 'The message is too long.')
      : new RpcError(RPC_CODES.parse, 'The message is not UTF-8.');
  return { ok: false, error, id: null } as const;
}

/** Whether the message was handed over. */
function write(parts: FaceParts, output: Writable, message: Members): boolean {
  if (output.destroyed || output.writableEnded) return false;
  if (output.writableLength > MAX_UNREAD && ownMember(message, 'id') === undefined) {
    parts.log({ event: 'client_too_slow', message: 'A notification was dropped: the client does not read.' });
    return false;
  }
  output.write(`${lineOf(JSON.stringify(message))}\n`);
  return true;
}
