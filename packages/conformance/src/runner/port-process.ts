import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { type LineRead, LineSplitter } from './line-splitter.ts';
import { enrolGroup, killGroup } from './process-group.ts';
import { TextTail } from './text-tail.ts';

/** How to start a port: one program and its arguments, without a shell. */
export interface Launch {
  readonly command: string;
  readonly args: readonly string[];
  /** Added to the environment of this process. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

/** How a port ended: it could not be started, or with a status, or by a signal; all null: nobody knows. */
export interface Exit {
  readonly failure: NodeJS.ErrnoException | null;
  readonly status: number | null;
  readonly signal: string | null;
}

/**
 * What was heard of a port. `closed`: it lives on without its standard output. `rest` is what it wrote
 * after its last newline.
 */
export type PortEvent =
  | LineRead
  | { readonly type: 'ended'; readonly exit: Exit; readonly rest: string }
  | { readonly type: 'closed' }
  | { readonly type: 'silent'; readonly rest: string };

/** How long the pipes of a dead process may stay open: somebody that it started may hold them. */
const PIPES_GRACE_MS = 1000;
/** How long a process may take to end once its standard output is closed. */
const CLOSED_GRACE_MS = 250;
/** How long to wait for the end of a process that was killed and does not die. */
const KILL_GRACE_MS = 2000;
const UNKNOWN: Exit = { failure: null, status: null, signal: null };

/** A running port as a queue of events. */
export class PortProcess {
  readonly #child: ChildProcessWithoutNullStreams | null;
  readonly #lines = new LineSplitter();
  readonly #queue: PortEvent[] = [];
  readonly #closed: Promise<void>;
  #close: () => void = () => {};
  /** The end of what this process wrote to standard error. */
  readonly words = new TextTail();
  readonly #stderr: TextTail;
  readonly #timers: NodeJS.Timeout[] = [];
  #wake: (() => void) | null = null;
  #ended = false;

  constructor(launch: Launch, stderr: TextTail) {
    this.#stderr = stderr;
    this.#closed = new Promise((resolve) => {
      this.#close = resolve;
    });
    this.#child = this.#spawn(launch);
  }

  /** Writes one message. A port that no longer reads is found out by its silence. */
  send(message: object): void {
    this.#child?.stdin.write(`${JSON.stringify(message)}\n`);
  }

  /** An event that came without being waited for. */
  poll(): PortEvent | undefined {
    return this.#queue.shift();
  }

  /** The next event, or `silent` when none comes in time. */
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
        env: { ...process.env, ...env },
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
    if (child.pid !== undefined) enrolGroup(child.pid);
    for (const stream of [child.stdin, child.stdout, child.stderr]) stream.on('error', () => {});
    child.stdout.on('data', (chunk: Buffer) => {
      for (const line of this.#lines.push(chunk)) this.#hear(line);
    });
    child.stdout.on('end', () => this.#later(CLOSED_GRACE_MS, () => this.#hear({ type: 'closed' })));
    child.stderr.on('data', (chunk: Buffer) => {
      this.#stderr.push(chunk);
      this.words.push(chunk);
    });
    child.on('error', (failure) => this.#end({ ...UNKNOWN, failure }));
    child.on('exit', (status, signal) => {
      exit = { failure: null, status, signal };
      if (child.pid !== undefined) killGroup(child.pid);
      this.#later(PIPES_GRACE_MS, () => this.#end(exit));
    });
    child.on('close', () => this.#end(exit));
  }

  /** Does something later, unless the port has ended by then. */
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
    this.#hear({ type: 'ended', exit, rest: this.#lines.rest() });
  }

  #hear(event: PortEvent): void {
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
