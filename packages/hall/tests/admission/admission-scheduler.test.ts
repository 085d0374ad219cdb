import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test, vi } from 'vitest';
import {
  type AdmissionLimits,
  AdmissionScheduler,
  type WorkerLimits,
} from '../../src/admission/admission-scheduler.ts';
import { resilientDelivery } from '../../src/admission/resilient-delivery.ts';
import type { Delivered, DeliveryCall } from '../../src/delivery/delivery.ts';
import { ACME, answerOf, FakeDelivery, recordOf } from '../support/workers.ts';

/** Lets everything happen that waits for nothing but its turn. */
const settled = () => sleep(1);

/** Dispatches that end when they are told to, by their names in the order of their start. */
function stepwise(tenants: AdmissionLimits['tenants'] = {}) {
  const scheduler = new AdmissionScheduler({ tenants });
  const started: string[] = [];
  const ends: (() => void)[] = [];
  const run = (tenant_id: unknown, qos_class: unknown, name: string, signal?: AbortSignal) =>
    scheduler.run({ tenant_id, qos_class, signal }, () => {
      started.push(name);
      return new Promise<string>((resolve) => ends.push(() => resolve(name)));
    });
  const step = async () => {
    ends.shift()?.();
    await settled();
  };
  return { scheduler, started, run, step };
}

