import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { SERVER, serverEnv } from '../support/mcp/served-gateway.ts';
import { PROGRAM, scratch } from '../support/support.ts';

/** Far more than what may be unread: on a busy machine, calls are read for as long as their answers are not there yet. */
const CALLS = 150;
const BYTES = 1_000_000;

/** `wcp mcp serve` with one server, and a client that decides itself when it reads. */
async function serve() {
  const dir = join(scratch(), 'gateway');
  mkdirSync(dir);
  const server = { command: process.execPath, args: [SERVER], env: serverEnv(dir, 'stdio-old') };
  const settings = { servers: { odd: { ...server, trust: 'annotations' } }, prefix: false };
  writeFileSync(join(dir, 'mcp.json'), JSON.stringify(settings));
  const env = { PATH: process.env['PATH'] ?? '', HOME: dir };
  const child = spawn(process.execPath, [PROGRAM, 'mcp', 'serve', dir], { env });
  onTestFinished(() => void child.kill('SIGKILL'));
  let log = '';
  child.stderr.on('data', (chunk) => {
    log += chunk;
  });
  await expect.poll(() => log, { timeout: 30_000 }).toContain('served');
  const say = (message: object) => child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
  const called = () => readFileSync(join(dir, 'stdio-old.log'), 'utf8').split('\n').length - 1;
  const clientInfo = { name: 'raw', version: '1' };
  say({
    id: 0,
    method: 'initialize',
    params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo },
  });
  say({ method: 'notifications/initialized' });
  const ask = (id: number) =>
    say({
      id,
      method: 'tools/call',
      params: { name: 'stdio-old-big', arguments: { bytes: BYTES, key: `${id}` } },
    });
  return { child, ask, called };
}

test('A client over a pipe that stops to read is not read either; once it reads again, it gets every answer.', async () => {
  const { child, ask, called } = await serve();
  let sent = 0;
  do {
    sent += 1;
    ask(sent);
  } while (sent < CALLS && (await reaches(called, sent)));
  // Some 16 MiB may be unread, beside what the pipe holds and the answers of the calls that were read before.
  expect(called()).toBeGreaterThan(15);
  expect(called()).toBeLessThan(CALLS);
  let answers = '';
  child.stdout.setEncoding('latin1').on('data', (chunk: string) => {
    answers += chunk.replaceAll(/x{100,}/g, '');
  });
  await expect.poll(() => answers.split('\n').length - 1, { timeout: 30_000 }).toBe(sent + 1);
  const ids = answers
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line).id);
  expect(ids.sort((a, b) => a - b)).toEqual(Array.from({ length: sent + 1 }, (_, id) => id));
  expect(called()).toBe(sent);
  child.stdin.end();
  expect(await once(child, 'exit')).toEqual([0, null]);
});

test.each([
  ['is told to stop', ({ child }: Serving) => void child.kill('SIGTERM')],
  ['has no more input', ({ child }: Serving) => void child.stdin.end()],
])('A gateway that %s ends, also while its client keeps the pipe open and reads nothing.', async (_, end) => {
  const serving = await serve();
  for (let id = 1; id <= 3; id += 1) serving.ask(id);
  expect(await reaches(serving.called, 3)).toBe(true);
  end(serving);
  expect(await once(serving.child, 'exit')).toEqual([0, null]);
});

type Serving = Awaited<ReturnType<typeof serve>>;

/** Whether a count comes to what it should, before it has stood still for long. */
async function reaches(count: () => number, wanted: number): Promise<boolean> {
  for (let wait = 0; wait < 300; wait += 1) {
    if (count() >= wanted) return true;
    await sleep(10);
  }
  return false;
}
