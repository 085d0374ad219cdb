import type { WorkerContext } from '@wcp/spec';
import type { Enforcement } from '@wcp/spec/document';
import type { DeliveryCode } from '../delivery-code.ts';
import type { ProcessLimits } from './process-limits.ts';
import { LineBuffer, TextTail } from './process-output.ts';
import { readWorkerLine, type WorkerLine } from './worker-line.ts';
import type { WorkerProgram } from './worker-program.ts';

/** How a process ended: for the operator's log alone. */
export interface ProcessEnd {
  readonly pid: number | null;
  /** Why it was killed; null where it ended by itself or was no longer needed. */
  readonly code: DeliveryCode | null;
  readonly exit_code: number | null;
  readonly signal: string | null;
  /** The end of what it wrote to standard error: the worker's text, which may hold what a tenant sent. */
  readonly stderr: string;
  /** How many bytes it wrote there. */
  readonly stderr_bytes: number;
  /** Why it could not be started, in the Hall's own words; absent where it was. */
  readonly reason?: string;
}

/** What a process is made from. */
export interface WorkerProcessOptions {
  readonly program: WorkerProgram;
  readonly limits: ProcessLimits;
  ended(end: ProcessEnd): void;
}

/** The call that a process has. */
export interface ProcessCall {
  readonly id: string;
  readonly context: WorkerContext;
  receive(line: Exclude<WorkerLine, { kind: 'junk' | 'blank' }>): void;
  /** The process was lost, and the call with it. */
  lose(code: DeliveryCode): void;
}

/** Calls of which a connection may be that ends later. */
const MAX_REMEMBERED = 64;
const TAIL_BYTES = 8 * 1024;
const LIMIT_CHECK_MS = 100;
/** Bytes that may wait for a process to read them: beyond that it asks without reading the answers. */
const MAX_UNREAD = 64 * 1024 * 1024;
/** Milliseconds that the pipes of a dead process may stay open: a process that it started may hold them. */
const PIPES_GRACE_MS = 500;
/** Milliseconds that a process may take to end by itself once its input has ended. */
const RETIRE_MS = 1_000;

/** When a call began. */
interface BegunCall {
  readonly at: number;
  readonly context: WorkerContext;
}

type Exit = [code: number | null, signal: NodeJS.Signals | null];

/** One process of a worker, with one call at a time. */
export class WorkerProcess {
  readonly #options: WorkerProcessOptions;
  readonly #program: WorkerProgram;
  readonly #lines: LineBuffer;
  readonly #stderr = new TextTail(TAIL_BYTES);
  readonly #watch: NodeJS.Timeout;
  readonly #gone: Promise<void>;
  #resolveGone: () => void = () => {};
  #call: ProcessCall | null = null;
  #calls = 0;
  /** The latest calls, the newest last. */
  #began: readonly BegunCall[] = [];
  #why: DeliveryCode | null = null;
  #isUsable = true;
  #isOver = false;

