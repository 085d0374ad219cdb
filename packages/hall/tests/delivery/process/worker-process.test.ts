import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import type { DeliveryCall } from '../../../src/delivery/delivery.ts';
import type { PackageDeliveryOptions } from '../../../src/delivery/package/package-delivery.ts';
import {
  ALLOWED,
  abortedOnceBegun,
  callOf,
  hangingDispatch,
  openCasePackage,
  openPackage,
  resultOf,
  temporaryFolder,
} from '../support.ts';

/** A program that does what its request says for each line; `answer` and `say` write lines. */
const PROGRAM = `
import { spawn } from 'node:child_process';
import { closeSync, writeSync } from 'node:fs';
import { createInterface } from 'node:readline';
const good = { status: 'ok', result: process.pid, telemetry: [], evidence: [], deny_reason: null };
const say = (text, then) => process.stdout.write(text, then);
let last = null;
const acts = {
  good: (id) => say(JSON.stringify({ id, ...good }) + '\\n'),
  inexact: (id) => say(JSON.stringify({ id, ...good, result: 0 }).replace(':0', ':9007199254740993') + '\\n'),
  junk: () => say('Listening on port 80\\n'),
  array: () => say('[]\\n'),
  not_utf8: () => process.stdout.write(Buffer.from([0x22, 0xff, 0x22, 0x0a])),
  wrong_id: (id) => say(JSON.stringify({ id: id + '0', ...good }) + '\\n'),
  no_id: () => say(JSON.stringify(good) + '\\n'),
  old_id: (id) => say(JSON.stringify({ id: last, ...good }) + '\\n'),
  no_result: (id) => say(JSON.stringify({ id, status: 'ok' }) + '\\n'),
  more_members: (id) => say(JSON.stringify({ id, ...good, more: 1 }) + '\\n'),
  twice: (id) => say((JSON.stringify({ id, ...good }) + '\\n').repeat(2)),
  half: (id) => say(JSON.stringify({ id, ...good }).slice(0, 30), () => process.exit(0)),
  die: () => process.exit(3),
  kill: () => process.kill(process.pid, 'SIGKILL'),
  speak_and_die: () => process.stderr.write('s'.repeat(100_000) + 'last words', () => process.exit(1)),
  close_output: () => closeSync(1),
  endless: () => { for (;;) process.stdout.write('x'.repeat(65_536)); },
  spin: () => { for (;;); },
  hang: (id) => say(JSON.stringify({ dispatch: { id, seq: 0, asked: {} } }) + '\\n', () => setInterval(() => {}, 1000)),
  grow: () => { globalThis.held = []; setInterval(() => held.push(Buffer.alloc(8_000_000, 1)), 5); },
  child_grows: () => spawn(process.execPath, ['-e', 'const h = []; setInterval(() => h.push(Buffer.alloc(8e6, 1)), 5)'], { stdio: 'ignore' }),
  env: (id) => say(JSON.stringify({ id, ...good, result: process.env }) + '\\n'),
  cwd: (id) => say(JSON.stringify({ id, ...good, result: process.cwd() }) + '\\n'),
  leave_child: (id) => {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'inherit' });
    say(JSON.stringify({ id, ...good, result: child.pid }) + '\\n', () => process.exit(0));
  },
  blank: (id) => say('\\n\\r\\n \\t\\n' + JSON.stringify({ id, ...good }) + '\\r\\n\\n\\n'),
  blank_later: (id) => { acts.good(id); setTimeout(() => say('\\n\\n'), 20); },
  brackets: () => say('['.repeat(7_000_000) + '\\n'),
  lists: (id) => say('{"id":"' + id + '","result":[' + '[],'.repeat(2_000_000) + '[]]}\\n'),
  late: (id) => setTimeout(() => acts.good(id), 2_000),
  slowly: (id) => setTimeout(() => acts.good(id), 100),
  die_after: (id) => { acts.good(id); setTimeout(() => process.exit(5), 20); },
  deaf: (id) => {
    for (let seq = 0; seq < 12; seq += 1) writeSync(1, JSON.stringify({ dispatch: { id, seq, asked: {} } }) + '\\n');
    for (;;);
  },
  beg: (id) => { for (let seq = 0; seq < 80; seq += 1) say(JSON.stringify({ dispatch: { id, seq, asked: {} } }) + '\\n'); },
  bad_dispatch: (id) => say(JSON.stringify({ dispatch: { id, seq: 'x', asked: {} } }) + '\\n'),
  foreign_dispatch: () => say(JSON.stringify({ dispatch: { id: 'other', seq: 0, asked: {} } }) + '\\n'),
};
const heard = [];
for await (const line of createInterface({ input: process.stdin })) {
  const { id, request, context, dispatched, cancel } = JSON.parse(line);
  if (dispatched) {
    heard.push(dispatched.error?.code ?? 'answered');
    if (heard.length === 80) say(JSON.stringify({ id: last, ...good, result: heard }) + '\\n');
  } else if (!cancel) {
    if (request.act !== 'old_id') last = id;
    acts[request.act](id);
  }
}
`;

