import { describe, expect, test } from 'vitest';
import { testContext } from '../../../src/testing/index.ts';
import { exitOf, startWorker } from '../served-program.ts';

/** For what a loaded machine takes long to do. */
const PATIENT = { timeout: 30_000 };

const call = (id: unknown, act: string, text = '') => ({
  id,
  context: testContext(),
  request: { act, text },
});
const answered = (id: unknown, seq: number, result: unknown) => ({
  dispatched: {
    id,
    seq,
    answer: {
      decision: { outcome: result === null ? 'DENY' : 'DISPATCH' },
      result: result === null ? null : { status: 'ok', result },
    },
  },
});
const cancelled = { status: 'error', result: null, deny_reason: { code: 'WORKER_CANCELLED' } };

describe('a line that cancels a call', () => {
  test('A running call that is cancelled is answered immediately, its code is notified, and the next call is served.', async () => {
    const worker = startWorker(['--stdio']);
    let stderr = '';
    worker.child.stderr.on('data', (text) => {
      stderr += text;
    });
    worker.say(call({ n: [1] }, 'until_cancelled'));
    worker.say({ cancel: 'another' });
    worker.say(call(2, 'echo', 'next'));
    await expect.poll(() => stderr, PATIENT).toContain('it runs\n');
    worker.say({ cancel: { n: [1] } });
    expect(await worker.hear()).toMatchObject({ id: { n: [1] }, ...cancelled });
    expect(await worker.hear()).toMatchObject({ id: 2, status: 'ok' });
    worker.child.stdin.end();
    expect(await exitOf(worker)).toBe(0);
    expect(stderr).toBe('it runs\nit was cancelled\n');
  });

  test('A waiting call that is cancelled never runs, and is answered in its place.', async () => {
    const worker = startWorker(['--stdio']);
    worker.say(call(1, 'slow'));
    worker.say(call(2, 'echo'));
    worker.say(call(3, 'echo'));
    worker.say({ cancel: 2 });
    expect(await worker.hear()).toMatchObject({ id: 1, status: 'ok' });
    expect(await worker.hear()).toMatchObject({ id: 2, ...cancelled });
    expect(await worker.hear()).toMatchObject({ id: 3, status: 'ok' });
  });

  test('Cancelling a call that is over or never existed is ignored.', async () => {
    const worker = startWorker(['--stdio']);
    worker.say(call(1, 'echo'));
    expect(await worker.hear()).toMatchObject({ id: 1 });
    for (const id of [1, 2, null]) worker.say({ cancel: id });
    worker.say(call(3, 'echo'));
    expect(await worker.hear()).toMatchObject({ id: 3, status: 'ok' });
  });
});

describe('a call that dispatches', () => {
  test('A call may dispatch one request after another or several at once, and each gets its own answer.', async () => {
    const worker = startWorker(['--stdio']);
    worker.say(call('a', 'dispatch', 'cap.one cap.two cap.three'));
    const asked = [await worker.hear(), await worker.hear(), await worker.hear()];
    expect(asked).toEqual(
      ['cap.one', 'cap.two', 'cap.three'].map((capability_id, seq) => ({
        dispatch: { id: 'a', seq, asked: { capability_id } },
      })),
    );
    worker.say(answered('a', 2, 'third'));
    worker.say(answered('a', 0, 'first'));
    worker.say(answered('b', 1, 'of another call'));
    worker.say(answered('a', 7, 'that nobody asked for'));
    worker.say(answered('a', 1, null));
    expect(await worker.hear()).toMatchObject({
      id: 'a',
      status: 'ok',
      result: [
        ['DISPATCH', 'first'],
        ['DENY', null],
        ['DISPATCH', 'third'],
      ],
    });
  });

  test('A call that dispatches gets an error for a missing or malformed answer.', async () => {
    const worker = startWorker(['--stdio']);
    worker.say(call(1, 'dispatch', 'cap.one cap.two cap.three'));
    for (let n = 0; n < 3; n += 1) await worker.hear();
    worker.say({ dispatched: { id: 1, seq: 0, error: { code: 'DISPATCH_TOO_MANY', message: 'No more.' } } });
    worker.say({ dispatched: { id: 1, seq: 1, answer: { result: null } } });
    worker.say({ dispatched: { id: 1, seq: 2 } });
    expect((await worker.hear()).result).toEqual([
      'ERR_WCP_WORKER No more. (DISPATCH_TOO_MANY)',
      expect.stringMatching(/^ERR_WCP_WORKER The Hall’s answer/),
      expect.stringMatching(/^ERR_WCP_WORKER The Hall’s answer/),
    ]);
  });

  test('A call that dispatches gets an error once its input has ended, or if the call has no id.', async () => {
    const worker = startWorker(['--stdio']);
    const { id: _, ...nameless } = call(1, 'dispatch', 'cap.one');
    worker.say(nameless);
    expect((await worker.hear()).result).toEqual([
      expect.stringMatching(/^ERR_WCP_WORKER This call did not come from a Hall/),
    ]);
    worker.say(call(2, 'dispatch', 'cap.one'));
    worker.say(call(3, 'dispatch', 'cap.two'));
    await worker.hear();
    worker.child.stdin.end();
    const unheard = [expect.stringMatching(/^ERR_WCP_WORKER The input has ended/)];
    expect(await worker.hear()).toMatchObject({ id: 2, result: unheard });
    expect(await worker.hear()).toMatchObject({ id: 3, result: unheard });
    expect(await exitOf(worker)).toBe(0);
  });
});

test('An unknown message gets an error, in its place.', async () => {
  const worker = startWorker(['--stdio']);
  for (const word of [{ dispatched: 7 }, { dispatched: { id: 1 } }, { cancel: 1, dispatched: {} }]) {
    worker.say(word);
    expect(await worker.hear()).toMatchObject({ deny_reason: { code: 'WORKER_INVALID_LINE' } });
  }
});

test('Calls that arrive faster than they are served are all answered, in order.', async () => {
  const worker = startWorker(['--stdio']);
  const text = 'x'.repeat(1_000_000);
  worker.say(call(0, 'slow'));
  for (let id = 1; id < 30; id += 1) worker.say(call(id, 'echo', text));
  for (let id = 0; id < 30; id += 1) expect((await worker.hear()).id).toBe(id);
});

test('A line holds no character that some readers take for its end.', async () => {
  const worker = startWorker(['--stdio']);
  let output = '';
  worker.child.stdout.on('data', (chunk) => {
    output += chunk;
  });
  const text = 'a\u0085b\u2028c\u2029d';
  worker.say(call(text, 'echo', text));
  expect(await worker.hear()).toMatchObject({ id: text, status: 'ok', result: { text } });
  expect(output).toMatch(/a\\u0085b\\u2028c\\u2029d/);
  expect(output).not.toMatch(/[\u0085\u2028\u2029]/);
  worker.child.stdin.end();
  expect(await exitOf(worker)).toBe(0);
});

test('A line of nothing but spaces, tabs and carriage returns is skipped.', async () => {
  const worker = startWorker(['--stdio']);
  for (const blank of ['', '\r', ' \t\r']) worker.say(blank);
  worker.say(call('first', 'echo', 'a'));
  worker.say(' ');
  worker.say(call('second', 'echo', 'b'));
  expect(await worker.hear()).toMatchObject({ id: 'first', status: 'ok' });
  expect(await worker.hear()).toMatchObject({ id: 'second', status: 'ok' });
  worker.child.stdin.end();
  expect(await exitOf(worker)).toBe(0);
});
