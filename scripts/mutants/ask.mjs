/** A light runner of the line protocol: requests are pipelined, and the first wrong answer ends it. */
import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { judge } from '../../packages/conformance/src/judge.ts';
import { LineSplitter } from '../../packages/conformance/src/line-splitter.ts';
import { readAnswer, readMessage } from '../../packages/conformance/src/read-answer.ts';

const MOST_AHEAD = 24;
const START_TIMEOUT_MS = 20_000;
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
 * Asks a port until an answer is not the expected one. Gives `{ case, how }` of what caught it, or null
 * when every answer was right. With `all` it goes on, and gives the list of the cases that failed.
 */
export function ask(port, questions, { timeoutMs = 5_000, env = {}, all = false } = {}) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [port], {
      stdio: ['pipe', 'pipe', 'ignore'],
      env: { ...process.env, NODE_COMPILE_CACHE: join(dirname(port), 'cache'), ...env },
    });
    const splitter = new LineSplitter();
    const failed = [];
    let [sent, heard, started, settled] = [0, 0, false, false];
    let timer = setTimeout(() => settle('hang'), START_TIMEOUT_MS);
    const settle = (how) => {
      if (settled) return;
      settled = true;
      clearTimeout(timer);
      if (how !== null) failed.push({ case: questions[heard]?.item.id ?? null, how });
      if (how !== null || !all) child.kill('SIGKILL');
      const result = all ? failed : (failed[0] ?? null);
      // The folder of the lane is written to next: nothing of this process may still read it.
      if (child.exitCode !== null || child.signalCode !== null) resolve(result);
      else child.once('close', () => resolve(result));
    };
    const send = () => {
      let text = '';
      for (; sent < questions.length && sent < heard + MOST_AHEAD; sent += 1) text += questions[sent].line;
      if (text !== '') child.stdin.write(text);
    };
    const hear = (line) => {
      clearTimeout(timer);
      timer = setTimeout(() => settle('hang'), timeoutMs);
      if (!started) {
        started = true;
        if (line.type !== 'line' || readMessage(line.text).message?.ok !== true) return settle('no start');
      } else {
        const status = statusOf(line, questions[heard]);
        if (status !== 'passed' && !all) return settle(status);
        if (status !== 'passed') failed.push({ case: questions[heard].item.id, how: status });
        heard += 1;
      }
      if (heard === questions.length) {
        if (all) child.stdin.end(STOP);
        return settle(null);
      }
      return send();
    };
    child.stdin.on('error', () => {});
    child.stdout.on('data', (chunk) => {
      for (const line of splitter.push(chunk)) if (!settled) hear(line);
    });
    child.on('error', () => settle('crash'));
    child.on('close', () => settle('crash'));
    child.stdin.write(START);
  });
}

function statusOf(line, { item, number }) {
  const reading = line.type === 'line' ? readMessage(line.text) : { ok: false };
  if (!reading.ok || reading.message.seq !== number + 1) return 'junk';
  return judge(item, readAnswer(reading.message)).status;
}