async function open(options: Partial<PackageDeliveryOptions> = {}) {
  const opened = await openPackage(PROGRAM, options);
  const deliver = (act: string, members: Partial<DeliveryCall> = {}) =>
    opened.delivery.deliver(callOf({ act }, { code_hash: opened.hash, ...members }));
  return { ...opened, deliver };
}

/** Whether a process is there and not just waiting to be forgotten. */
function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

test.each<[string, string, string]>([
  ['writes an integer that no double holds', 'inexact', 'DELIVERY_NUMBER_NOT_EXACT'],
  ['writes junk', 'junk', 'DELIVERY_JUNK'],
  ['writes a list', 'array', 'DELIVERY_JUNK'],
  ['writes what is no UTF-8', 'not_utf8', 'DELIVERY_JUNK'],
  ['asks for a dispatch without a number', 'bad_dispatch', 'DELIVERY_JUNK'],
  ['asks for a dispatch of another call', 'foreign_dispatch', 'DELIVERY_WRONG_ID'],
  ['answers with a wrong id', 'wrong_id', 'DELIVERY_WRONG_ID'],
  ['answers with the id of an earlier call', 'old_id', 'DELIVERY_WRONG_ID'],
  ['answers without an id', 'no_id', 'DELIVERY_WRONG_ID'],
  ['answers what is no result', 'no_result', 'DELIVERY_INVALID_RESULT'],
  ['answers with members that no result has', 'more_members', 'DELIVERY_INVALID_RESULT'],
  ['ends in the middle of a line', 'half', 'DELIVERY_HALF_LINE'],
  ['ends', 'die', 'DELIVERY_CRASHED'],
  ['is killed', 'kill', 'DELIVERY_CRASHED'],
  ['closes its output', 'close_output', 'DELIVERY_CRASHED'],
  ['writes without an end', 'endless', 'DELIVERY_ANSWER_TOO_LARGE'],
])('A worker that %s gives no result, and the next call gets a new process.', async (_, act, code) => {
  const { deliver } = await open({ limits: { processes: 1, answer_bytes: 100_000 } });
  const first = await deliver('good');
  expect(await deliver(act)).toMatchObject({ status: 'error', result: null, code });
  const next = await deliver('good');
  expect(next).toMatchObject({ status: 'ok' });
  expect(next.result?.result).not.toBe(first.result?.result);
});

test.each(['\u0085', '\u2028', '\u2029'])(
  'A request with %j stays one line for a worker that reads with readline, and so does the answer to its dispatch.',
  async (end) => {
    const { delivery, deliver, hash } = await open();
    const call = callOf({ act: 'good', text: `a${end}{"id":1}${end}b` }, { code_hash: hash });
    expect(await delivery.deliver(call)).toMatchObject({ status: 'ok' });
    const dispatch = async () => ({ decision: ALLOWED, result: resultOf(`a${end}b`) });
    expect((await deliver('beg', { dispatch })).result?.result).toHaveLength(80);
  },
);

test('An empty line in a worker’s output is skipped: around an answer, and between two calls.', async () => {
  const { deliver, ends } = await open({ limits: { processes: 1 } });
  const first = await deliver('good');
  for (const act of ['blank', 'blank_later', 'slowly', 'good']) {
    const next = await deliver(act);
    expect(next).toMatchObject({ status: 'ok' });
    expect(next.result?.result).toBe(first.result?.result);
  }
  expect(ends).toEqual([]);
});

