import type { Readable, Writable } from 'node:stream';
import { lineOf } from '@wcp/spec/json';
import { OPERATION_NAMES, OPERATIONS, type OperationName } from '../fixtures/operations.ts';
import { REVISION } from '../fixtures/schema/common.ts';
import { type LineRead, LineSplitter } from '../protocol/line-splitter.ts';
import { type Implementation, isObject, type Members, PROTOCOL } from '../protocol/message.ts';

/**
 * Answers one case. To refuse a document, throw an object whose `code` is one of the operation's error
 * codes; anything else that is thrown is reported as `errored`.
 */
export type PortHandler = (given: Members, input: unknown) => object | Promise<object>;

/** A handler for each operation that a port has. */
export type PortHandlers = Readonly<Partial<Record<OperationName, PortHandler>>>;

/** The streams of a port, and what it calls itself. */
export interface PortOptions {
  readonly input: Readable;
  readonly output: Writable;
  readonly implementation: Implementation;
}

/**
 * Serves a port's side of the line protocol (section 11.1): answers one line after the other, until `stop`
 * or the end of the input. The caller then ends the process with status 0.
 *
 * @example
 * ```ts
 * import { servePort } from '@wcp/conformance';
 * import { recordHash } from '@wcp/spec';
 *
 * await servePort(
 *   { record_hash: (_given, input) => ({ artifact_hash: recordHash(Object(input)) }) },
 *   {
 *     input: process.stdin,
 *     output: process.stdout,
 *     implementation: { name: 'mine', language: 'TypeScript', version: '1.0.0' },
 *   },
 * );
 * ```
 */
export async function servePort(handlers: PortHandlers, options: PortOptions): Promise<void> {
  const { input, output, implementation } = options;
  const splitter = new LineSplitter();
  let closed = false;
  const stop = () => {
    closed = true;
    input.destroy();
  };
  output.on('error', stop);
  try {
    for await (const chunk of input) {
      for (const line of splitter.push(bytesOf(chunk))) {
        const reply = await replyTo(line, handlers, implementation);
        if (reply === null || closed) return;
        await write(output, reply);
      }
    }
  } catch (error) {
    if (!closed) throw error;
  } finally {
    output.off('error', stop);
  }
}

/** The line that answers a line, or null after `stop`. */
async function replyTo(
  line: LineRead,
  handlers: PortHandlers,
  implementation: Implementation,
): Promise<string | null> {
  const message = line.type === 'line' ? parse(line.text) : null;
  if (message === null) return errored(null, 'The line is not a JSON object.');
  const { cmd, seq = null } = message;
  if (cmd === 'stop') return null;
  if (cmd === 'start') return JSON.stringify(startReply(message, handlers, implementation));
  if (cmd !== 'run') return errored(seq, 'The command is not start, run or stop.');
  return run(message, seq, handlers);
}

function startReply(
  { protocol, revision }: Members,
  handlers: PortHandlers,
  implementation: Implementation,
): object {
  if (protocol !== PROTOCOL || revision !== REVISION)
    return { ok: false, protocol: PROTOCOL, revision: REVISION };
  return { ok: true, implementation, ops: OPERATION_NAMES.filter((op) => handlers[op] !== undefined) };
}

async function run({ op, given, input }: Members, seq: unknown, handlers: PortHandlers): Promise<string> {
  const name = OPERATION_NAMES.find((known) => known === op);
  const handler = name === undefined ? undefined : handlers[name];
  if (name === undefined || handler === undefined)
    return JSON.stringify({ seq, skipped: { reason: 'no such operation' } });
  try {
    const result = await handler(isObject(given) ? given : {}, input);
    return isObject(result)
      ? JSON.stringify({ seq, result })
      : errored(seq, 'The handler did not return an object.');
  } catch (thrown) {
    const code = refusalCode(name, thrown);
    return code === null
      ? errored(
          seq,
          thrown instanceof Error ? thrown.message : 'The handler threw something that is not an error.',
        )
      : JSON.stringify({ seq, error: { code } });
  }
}

/** Node's own errors have a code too: only those of the operation are refusals. */
function refusalCode(op: OperationName, thrown: unknown): string | null {
  if (typeof thrown !== 'object' || thrown === null || !('code' in thrown)) return null;
  return OPERATIONS[op].errors.find((code) => code === thrown.code) ?? null;
}

function parse(text: string): Members | null {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}

function errored(seq: unknown, message: string): string {
  return JSON.stringify({ seq, errored: { message } });
}

function bytesOf(chunk: unknown): Uint8Array {
  return typeof chunk === 'string' ? Buffer.from(chunk) : (chunk as Uint8Array);
}

function write(output: Writable, line: string): Promise<void> {
  return new Promise((resolve) => {
    output.write(`${lineOf(line)}\n`, () => resolve());
  });
}
