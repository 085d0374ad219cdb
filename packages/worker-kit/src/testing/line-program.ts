import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import { WcpError, type WorkerResult } from '@wcp/spec';
import { FOREIGN_TEXT_LIMITS, lineOf, parseJson } from '@wcp/spec/json';
import { type InputLine, readInputLines } from '../serve/lines/read-lines.ts';

interface Pending {
  resolve(result: WorkerResult): void;
  reject(error: WcpError): void;
}

interface LineProgramOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
}

/** A program that answers lines of JSON; its standard error is the caller's. */
export class LineProgram {
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #ended: Promise<number | null>;
  readonly #timeoutMs: number;
  readonly #pending = new Map<number, Pending>();
  #calls = 0;
  #failure: WcpError | null = null;
  #closed: Promise<void> | null = null;

  constructor(command: string, args: readonly string[], { timeoutMs, ...options }: LineProgramOptions) {
    this.#timeoutMs = timeoutMs;
    this.#child = spawn(command, args, { ...options, stdio: ['pipe', 'pipe', 'inherit'] });
    // Writing to a program that is gone fails; its end is reported anyway.
    this.#child.stdin.on('error', () => {});
    this.#child.on('error', () => {});
    this.#ended = once(this.#child, 'close').then(
      ([code]) => code as number | null,
      () => null,
    );
    this.#read().catch(() => this.#fail('The program’s output cannot be read.'));
  }

  /** The answer to a call. Rejects where the program does not answer, and for every later call. */
  call(call: { readonly context: unknown; readonly request: unknown }): Promise<WorkerResult> {
    if (this.#failure !== null) return Promise.reject(this.#failure);
    this.#calls += 1;
    const id = this.#calls;
    const answer = new Promise<WorkerResult>((resolve, reject) => this.#pending.set(id, { resolve, reject }));
    this.#child.stdin.write(`${lineOf(JSON.stringify({ id, ...call }))}\n`);
    return this.#within(answer);
  }

  /** Ends the input; the program must end by itself, with status 0. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    if (this.#failure !== null) throw this.#failure;
    this.#child.stdin.end();
    const late = setTimeout(this.#timeoutMs, 'late' as const, { ref: false });
    const code = await Promise.race([this.#ended, late]);
    this.#child.kill('SIGKILL');
    if (code === 0) return;
    const how = code === 'late' ? 'did not end' : `ended with ${code}`;
    throw failure(`The program must end with status 0 at the end of its input, but ${how}.`);
  }

  async #within(answer: Promise<WorkerResult>): Promise<WorkerResult> {
    const controller = new AbortController();
    const late = setTimeout(this.#timeoutMs, null, { signal: controller.signal }).then(() => {
      this.#fail(`The program did not answer within ${this.#timeoutMs} ms.`);
      return answer;
    });
    late.catch(() => {});
    try {
      return await Promise.race([answer, late]);
    } finally {
      controller.abort();
    }
  }

  async #read(): Promise<void> {
    for await (const line of readInputLines(this.#child.stdout)) {
      if (!isBlank(line) && !this.#settle(line))
        return this.#fail('The program wrote a line that does not answer a call.');
    }
    const code = await this.#ended;
    this.#fail(
      this.#closed === null
        ? `The program ended with status ${code} before the end of its input.`
        : 'The program was closed.',
    );
  }

  #settle(line: InputLine): boolean {
    const answer = 'text' in line ? readAnswer(line.text) : null;
    const pending = this.#pending.get(answer?.id as number);
    if (answer === null || pending === undefined) return false;
    this.#pending.delete(answer.id as number);
    pending.resolve(answer.result as WorkerResult);
    return true;
  }

  #fail(message: string): void {
    this.#failure ??= failure(message);
    for (const { reject } of this.#pending.values()) reject(this.#failure);
    this.#pending.clear();
    this.#child.kill('SIGKILL');
  }
}

/** The kit skips such a line, and so does a Hall. */
function isBlank(line: InputLine): boolean {
  return line.kind === 'line' && /^[ \t\r]*$/.test(line.text);
}

function readAnswer(text: string): { readonly id: unknown; readonly result: object } | null {
  try {
    const answer = parseJson(text, FOREIGN_TEXT_LIMITS);
    if (typeof answer !== 'object' || answer === null) return null;
    const { id, ...result } = answer as Record<string, unknown>;
    return { id, result };
  } catch {
    return null;
  }
}

function failure(message: string): WcpError {
  return new WcpError('ERR_WCP_WORKER', message);
}