describe('dispatches of tenants', () => {
  test('A busy tenant keeps no other tenant waiting.', async () => {
    const { started, run, step } = stepwise({ concurrency: 1 });
    const all = [run('a', 'P2', 'a1'), run('a', 'P2', 'a2'), run('b', 'P3', 'b1')];
    await settled();
    expect(started).toEqual(['a1', 'b1']);
    for (let index = 0; index < 3; index += 1) await step();
    expect(await Promise.all(all)).toEqual(['a1', 'a2', 'b1']);
  });

  test('Within a tenant the more urgent dispatches begin first.', async () => {
    const { started, run, step } = stepwise({ concurrency: 1 });
    const all = [run('a', 'P2', 'first'), run('a', 'P3', 'background'), run('a', 'P0', 'urgent')];
    for (let index = 0; index < 3; index += 1) {
      await settled();
      await step();
    }
    await Promise.all(all);
    expect(started).toEqual(['first', 'urgent', 'background']);
  });

  test('When too many dispatches of a class wait, the next one of that class is refused and one of another class is not.', async () => {
    const { run, step } = stepwise({ concurrency: 1, waiting: 1 });
    const all = [run('a', 'P2', 'runs'), run('a', 'P2', 'waits')];
    await settled();
    await expect(run('a', 'P2', 'one too many')).rejects.toMatchObject({ code: 'RATE_LIMITED' });
    all.push(run('a', 'P0', 'urgent'));
    for (let index = 0; index < 3; index += 1) await step();
    expect((await Promise.all(all)).sort()).toEqual(['runs', 'urgent', 'waits']);
  });

  test('A dispatch that fails frees its place.', async () => {
    const { scheduler, run, step } = stepwise({ concurrency: 1 });
    const failing = scheduler.run({ tenant_id: 'a', qos_class: 'P2' }, () => Promise.reject(new Error('no')));
    await expect(failing).rejects.toThrow('no');
    const next = run('a', 'P2', 'next');
    await settled();
    await step();
    expect(await next).toBe('next');
  });

  test('A tenant that may not have dispatches waiting still runs as many as its limit allows.', async () => {
    const { started, run, step } = stepwise({ concurrency: 2, waiting: 0 });
    const all = [run('a', 'P2', 'one'), run('a', 'P2', 'two')];
    await expect(run('a', 'P2', 'three')).rejects.toMatchObject({ code: 'RATE_LIMITED' });
    expect(started).toEqual(['one', 'two']);
    for (let index = 0; index < 2; index += 1) await step();
    expect(await Promise.all(all)).toEqual(['one', 'two']);
  });

  test('A caller that aborts while it waits frees its place, and its dispatch never begins.', async () => {
    const { started, run, step } = stepwise({ concurrency: 1, waiting: 1 });
    const aborted = new AbortController();
    const first = run('a', 'P2', 'first');
    const waiting = run('a', 'P2', 'aborted', aborted.signal);
    const outcome = expect(waiting).rejects.toThrow('the caller left');
    await settled();
    aborted.abort(new Error('the caller left'));
    await outcome;
    const next = run('a', 'P2', 'next');
    await step();
    await step();
    expect(await Promise.all([first, next])).toEqual(['first', 'next']);
    expect(started).toEqual(['first', 'next']);
  });

  test('A dispatch that has begun keeps its place until it ends, whether its caller aborts or not.', async () => {
    const { started, run, step } = stepwise({ concurrency: 1 });
    const aborted = new AbortController();
    const first = run('a', 'P2', 'first', aborted.signal);
    const second = run('a', 'P2', 'second');
    await settled();
    aborted.abort();
    await settled();
    expect(started).toEqual(['first']);
    await step();
    expect(await first).toBe('first');
    expect(started).toEqual(['first', 'second']);
    await step();
    expect(await second).toBe('second');
  });

  test('A caller that aborts while more urgent dispatches hold it back never begins.', async () => {
    const { started, run, step } = stepwise();
    const aborted = new AbortController();
    const all = [run('a', 'P0', 'urgent'), run('b', 'P3', 'background')];
    const heldBack = run('c', 'P3', 'held back', aborted.signal);
    const outcome = expect(heldBack).rejects.toThrow();
    await settled();
    expect(started).toEqual(['urgent', 'background']);
    aborted.abort();
    await step();
    await step();
    await Promise.all([...all, outcome]);
    expect(started).toEqual(['urgent', 'background']);
  });

  test('A class that the protocol does not know is the least urgent one.', async () => {
    const { started, run, step } = stepwise({ concurrency: 1 });
    const all = [run('a', 'P2', 'first'), run('a', 'nonsense', 'unknown'), run('a', 'P2', 'known')];
    for (let index = 0; index < 3; index += 1) {
      await settled();
      await step();
    }
    await Promise.all(all);
    expect(started).toEqual(['first', 'known', 'unknown']);
  });

  test('Across tenants, background dispatches begin one by one while an urgent one is under way.', async () => {
    const { started, run, step } = stepwise();
    const all = [run('a', 'P0', 'urgent'), run('b', 'P3', 'b'), run('c', 'P3', 'c')];
    await settled();
    expect(started).toEqual(['urgent', 'b']);
    for (let index = 0; index < 2; index += 1) await step();
    await vi.waitFor(() => expect(started).toEqual(['urgent', 'b', 'c']));
    await step();
    await Promise.all(all);
  });
});