test.each(['brackets', 'lists'])(
  'An answer of megabytes of %s is refused without blocking the Hall.',
  async (act) => {
    const { deliver } = await open({ limits: { processes: 1 } });
    await deliver('good');
    const before = process.memoryUsage().heapUsed;
    const parse = vi.spyOn(JSON, 'parse');
    expect(await deliver(act)).toMatchObject({ status: 'error', code: 'DELIVERY_JUNK' });
    // Its depth and its values are counted first: parsing it is what would block.
    expect(parse.mock.calls.filter(([text]) => text.length > 100_000)).toEqual([]);
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(100 * 1024 * 1024);
  },
);

test('One process handles one call after another, and stays warm.', async () => {
  const { deliver } = await open({ limits: { processes: 1 } });
  const [one, two] = await Promise.all([deliver('good'), deliver('good')]);
  const three = await deliver('good');
  expect(new Set([one, two, three].map(({ result }) => result?.result)).size).toBe(1);
});

test('A process is replaced after its maximum number of calls.', async () => {
  const { deliver } = await open({ limits: { processes: 1, calls: 2 } });
  const answers = [];
  for (let n = 0; n < 4; n += 1) answers.push((await deliver('good')).result?.result);
  const [one, two, three, four] = answers;
  expect([one, three]).toEqual([two, four]);
  expect(one).not.toBe(three);
});

test('Several processes handle calls at the same time, and no more than the limit allows.', async () => {
  const { deliver } = await open({ limits: { processes: 3 } });
  const answers = await Promise.all(Array.from({ length: 9 }, () => deliver('slowly')));
  expect(new Set(answers.map(({ result }) => result?.result)).size).toBe(3);
});

test('A second answer to one call ends the process and harms no other call.', async () => {
  const { deliver, ends } = await open({ limits: { processes: 1 } });
  expect(await deliver('twice')).toMatchObject({ status: 'ok' });
  expect(await deliver('good')).toMatchObject({ status: 'ok' });
  await vi.waitFor(() => expect(ends).toMatchObject([{ code: 'DELIVERY_JUNK' }]));
});

test('A process that ends between two calls is not given the second.', async () => {
  const { deliver, ends } = await open({ limits: { processes: 1 } });
  expect(await deliver('die_after')).toMatchObject({ status: 'ok' });
  await vi.waitFor(() => expect(ends).toMatchObject([{ code: null, exit_code: 5 }]));
  expect(await deliver('good')).toMatchObject({ status: 'ok' });
});

test('A late answer goes nowhere: the process is ended at the time limit.', async () => {
  const { deliver } = await open({ limits: { processes: 1 } });
  const first = await deliver('good');
  expect(await deliver('late', { timeout_ms: 500 })).toMatchObject({
    status: 'timeout',
    code: 'DELIVERY_TIMEOUT',
  });
  await vi.waitFor(() => expect(isAlive(first.result?.result as number)).toBe(false));
  const next = await deliver('late');
  expect(next).toMatchObject({ status: 'ok' });
  expect(next.result?.result).not.toBe(first.result?.result);
});

test('Code that never yields the thread is ended at the time limit.', async () => {
  const { deliver } = await open({ limits: { processes: 1 } });
  const first = await deliver('good');
  expect(await deliver('spin', { timeout_ms: 100 })).toMatchObject({ status: 'timeout' });
  await vi.waitFor(() => expect(isAlive(first.result?.result as number)).toBe(false));
});

test('A worker that ignores the cancellation of its call is ended after the grace period.', async () => {
  const patient = await open({ limits: { grace_ms: 600_000 } });
  const other = await patient.deliver('good');
  void patient.deliver('hang', abortedOnceBegun());
  const { deliver } = await open({ limits: { grace_ms: 100 } });
  const first = await deliver('good');
  const ending = await deliver('hang', abortedOnceBegun());
  expect(ending).toMatchObject({ status: 'unknown', code: 'DELIVERY_CANCELLED' });
  await vi.waitFor(() => expect(isAlive(first.result?.result as number)).toBe(false));
  expect(isAlive(other.result?.result as number)).toBe(true);
});

test('A worker that dies of a cancelled call counts as cancelled.', async () => {
  const dying = PROGRAM.replace('} else if (!cancel) {', '} else if (cancel) process.exit(1); else {');
  const { delivery, hash } = await openPackage(dying);
  const call = callOf({ act: 'hang' }, { code_hash: hash, ...abortedOnceBegun() });
  expect(await delivery.deliver(call)).toMatchObject({ status: 'unknown', code: 'DELIVERY_CANCELLED' });
});