  constructor(options: WorkerProcessOptions) {
    this.#options = options;
    this.#program = options.program;
    this.#lines = new LineBuffer(options.limits.answer_bytes);
    this.#gone = new Promise((resolve) => {
      this.#resolveGone = resolve;
    });
    this.#watch = setInterval(() => this.#checkLimits(), LIMIT_CHECK_MS).unref();
    this.#listen();
  }

  /** Whether it may be given a call. */
  get isUsable(): boolean {
    return this.#isUsable && this.#call === null;
  }

  /** What holds it to its envelope and its limits. */
  get enforcement(): Enforcement {
    return this.#program.enforcement;
  }

  /** How many calls it has had. */
  get calls(): number {
    return this.#calls;
  }

  /** The call that it had, or had last, at a time of `performance.now()`; null where it had none yet. */
  contextAt(time: number): WorkerContext | null {
    return this.#began.findLast(({ at }) => at <= time)?.context ?? null;
  }

  /** Begins a call: only where {@link isUsable} says so. */
  begin(call: ProcessCall, line: string): void {
    this.#call = call;
    this.#calls += 1;
    this.#began = [
      ...this.#began.slice(1 - MAX_REMEMBERED),
      { at: performance.now(), context: call.context },
    ];
    this.send(line);
  }

  /** Writes a line; a process that no longer reads is noticed by its end. */
  send(line: string): void {
    const { stdin } = this.#program.child;
    stdin.write(`${line}\n`);
    if (stdin.writableLength > MAX_UNREAD) this.kill('DELIVERY_NOT_READING');
  }

  /** The call is over and the process has nothing to do. */
  release(): void {
    this.#call = null;
  }

  /** Kills the process with whatever it started. The call that it has is lost with this code. */
  kill(why: DeliveryCode | null): void {
    this.#isUsable = false;
    this.#why ??= why;
    const call = this.#call;
    this.#call = null;
    this.#program.kill();
    if (why !== null) call?.lose(why);
  }

  /** Gives the process a moment to end by itself, then kills it. Resolves when it is gone. */
  async retire(): Promise<void> {
    this.#isUsable = false;
    this.#program.child.stdin.end();
    const timer = setTimeout(() => this.kill(null), RETIRE_MS);
    await this.#gone;
    clearTimeout(timer);
  }

  #listen(): void {
    const { child } = this.#program;
    let exit: Exit = [null, null];
    for (const stream of [child.stdin, child.stdout, child.stderr]) stream.on('error', () => {});
    child.stdout.on('data', (chunk: Buffer) => this.#hear(chunk));
    child.stdout.on('end', () => this.#closeOutput());
    child.stderr.on('data', (chunk: Buffer) => this.#stderr.push(chunk));
    child.on('error', () => this.#failToStart());
    child.on('exit', (...ended) => {
      exit = ended;
      this.#program.kill();
      setTimeout(() => this.#finish(exit), PIPES_GRACE_MS).unref();
    });
    child.on('close', () => this.#finish(exit));
  }

  /** Not before everything that it started is gone: until then the call keeps its place. */
  #finish(exit: Exit): void {
    void this.#program.ended.then((exceeded) => {
      this.#why ??= exceeded;
      this.#end(...exit);
    });
  }

  /** Not in the same turn of the event loop, so that a call that begins now learns of it. */
  #failToStart(): void {
    if (this.#program.child.pid !== undefined) return;
    setImmediate(() => {
      this.kill('DELIVERY_START_FAILED');
      this.#end(null, null);
    });
  }

  #hear(chunk: Buffer): void {
    for (const line of this.#lines.push(chunk)) {
      if (!this.#isUsable) return;
      this.#read(line);
    }
  }

  #read(bytes: Uint8Array | null): void {
    const line = bytes === null ? null : readWorkerLine(bytes);
    if (line === null) this.kill('DELIVERY_ANSWER_TOO_LARGE');
    else if (line.kind === 'blank') return;
    else if (line.kind === 'junk') this.kill(line.code);
    // A process that writes without having a call is not trusted again.
    else if (this.#call === null) this.kill('DELIVERY_JUNK');
    else if (line.id !== this.#call.id) this.kill('DELIVERY_WRONG_ID');
    else this.#call.receive(line);
  }

  /** It may live on without its output, but never answer. */
  #closeOutput(): void {
    setTimeout(() => this.kill(this.#crash()), PIPES_GRACE_MS).unref();
  }

  #crash(): DeliveryCode {
    return this.#why ?? (this.#lines.isHalf ? 'DELIVERY_HALF_LINE' : 'DELIVERY_CRASHED');
  }

  #checkLimits(): void {
    const exceeded = this.#isUsable ? this.#program.exceeded?.() : null;
    if (exceeded != null) this.kill(exceeded);
  }

  #end(exit_code: number | null, signal: string | null): void {
    if (this.#isOver) return;
    this.#isOver = true;
    clearInterval(this.#watch);
    if (this.#call !== null) this.kill(this.#crash());
    this.#isUsable = false;
    const { child } = this.#program;
    for (const stream of [child.stdin, child.stdout, child.stderr]) stream.destroy();
    const pid = child.pid ?? null;
    const { total: stderr_bytes } = this.#stderr;
    const stderr = this.#stderr.toString();
    this.#options.ended({ pid, code: this.#why, exit_code, signal, stderr, stderr_bytes });
    this.#resolveGone();
  }
}
