import type { Readable, Writable } from 'node:stream';
import { OPERATION_NAMES, OPERATIONS, type OperationName } from '../fixtures/operations.ts';
import { REVISION } from '../fixtures/schema/common.ts';
import { type LineRead, LineSplitter } from '../runner/line-splitter.ts';
import { isObject, type Members } from '../runner/read-answer.ts';
import { type Implementation, PROTOCOL } from '../runner/read-start.ts';

/**
 * Answers one case. A document that is refused is thrown: an object whose `code` is one of the
 * operation's error codes. Whatever else is thrown is told as a crash.
 */
export type PortHandler = (given: Members, input: unknown) => object | Promise<object>;

/** What a port can do: a handler for each operation that it has. */
export type PortHandlers = Readonly<Partial<Record<OperationName, PortHandler>>>;

/** Where a port reads and writes, and what it calls itself. */
export interface PortOptions {
  readonly input: Readable;
  readonly output: Writable;
  readonly implementation: Implementation;
}

/**
 * The port's side of the line protocol (section 11.1): answers lines until `stop` or the end of the
 * input, one after the other. The caller ends the process with status 0 afterwards.
 *
 * @example
 * await servePort(
 *   { check_id: (given, input) => checkId(input.id) },
 *   { input: process.stdin, output: process.stdout, implementation: { name: 'mine', language: 'TypeScript', version: '1.0.0' } },
 * );
 */
export async function servePort(handlers: PortHandlers, options: PortOptions): Promise<void> {
  const { input, output, implementation } = options;
  const splitter = new LineSplitter();
  let gone = false;
  const leave = () => {
    gone = true;
    input.destroy();
  };
  output.on('error', leave);
  try {
    for await (const chunk of input) {
      for (const line of splitter.push(bytesOf(chunk))) {
        const reply = await replyTo(line, handlers, implementation);
        if (reply === null || gone) return;
        await write(output, reply);
      }
    }
  } catch (error) {
    if (!gone) throw error;
  } finally {
    output.off('error', leave);
  }
}

/** The line that answers a line, or null after `stop`. */
async function replyTo(
  line: LineRead,
  handlers: PortHandlers,
  implementation: Implementation,
): Promise<string | null> {
  const message = line.type === 'line' ? parse(line.text) : null;
  if (message === null) return broken(null, 'The line is no JSON object.');
  const { cmd, seq = null } = message;
  if (cmd === 'stop') return null;
  if (cmd === 'start') return JSON.stringify(startReply(message, handlers, implementation));
  if (cmd !== 'run') return broken(seq, 'The command is none of start, run and stop.');
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
      : broken(seq, 'The handler returned no object.');
  } catch (thrown) {
    const code = refusalCode(name, thrown);
    return code === null
      ? broken(seq, thrown instanceof Error ? thrown.message : 'Something was thrown.')
      : JSON.stringify({ seq, error: { code } });
  }
}

/** Node's own errors have a code, too: only those of the operation are refusals. */
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

function broken(seq: unknown, message: string): string {
  return JSON.stringify({ seq, errored: { message } });
}

function bytesOf(chunk: unknown): Uint8Array {
  return typeof chunk === 'string' ? Buffer.from(chunk) : (chunk as Uint8Array);
}

function write(output: Writable, line: string): Promise<void> {
  return new Promise((resolve) => {
    output.write(`${line}\n`, () => resolve());
  });
}
