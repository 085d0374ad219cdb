import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import { WcpError, type WorkerResult } from '@wcp/spec';
import { parseJson } from '@wcp/spec/json';
import { type InputLine, readInputLines } from '../serve/read-lines.ts';

interface Waiting {
  resolve(result: WorkerResult): void;
  reject(error: WcpError): void;
}

interface LineProgramOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** In milliseconds. */
  readonly patience: number;
}

/** A program that answers lines of JSON; what it writes to standard error goes where the caller's goes. */
export class LineProgram {
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #ended: Promise<number | null>;
  readonly #patience: number;
  readonly #waiting = new Map<number, Waiting>();
  #calls = 0;
  #failure: WcpError | null = null;
  #closed: Promise<void> | null = null;

  constructor(command: string, args: readonly string[], { patience, ...options }: LineProgramOptions) {
    this.#patience = patience;
    this.#child = spawn(command, args, { ...options, stdio: ['pipe', 'pipe', 'inherit'] });
    // A program that is gone cannot be written to; its end says so.
    this.#child.stdin.on('error', () => {});
    this.#child.on('error', () => {});
    this.#ended = once(this.#child, 'close').then(
      ([code]) => code as number | null,
      () => null,
    );
    this.#read().catch(() => this.#fail('The program’s output cannot be read.'));
  }

  /** The answer to a call. Rejects where the program gives none, and for every call after that. */
  call(call: { readonly context: unknown; readonly request: unknown }): Promise<WorkerResult> {
    if (this.#failure !== null) return Promise.reject(this.#failure);
    this.#calls += 1;
    const id = this.#calls;
    const answer = new Promise<WorkerResult>((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
    this.#child.stdin.write(`${JSON.stringify({ id, ...call })}\n`);
    return this.#within(answer);
  }

  /** Ends the input; the program has to end by itself, with 0. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    if (this.#failure !== null) throw this.#failure;
    this.#child.stdin.end();
    const late = setTimeout(this.#patience, 'late' as const, { ref: false });
    const code = await Promise.race([this.#ended, late]);
    this.#child.kill('SIGKILL');
    if (code === 0) return;
    const how = code === 'late' ? 'not at all' : `with ${code}`;
    throw failure(`The program has to end with 0 at the end of its input, and ends ${how}.`);
  }

  async #within(answer: Promise<WorkerResult>): Promise<WorkerResult> {
    const controller = new AbortController();
    const late = setTimeout(this.#patience, null, { signal: controller.signal }).then(() => {
      this.#fail(`The program gave no answer within ${this.#patience} ms.`);
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
      if (!this.#settle(line)) return this.#fail('The program wrote a line that is no answer to a call.');
    }
    const code = await this.#ended;
    this.#fail(
      this.#closed === null
        ? `The program ended with ${code} before its input did.`
        : 'The program was closed.',
    );
  }

  #settle(line: InputLine): boolean {
    const answer = 'text' in line ? readAnswer(line.text) : null;
    const waiting = this.#waiting.get(answer?.id as number);
    if (answer === null || waiting === undefined) return false;
    this.#waiting.delete(answer.id as number);
    waiting.resolve(answer.result as WorkerResult);
    return true;
  }

  #fail(message: string): void {
    this.#failure ??= failure(message);
    for (const { reject } of this.#waiting.values()) reject(this.#failure);
    this.#waiting.clear();
    this.#child.kill('SIGKILL');
  }
}

function readAnswer(text: string): { readonly id: unknown; readonly result: object } | null {
  try {
    const answer = parseJson(text);
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