describe('calls that wait for a worker', () => {
  const fine: Delivered = { status: 'ok', result: answerOf(1), code: null, duration_ms: 1 };
  let scheduler: AdmissionScheduler;
  afterEach(() => scheduler.close());

  /** Answers one call after another, when it is told to. */
  function worker(limits: WorkerLimits) {
    const fake = new FakeDelivery(recordOf(ACME));
    const waiting: (() => void)[] = [];
    fake.answer = () => new Promise((resolve) => waiting.push(() => resolve(fine)));
    scheduler = new AdmissionScheduler({ workers: new Map([[ACME, limits]]) });
    const delivery = resilientDelivery(fake, limits);
    const deliver = (members: Partial<DeliveryCall> & { qos_class?: string } = {}) => {
      const { qos_class = 'P2', ...others } = members;
      const context = { qos_class } as DeliveryCall['context'];
      const call = { context, request: {}, code_hash: null, permit: 'first', timeout_ms: 2_000, ...others };
      return scheduler.deliver(delivery, call);
    };
    const step = async () => {
      waiting.shift()?.();
      await settled();
    };
    return { fake, deliver, step };
  }

  test('A worker has no more simultaneous calls than it accepts, and the urgent ones go first.', async () => {
    const { fake, deliver, step } = worker({ concurrency: 1 });
    const calls = ['P3', 'P3', 'P2', 'P0'].map((qos_class) => deliver({ qos_class }));
    await settled();
    for (let index = 0; index < 4; index += 1) {
      expect(fake.calls).toHaveLength(index + 1);
      await step();
    }
    await Promise.all(calls);
    expect(fake.calls.map(({ context }) => context.qos_class)).toEqual(['P3', 'P0', 'P2', 'P3']);
  });

  test('When too many calls of a class wait for a worker, the next one of that class is refused and one of another class is not.', async () => {
    const { deliver, step } = worker({ concurrency: 1, waiting: 1 });
    const calls = [deliver(), deliver()];
    await settled();
    expect(await deliver()).toMatchObject({ code: 'DELIVERY_BUSY' });
    calls.push(deliver({ qos_class: 'P0' }));
    for (let index = 0; index < 3; index += 1) await step();
    expect((await Promise.all(calls)).map(({ status }) => status)).toEqual(['ok', 'ok', 'ok']);
  });

  test('A call that is withdrawn or runs out of time while it waits never reaches the worker.', async () => {
    const { fake, deliver, step } = worker({ concurrency: 1 });
    const first = deliver();
    const controller = new AbortController();
    const late = deliver({ timeout_ms: 20 });
    const withdrawn = deliver({ signal: controller.signal });
    await settled();
    controller.abort();
    expect(await withdrawn).toMatchObject({ code: 'DELIVERY_WITHDRAWN' });
    expect(await late).toMatchObject({ status: 'timeout', code: 'DELIVERY_NO_TIME' });
    await step();
    expect(await first).toMatchObject({ status: 'ok' });
    expect(fake.calls).toHaveLength(1);
  });

  test('Only the transport says how a call that it was given ended, and only then is the place free.', async () => {
    const { fake, deliver, step } = worker({ concurrency: 1 });
    const first = deliver();
    const controller = new AbortController();
    const second = deliver({ signal: controller.signal, timeout_ms: 50 });
    const third = deliver();
    await settled();
    await step();
    await first;
    expect(fake.calls).toHaveLength(2);
    controller.abort();
    await sleep(60);
    // Aborted and out of time, but with the worker: nobody else may have its place.
    expect(fake.calls).toHaveLength(2);
    await step();
    expect(await second).toMatchObject({ status: 'ok', code: null });
    await step();
    expect(await third).toMatchObject({ status: 'ok' });
  });

  test('A call that waited has only the rest of its time limit.', async () => {
    const { fake, deliver, step } = worker({ concurrency: 1 });
    const calls = [deliver(), deliver({ timeout_ms: 60_000 })];
    await sleep(20);
    await step();
    expect(fake.calls[1]?.timeout_ms).toBeLessThan(59_990);
    await step();
    await Promise.all(calls);
  });

  test('A chained call that would wait for its own ancestor is refused.', async () => {
    const { deliver, step } = worker({ concurrency: 1 });
    const outer = deliver();
    await settled();
    expect(await deliver({ ancestors: [ACME] })).toMatchObject({ code: 'DELIVERY_BUSY' });
    await step();
    await outer;
  });

  test('Calls that still wait when the Hall closes end without having run.', async () => {
    const { fake, deliver, step } = worker({ concurrency: 1 });
    const first = deliver();
    const waiting = deliver();
    await settled();
    scheduler.close();
    expect(await waiting).toMatchObject({ code: 'DELIVERY_CLOSED' });
    await step();
    expect(await first).toMatchObject({ status: 'ok' });
    expect(fake.calls).toHaveLength(1);
  });
});
