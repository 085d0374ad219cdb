/** A light runner of the line protocol: requests are pipelined, and the first wrong answer ends it. */
import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { judge } from '../../packages/conformance/src/runner/judge.ts';
import { LineSplitter } from '../../packages/conformance/src/runner/line-splitter.ts';
import { readAnswer, readMessage } from '../../packages/conformance/src/runner/read-answer.ts';

const MAX_AHEAD = 24;
const START_TIMEOUT_MS = 20_000;
const TIMEOUT_MS = 5_000;
const START = `${JSON.stringify({ cmd: 'start', protocol: 1, revision: '0.2' })}\n`;
const STOP = `${JSON.stringify({ cmd: 'stop' })}\n`;

/** Cases as they are asked: each with its line, written once. */
export function prepare(cases) {
  return cases.map((item, number) => {
    const { op, given, input } = item;
    return { item, number, line: `${JSON.stringify({ cmd: 'run', seq: number + 1, op, given, input })}\n` };
  });
}

/**
 * Asks a port until an answer is not the expected one, and gives a list of that one as `{ case, how }`;
 * an empty list where every answer was right. With `all` it goes on, and gives every case that failed.
 */
export function ask(port, questions, { env = {}, all = false } = {}) {
  return new Promise((resolve) => new Session(port, questions, { env, all, resolve }).begin());
}

/** One port from its start to its end. */
class Session {
  #splitter = new LineSplitter();
  #failed = [];
  #sent = 0;
  #heard = 0;
  #started = false;
  #over = false;

  constructor(port, questions, { env, all, resolve }) {
    this.questions = questions;
    this.all = all;
    this.resolve = resolve;
    this.child = spawn(process.execPath, [port], {
      stdio: ['pipe', 'pipe', 'ignore'],
      env: { ...process.env, NODE_COMPILE_CACHE: join(dirname(port), 'cache'), ...env },
    });
  }

  begin() {
    const { child } = this;
    child.stdin.on('error', () => {});
    child.stdout.on('data', (chunk) => {
      for (const line of this.#splitter.push(chunk)) if (!this.#over) this.#hear(line);
    });
    child.on('error', () => this.#end('crash'));
    child.on('close', () => this.#end('crash'));
    this.#wait(START_TIMEOUT_MS);
    child.stdin.write(START);
  }

  #wait(timeoutMs) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.#end('hang'), timeoutMs);
  }

  #hear(line) {
    this.#wait(TIMEOUT_MS);
    const how = this.#started ? statusOf(line, this.questions[this.#heard]) : startOf(line);
    if (how !== 'passed' && !(this.all && this.#started)) return this.#end(how);
    if (how !== 'passed') this.#note(how);
    if (this.#started) this.#heard += 1;
    this.#started = true;
    return this.#heard < this.questions.length ? this.#send() : this.#end(null);
  }

  #send() {
    let text = '';
    while (this.#sent < this.questions.length && this.#sent < this.#heard + MAX_AHEAD) {
      text += this.questions[this.#sent].line;
      this.#sent += 1;
    }
    if (text !== '') this.child.stdin.write(text);
  }

  #note(how) {
    this.#failed.push({ case: this.questions[this.#heard]?.item.id ?? null, how });
  }

  /** Waits for the process to be gone: the files that it reads are written next. */
  #end(how) {
    if (this.#over) return;
    this.#over = true;
    clearTimeout(this.timer);
    if (how !== null) this.#note(how);
    const { child, all } = this;
    if (how === null && all) child.stdin.end(STOP);
    else child.kill('SIGKILL');
    const settle = () => this.resolve(this.#failed);
    if (child.exitCode === null && child.signalCode === null && child.pid !== undefined) {
      child.once('close', settle);
    } else settle();
  }
}

function startOf(line) {
  return line.type === 'line' && readMessage(line.text).message?.ok === true ? 'passed' : 'no start';
}

function statusOf(line, { item, number }) {
  const reading = line.type === 'line' ? readMessage(line.text) : { ok: false };
  if (!reading.ok || reading.message.seq !== number + 1) return 'junk';
  return judge(item, readAnswer(reading.message)).status;
}