test('A process whose call was cancelled is not used again, whatever it answered.', async () => {
  const { delivery, hash } = await openCasePackage({ limits: { processes: 1 } });
  const deliver = (act: string, members: Partial<DeliveryCall> = {}) =>
    delivery.deliver(callOf({ act }, { code_hash: hash, ...members }));
  const first = await deliver('pid');
  const ending = await deliver('ask', abortedOnceBegun());
  expect(ending.result?.deny_reason?.code).toBe('WORKER_CANCELLED');
  expect((await deliver('pid')).result?.result).not.toBe(first.result?.result);
});

test.each(['grow', 'child_grows'])('A worker that uses too much memory is ended: %s.', async (act) => {
  const { deliver } = await open({ limits: { memory_mb: 150 } });
  expect(await deliver('good')).toMatchObject({ status: 'ok' });
  expect(await deliver(act)).toMatchObject({ status: 'error', code: 'DELIVERY_MEMORY' });
});

test('A child process that a worker leaves behind ends with it.', async () => {
  const { deliver } = await open();
  const { result } = await deliver('leave_child');
  await vi.waitFor(() => expect(isAlive(result?.result as number)).toBe(false));
});

test('A worker that dispatches and does not read the answer is ended.', async () => {
  const { deliver } = await open();
  // The twelve for which it asks are together more than what may lie unread.
  const answer = { decision: ALLOWED, result: resultOf('x'.repeat(7_000_000)) };
  expect(await deliver('deaf', { dispatch: async () => answer })).toMatchObject({
    status: 'error',
    code: 'DELIVERY_NOT_READING',
  });
});

test('A worker gets answers to no more chained dispatches than its call is allowed.', async () => {
  const { deliver } = await open();
  const dispatch = async () => ({ decision: ALLOWED, result: null });
  const heard = (await deliver('beg', { dispatch })).result?.result as string[];
  expect(heard.toSorted()).toEqual([
    ...Array.from({ length: 16 }, () => 'DISPATCH_TOO_MANY'),
    ...Array.from({ length: 64 }, () => 'answered'),
  ]);
});

test('An answer that no worker could read is not sent to it.', async () => {
  const { delivery, hash } = await openCasePackage();
  const dispatch = async () => ({ decision: ALLOWED, result: resultOf('x'.repeat(9_000_000)) });
  const { result } = await delivery.deliver(
    callOf({ act: 'ask_unheard', text: 'cap.doc.hash' }, { code_hash: hash, dispatch }),
  );
  expect(result?.result).toContain('DISPATCH_TOO_LARGE');
});

test('A worker has the environment that is configured and nothing of the Hall’s.', async () => {
  const store = await temporaryFolder();
  const { deliver } = await open({
    env: { LANGUAGE_OF_ACME: 'en' },
    permits: { hall_keys: ['a'.repeat(64), 'b'.repeat(64)], store },
  });
  expect((await deliver('env')).result?.result).toEqual({
    LANGUAGE_OF_ACME: 'en',
    WCP_HALL_PUBLIC_KEY: `${'a'.repeat(64)},${'b'.repeat(64)}`,
    WCP_PERMIT_STORE: join(store, 'org.test.case-worker.one'),
  });
  expect((await (await open()).deliver('env')).result?.result).toEqual({});
});

test('A worker’s last words go to the operator, truncated, and into no answer.', async () => {
  const { deliver, ends } = await open();
  const ending = await deliver('speak_and_die');
  expect(ending).toMatchObject({ code: 'DELIVERY_CRASHED' });
  expect(JSON.stringify(ending)).not.toContain('last words');
  expect(ends).toMatchObject([
    { worker_id: 'org.test.case-worker.one', code: 'DELIVERY_CRASHED', exit_code: 1, signal: null },
  ]);
  expect(ends[0]?.stderr).toMatch(/s{8000,}last words$/);
  expect(ends[0]?.stderr).toHaveLength(8_192);
  expect(ends[0]?.stderr_bytes).toBe(100_010);
});

