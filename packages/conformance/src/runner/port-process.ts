import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { lineOf } from '@wcp/spec/json';
import { type LineRead, LineSplitter } from '../protocol/line-splitter.ts';
import { killGroup, registerGroup } from './process-group.ts';
import { TextTail } from './text-tail.ts';

/** How to start a port: one program and its arguments, without a shell. */
export interface Launch {
  readonly command: string;
  readonly args: readonly string[];
  /** Added to the environment of this process. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

/** How a port ended: it failed to start, or ended with a status or by a signal; all null where unknown. */
export interface Exit {
  readonly failure: NodeJS.ErrnoException | null;
  readonly status: number | null;
  readonly signal: string | null;
}

/**
 * What a port did. `closed`: it still runs but closed its standard output. `silent`: nothing in time. `rest`
 * is what it wrote after its last newline.
 */
export type PortEvent =
  | LineRead
  | { readonly type: 'ended'; readonly exit: Exit; readonly rest: string }
  | { readonly type: 'closed' }
  | { readonly type: 'silent'; readonly rest: string };

/** A dead process's pipes may stay open this long: a process that it started may still hold them. */
const PIPES_GRACE_MS = 1000;
/** The time for a process to end once its standard output is closed. */
const CLOSED_GRACE_MS = 250;
/** The time to wait for a killed process that does not die. */
const KILL_GRACE_MS = 2000;
const UNKNOWN: Exit = { failure: null, status: null, signal: null };

/** The environment of whoever runs the referee, without what is meant for `wcp` alone, such as a key of a Hall. */
function withoutOwn(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('WCP_')));
}

/** A running port as a queue of events. */
export class PortProcess {
  readonly #child: ChildProcessWithoutNullStreams | null;
  readonly #lines = new LineSplitter();
  readonly #queue: PortEvent[] = [];
  readonly #closed: Promise<void>;
  #close: () => void = () => {};
  /** The end of what this process wrote to standard error. */
  readonly stderr = new TextTail();
  readonly #stderrOfAll: TextTail;
  readonly #timers: NodeJS.Timeout[] = [];
  #wake: (() => void) | null = null;
  #ended = false;

  /** @param stderrOfAll gets what this process writes to standard error, too */
  constructor(launch: Launch, stderrOfAll: TextTail) {
    this.#stderrOfAll = stderrOfAll;
    this.#closed = new Promise((resolve) => {
      this.#close = resolve;
    });
    this.#child = this.#spawn(launch);
  }

  /** Writes one message. A port that no longer reads times out. */
  send(message: object): void {
    this.#child?.stdin.write(`${lineOf(JSON.stringify(message))}\n`);
  }

  /** An event that nobody waited for. */
  poll(): PortEvent | undefined {
    return this.#queue.shift();
  }

  /** The next event, or `silent` when there is none in time. */
  async next(timeoutMs: number): Promise<PortEvent> {
    if (this.#queue.length === 0) await this.#wait(timeoutMs);
    return this.#queue.shift() ?? { type: 'silent', rest: this.#lines.rest() };
  }

  /** Kills the process with whatever it started; resolves when its pipes are closed. */
  async kill(): Promise<void> {
    this.#child?.stdout.removeAllListeners('data').resume();
    if (this.#child?.pid !== undefined) killGroup(this.#child.pid);
    this.#later(KILL_GRACE_MS, () => this.#end(UNKNOWN));
    await this.#closed;
  }

  #spawn({ command, args, env, cwd }: Launch): ChildProcessWithoutNullStreams | null {
    try {
      const child = spawn(command, [...args], {
        stdio: ['pipe', 'pipe', 'pipe'],
        detached: process.platform !== 'win32',
        windowsHide: true,
        env: { ...withoutOwn(process.env), ...env },
        ...(cwd === undefined ? {} : { cwd }),
      });
      this.#listen(child);
      return child;
    } catch (error) {
      this.#end({ ...UNKNOWN, failure: error as NodeJS.ErrnoException });
      return null;
    }
  }

  #listen(child: ChildProcessWithoutNullStreams): void {
    let exit = UNKNOWN;
    if (child.pid !== undefined) registerGroup(child.pid);
    for (const stream of [child.stdin, child.stdout, child.stderr]) stream.on('error', () => {});
    child.stdout.on('data', (chunk: Buffer) => {
      for (const line of this.#lines.push(chunk)) this.#enqueue(line);
    });
    child.stdout.on('end', () => this.#later(CLOSED_GRACE_MS, () => this.#enqueue({ type: 'closed' })));
    child.stderr.on('data', (chunk: Buffer) => {
      this.#stderrOfAll.push(chunk);
      this.stderr.push(chunk);
    });
    child.on('error', (failure) => this.#end({ ...UNKNOWN, failure }));
    child.on('exit', (status, signal) => {
      exit = { failure: null, status, signal };
      if (child.pid !== undefined) killGroup(child.pid);
      this.#later(PIPES_GRACE_MS, () => this.#end(exit));
    });
    child.on('close', () => this.#end(exit));
  }

  /** Acts after a delay, unless the port has ended by then. */
  #later(graceMs: number, act: () => void): void {
    if (!this.#ended) this.#timers.push(setTimeout(act, graceMs));
  }

  #end(exit: Exit): void {
    if (this.#ended) return;
    this.#ended = true;
    for (const timer of this.#timers) clearTimeout(timer);
    this.#child?.stdout.destroy();
    this.#child?.stderr.destroy();
    this.#child?.stdin.destroy();
    this.#close();
    this.#enqueue({ type: 'ended', exit, rest: this.#lines.rest() });
  }

  #enqueue(event: PortEvent): void {
    this.#queue.push(event);
    this.#wake?.();
  }

  #wait(timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        this.#wake = null;
        resolve();
      };
      const timer = setTimeout(wake, timeoutMs);
      this.#wake = wake;
    });
  }
}
