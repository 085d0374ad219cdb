import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import type { ConformanceCase } from '@wcp/conformance';
// @boundaries-ignore: the line protocol, as above
import { type LineRead, LineSplitter } from '../../../../packages/conformance/src/protocol/line-splitter.ts';
// @boundaries-ignore: the referee's judgement is no part of its public surface, and must not differ here
import { judge } from '../../../../packages/conformance/src/runner/judge.ts';
// @boundaries-ignore: the line protocol, as above
import { readAnswer, readMessage } from '../../../../packages/conformance/src/runner/read-answer.ts';
// @boundaries-ignore: the line protocol, as above
import { readStart, type Started } from '../../../../packages/conformance/src/runner/read-start.ts';

const MAX_AHEAD = 24;
const START_TIMEOUT_MS = 20_000;
const TIMEOUT_MS = 5_000;
const START = `${JSON.stringify({ cmd: 'start', protocol: 1, revision: '0.2' })}\n`;
const STOP = `${JSON.stringify({ cmd: 'stop' })}\n`;

/** How a port is started. */
export interface Command {
  readonly program: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** A case with its line of the protocol, written once. */
export interface PreparedCase {
  readonly item: ConformanceCase;
  readonly number: number;
  readonly line: string;
}

/** A case that a port got wrong, and how; the case is null where the port did not start. */
export interface FailedCase {
  readonly case: string | null;
  readonly how: string;
}

/** How the cases are run. */
interface RunOptions {
  /** Goes on after a failure, and ends the port properly. */
  readonly all?: boolean;
  /** How long an answer may take, in milliseconds. */
  readonly timeoutMs?: number;
  /** Called with what the port says about itself. */
  readonly onStart?: (started: Started) => void;
}

/** Cases as they are sent. */
export function prepareCases(cases: readonly ConformanceCase[]): PreparedCase[] {
  return cases.map((item, number) => {
    const { op, given, input } = item;
    return { item, number, line: `${JSON.stringify({ cmd: 'run', seq: number + 1, op, given, input })}\n` };
  });
}

/**
 * Runs cases against a port, pipelined, until an answer is not the expected one, and gives a list of that
 * one; the list is empty where every answer was right. With `all` it goes on, and gives every failure.
 */
export function runCases(
  command: Command,
  cases: readonly PreparedCase[],
  options: RunOptions = {},
): Promise<FailedCase[]> {
  return new Promise((resolve) => new Session(command, cases, options, resolve).begin());
}

/** One port from its start to its end. */
class Session {
  readonly #cases: readonly PreparedCase[];
  readonly #all: boolean;
  readonly #timeoutMs: number;
  readonly #onStart: (started: Started) => void;
  readonly #resolve: (failed: FailedCase[]) => void;
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #splitter = new LineSplitter();
  readonly #failed: FailedCase[] = [];
  #timer: NodeJS.Timeout | undefined;
  #sent = 0;
  #received = 0;
  #started = false;
  #over = false;

  constructor(
    { program, args, env }: Command,
    cases: readonly PreparedCase[],
    { all = false, timeoutMs = TIMEOUT_MS, onStart = () => {} }: RunOptions,
    resolve: (failed: FailedCase[]) => void,
  ) {
    this.#cases = cases;
    this.#all = all;
    this.#resolve = resolve;
    this.#timeoutMs = timeoutMs;
    this.#onStart = onStart;
    this.#child = spawn(program, args, {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
    });
  }

  begin(): void {
    const child = this.#child;
    child.stderr.resume();
    child.stdin.on('error', () => {});
    child.stdout.on('data', (chunk: Buffer) => {
      for (const line of this.#splitter.push(chunk)) if (!this.#over) this.#receive(line);
    });
    child.on('error', () => this.#end('crash'));
    child.on('close', () => this.#end('crash'));
    this.#restartTimer(Math.max(START_TIMEOUT_MS, this.#timeoutMs));
    child.stdin.write(START);
  }

  #restartTimer(timeoutMs: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#end('hang'), timeoutMs);
  }

  #receive(line: LineRead): void {
    this.#restartTimer(this.#timeoutMs);
    const how = this.#started ? statusOf(line, this.#cases[this.#received]) : this.#start(line);
    if (how !== 'passed' && !(this.#all && this.#started)) {
      this.#end(how);
      return;
    }
    if (how !== 'passed') this.#addFailure(how);
    if (this.#started) this.#received += 1;
    this.#started = true;
    if (this.#received < this.#cases.length) this.#send();
    else this.#end(null);
  }

  #start(line: LineRead): string {
    const reading = line.type === 'line' ? readMessage(line.text) : null;
    const start = reading?.ok ? readStart(reading.message) : null;
    if (!start?.ok) return 'no start';
    this.#onStart(start.started);
    return 'passed';
  }

  #send(): void {
    const next = this.#cases.slice(this.#sent, this.#received + MAX_AHEAD);
    this.#sent += next.length;
    if (next.length > 0) this.#child.stdin.write(next.map(({ line }) => line).join(''));
  }

  /** A port that has not started was caught by no case. */
  #addFailure(how: string): void {
    const current = this.#started ? this.#cases[this.#received] : undefined;
    this.#failed.push({ case: current?.item.id ?? null, how });
  }

  /** Waits until the process has ended: the files that it reads are written next. */
  #end(how: string | null): void {
    if (this.#over) return;
    this.#over = true;
    clearTimeout(this.#timer);
    if (how !== null) this.#addFailure(how);
    const child = this.#child;
    if (how === null && this.#all) child.stdin.end(STOP);
    else child.kill('SIGKILL');
    const isRunning = child.exitCode === null && child.signalCode === null && child.pid !== undefined;
    if (isRunning) child.once('close', () => this.#resolve(this.#failed));
    else this.#resolve(this.#failed);
  }
}

function statusOf(line: LineRead, expected: PreparedCase | undefined): string {
  const reading = line.type === 'line' ? readMessage(line.text) : null;
  if (expected === undefined || !reading?.ok || reading.message['seq'] !== expected.number + 1) return 'junk';
  return judge(expected.item, readAnswer(reading.message)).status;
}