test('A log that fails does not fail the call.', async () => {
  const { deliver } = await open({
    log: () => {
      throw new Error('full');
    },
  });
  expect(await deliver('die')).toMatchObject({ code: 'DELIVERY_CRASHED' });
});

test('A program that cannot be started has run nothing.', async () => {
  for (const command of [['/nowhere/program'], ['a\0b'], [''], []]) {
    const { deliver } = await open({ run: { command } });
    expect(await deliver('good')).toMatchObject({ status: 'error', code: 'DELIVERY_START_FAILED' });
  }
});

test('A program that does not exist ends before it answers.', async () => {
  const { deliver } = await open({ run: { program: 'other.mjs' } });
  expect(await deliver('good')).toMatchObject({ status: 'error', code: 'DELIVERY_CRASHED' });
});

test('A process that has been idle for too long ends.', async () => {
  const { deliver, ends } = await open({ limits: { idle_ms: 100 } });
  const { result } = await deliver('good');
  await vi.waitFor(() => expect(isAlive(result?.result as number)).toBe(false));
  await vi.waitFor(() => expect(ends).toMatchObject([{ code: null, exit_code: 0 }]));
  expect(await deliver('good')).toMatchObject({ status: 'ok' });
});

test('Excess calls do not wait, and one whose time runs out while it waits never ran.', async () => {
  const { deliver } = await open({ limits: { processes: 1, waiting: 1 } });
  await deliver('good');
  const controller = new AbortController();
  const running = deliver('slowly');
  const waiting = deliver('good', { timeout_ms: 30 });
  expect(await deliver('good')).toMatchObject({ status: 'error', code: 'DELIVERY_BUSY' });
  expect(await waiting).toMatchObject({ status: 'timeout', code: 'DELIVERY_NO_TIME' });
  const withdrawn = deliver('good', { signal: controller.signal });
  controller.abort();
  expect(await withdrawn).toMatchObject({ status: 'error', code: 'DELIVERY_WITHDRAWN' });
  expect(await running).toMatchObject({ status: 'ok' });
});

test('Closing the delivery ends its processes, those with a call and those without.', async () => {
  const { delivery, deliver, ends } = await open({ limits: { processes: 2 } });
  const [one, two] = await Promise.all([deliver('slowly'), deliver('slowly')]);
  const { dispatch, hasBegun } = hangingDispatch();
  const running = deliver('hang', { dispatch });
  await hasBegun;
  await delivery.close();
  expect(await running).toMatchObject({ status: 'unknown', code: 'DELIVERY_INTERRUPTED' });
  for (const { result } of [one, two]) expect(isAlive(result?.result as number)).toBe(false);
  expect(ends).toHaveLength(2);
});

test('A call that is larger than a worker reads is not given to it.', async () => {
  const { delivery, hash } = await openCasePackage();
  const call = callOf({ act: 'echo', text: 'x'.repeat(9_000_000) }, { code_hash: hash });
  expect(await delivery.deliver(call)).toMatchObject({ code: 'DELIVERY_CALL_TOO_LARGE' });
});

test('A Node program loads the code of its package and no other.', async () => {
  const outside = await temporaryFolder();
  writeFileSync(join(outside, 'found.mjs'), 'export const found = 1;');
  const load = (specifier: string) => `await import(${JSON.stringify(specifier)});\n${PROGRAM}`;
  for (const specifier of [join(outside, 'found.mjs'), '../../found.mjs', 'found-by-accident']) {
    const { delivery, hash, snapshots, ends } = await openPackage(load(specifier));
    const { mkdir, writeFile } = await import('node:fs/promises');
    await mkdir(join(snapshots, 'node_modules/found-by-accident'), { recursive: true });
    await writeFile(join(snapshots, 'node_modules/found-by-accident/index.js'), 'module.exports = 1;');
    await writeFile(join(snapshots, '../found.mjs'), 'export const found = 1;');
    expect(await delivery.deliver(callOf({ act: 'good' }, { code_hash: hash }))).toMatchObject({
      code: 'DELIVERY_CRASHED',
    });
    expect(ends[0]?.stderr).toContain('loads code from outside of its package');
  }
  const { delivery, hash } = await openPackage(load('node:sqlite'));
  expect(await delivery.deliver(callOf({ act: 'good' }, { code_hash: hash }))).toMatchObject({
    status: 'ok',
  });
});
