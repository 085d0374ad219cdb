import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import type { ConformanceCase } from '@wcp/conformance';
// @boundaries-ignore: the line protocol, as above
import { type LineRead, LineSplitter } from '../../../../packages/conformance/src/protocol/line-splitter.ts';
// @boundaries-ignore: the referee's judgement is no part of its public surface, and must not differ here
import { judge } from '../../../../packages/conformance/src/runner/judge.ts';
// @boundaries-ignore: the line protocol, as above
import { readAnswer, readMessage } from '../../../../packages/conformance/src/runner/read-answer.ts';

const MAX_AHEAD = 24;
const START_TIMEOUT_MS = 20_000;
const TIMEOUT_MS = 5_000;
const START = `${JSON.stringify({ cmd: 'start', protocol: 1, revision: '0.2' })}\n`;
const STOP = `${JSON.stringify({ cmd: 'stop' })}\n`;

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
  readonly env?: Readonly<Record<string, string>>;
  /** Goes on after a failure. */
  readonly all?: boolean;
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
  port: string,
  cases: readonly PreparedCase[],
  options: RunOptions = {},
): Promise<FailedCase[]> {
  return new Promise((resolve) => new Session(port, cases, options, resolve).begin());
}

/** One port from its start to its end. */
class Session {
  readonly #cases: readonly PreparedCase[];
  readonly #all: boolean;
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
    port: string,
    cases: readonly PreparedCase[],
    { env = {}, all = false }: RunOptions,
    resolve: (failed: FailedCase[]) => void,
  ) {
    this.#cases = cases;
    this.#all = all;
    this.#resolve = resolve;
    this.#child = spawn(process.execPath, [port], {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { ...process.env, NODE_COMPILE_CACHE: join(dirname(port), 'cache'), ...env },
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
    this.#restartTimer(START_TIMEOUT_MS);
    child.stdin.write(START);
  }

  #restartTimer(timeoutMs: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#end('hang'), timeoutMs);
  }

  #receive(line: LineRead): void {
    this.#restartTimer(TIMEOUT_MS);
    const how = this.#started ? statusOf(line, this.#cases[this.#received]) : statusOfStart(line);
    const isFatal = how !== 'passed' && !(this.#all && this.#started);
    if (how !== 'passed' && !isFatal) this.#addFailure(how);
    if (this.#started && !isFatal) this.#received += 1;
    this.#started = true;
    if (isFatal) this.#end(how);
    else if (this.#received < this.#cases.length) this.#send();
    else this.#end(null);
  }

  #send(): void {
    const next = this.#cases.slice(this.#sent, this.#received + MAX_AHEAD);
    this.#sent += next.length;
    if (next.length > 0) this.#child.stdin.write(next.map(({ line }) => line).join(''));
  }

  #addFailure(how: string): void {
    this.#failed.push({ case: this.#cases[this.#received]?.item.id ?? null, how });
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

function statusOfStart(line: LineRead): string {
  const reading = line.type === 'line' ? readMessage(line.text) : null;
  return reading?.ok && reading.message['ok'] === true ? 'passed' : 'no start';
}

function statusOf(line: LineRead, expected: PreparedCase | undefined): string {
  const reading = line.type === 'line' ? readMessage(line.text) : null;
  if (expected === undefined || !reading?.ok || reading.message['seq'] !== expected.number + 1) return 'junk';
  return judge(expected.item, readAnswer(reading.message)).status;
}
