import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { testContext } from '../../src/testing/index.ts';
import { handClock, workerThat } from '../samples.ts';

const never = () => new Promise<never>(() => {});
const in10s = testContext({ deadline: '2026-01-01T00:00:10.000Z' });
const soon = () => new Promise((resolve) => setTimeout(resolve, 5));
const timeout = { status: 'error', result: null, deny_reason: { code: 'WORKER_TIMEOUT' } };

const stray = vi.fn();
beforeEach(() => {
  stray.mockReset();
  process.on('unhandledRejection', stray);
});
afterEach(() => {
  process.off('unhandledRejection', stray);
});

describe('the deadline of the context', () => {
  test('The deadline ends a run that never settles, and aborts its signal after the answer is fixed.', async () => {
    const { clock, move, pending } = handClock();
    let signal: AbortSignal | undefined;
    const worker = workerThat(
      (_, given) => {
        signal = given.signal;
        return new Promise((resolve) => signal?.addEventListener('abort', () => resolve('too late')));
      },
      {},
      { clock },
    );
    const answer = worker.execute({ text: 'x' }, in10s);
    await soon();
    move(9999);
    expect(signal?.aborted).toBe(false);
    move(1);
    expect(await answer).toMatchObject({
      ...timeout,
      telemetry: [{ event_id: 'evt.worker.failed', reason: 'WORKER_TIMEOUT', duration_ms: 10_000 }],
      evidence: [{ result_hash: null, duration_ms: 10_000 }],
    });
    expect(signal?.aborted).toBe(true);
    expect(pending()).toBe(0);
  });

  test.each<[string, object]>([
    ['input', { input: { '~standard': { version: 1, vendor: 't', validate: never } } }],
    ['output', { output: { '~standard': { version: 1, vendor: 't', validate: never } } }],
  ])('The deadline ends a schema of the %s that never settles.', async (_, schemas) => {
    const { clock, move } = handClock();
    const answer = workerThat(() => 1, schemas, { clock }).execute({ text: 'x' }, in10s);
    await soon();
    move(10_000);
    expect(await answer).toMatchObject(timeout);
  });

  test.each<[string, (fail: () => void) => Promise<unknown>]>([
    [
      'rejection',
      (wait) =>
        new Promise((_, reject) => {
          lateAct = () => reject(new Error('late'));
          wait();
        }),
    ],
    [
      'result',
      (wait) =>
        new Promise((resolve) => {
          lateAct = () => resolve('late');
          wait();
        }),
    ],
  ])('A %s after the deadline goes nowhere.', async (_, run) => {
    const { clock, move } = handClock();
    const onError = vi.fn();
    const answer = workerThat(() => run(() => {}), { onError }, { clock }).execute({ text: 'x' }, in10s);
    await soon();
    move(10_000);
    const result = await answer;
    const before = structuredClone(result);
    lateAct();
    await soon();
    expect(result).toEqual(before);
    expect(stray).not.toHaveBeenCalled();
    expect(onError).not.toHaveBeenCalled();
  });

  test('A deadline that has already passed prevents the run.', async () => {
    const { clock, jump } = handClock();
    jump(10_000);
    const run = vi.fn();
    expect(await workerThat(run, {}, { clock }).execute({ text: 'x' }, in10s)).toMatchObject(timeout);
    expect(run).not.toHaveBeenCalled();
  });

  test('The deadline also applies to code that blocked the thread past it.', async () => {
    const { clock, jump } = handClock();
    const worker = workerThat(
      () => {
        jump(10_000);
        return 'late';
      },
      {},
      { clock },
    );
    expect(await worker.execute({ text: 'x' }, in10s)).toMatchObject(timeout);
    const failing = workerThat(
      () => {
        jump(10_000);
        throw new Error('late');
      },
      {},
      { clock },
    );
    expect(
      await failing.execute({ text: 'x' }, testContext({ deadline: '2026-01-01T00:00:15Z' })),
    ).toMatchObject(timeout);
  });

  test('An answer just before the deadline meets it, and no timer remains.', async () => {
    const { clock, jump, pending } = handClock();
    let signal: AbortSignal | undefined;
    const worker = workerThat(
      (_, given) => {
        signal = given.signal;
        jump(9999);
        return 'in time';
      },
      {},
      { clock },
    );
    expect(await worker.execute({ text: 'x' }, in10s)).toMatchObject({ status: 'ok', result: 'in time' });
    expect(pending()).toBe(0);
    expect(signal?.aborted).toBe(false);
  });
});

let lateAct = () => {};

describe('without a deadline', () => {
  test('Without a deadline a run ends after five minutes.', async () => {
    const { clock, move } = handClock();
    const answer = workerThat(never, {}, { clock }).execute({ text: 'x' }, testContext());
    await soon();
    move(299_999);
    expect(await Promise.race([answer, soon().then(() => 'running')])).toBe('running');
    move(1);
    expect(await answer).toMatchObject(timeout);
  });

  test('Without a deadline a run ends after the author’s maximum, which a later deadline does not extend.', async () => {
    for (const deadline of [null, '2026-01-02T00:00:00Z']) {
      const { clock, move } = handClock();
      const answer = workerThat(never, {}, { clock, maxDurationMs: 50 }).execute(
        { text: 'x' },
        testContext({ deadline }),
      );
      await soon();
      move(50);
      expect(await answer).toMatchObject(timeout);
    }
  });
});

test('The system clock ends a run too.', async () => {
  const deadline = new Date(Date.now() + 40).toISOString();
  expect(await workerThat(never).execute({ text: 'x' }, testContext({ deadline }))).toMatchObject(timeout);
});

test('A clock that is set back gives a duration of zero.', async () => {
  const { clock, jump } = handClock();
  const worker = workerThat(
    () => {
      jump(-5000);
      return 1;
    },
    {},
    { clock },
  );
  expect(await worker.execute({ text: 'x' }, testContext())).toMatchObject({
    status: 'ok',
    telemetry: [{ duration_ms: 0, timestamp: '2026-01-01T00:00:00.000Z' }],
    evidence: [{ finished_at: '2026-01-01T00:00:00.000Z' }],
  });
});
