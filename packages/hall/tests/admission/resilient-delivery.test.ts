import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { resilientDelivery, type WorkerLimits } from '../../src/admission/resilient-delivery.ts';
import type { Delivered, Delivery, DeliveryCall } from '../../src/delivery/delivery.ts';
import { ACME, answerOf, FakeDelivery, recordOf } from '../support/workers.ts';

const fine: Delivered = { status: 'ok', result: answerOf(1), code: null, duration_ms: 1 };
const failed = (code: string, status: Delivered['status'] = 'error'): Delivered => ({
  status,
  result: null,
  code,
  duration_ms: 1,
});
const callOf = (members: Partial<DeliveryCall> & { qos_class?: string } = {}): DeliveryCall => {
  const { qos_class = 'P2', ...others } = members;
  const context = { qos_class } as DeliveryCall['context'];
  return { context, request: {}, code_hash: null, permit: 'first', timeout_ms: 2_000, ...others };
};

let guarded: Delivery | undefined;
afterEach(() => guarded?.close());

function guard(
  answers: readonly (Delivered | Promise<Delivered>)[],
  idempotency: string,
  limits: WorkerLimits = {},
) {
  const fake = new FakeDelivery(recordOf(ACME, { idempotency: idempotency as never }));
  fake.answer = () => answers[Math.min(fake.calls.length - 1, answers.length - 1)] as Delivered;
  guarded = resilientDelivery(fake, limits);
  return { fake, delivery: guarded };
}

describe('a call that failed', () => {
  test.each(['full', 'partial', 'none'])(
    'is tried again where it certainly never started: %s',
    async (idempotency) => {
      const { fake, delivery } = guard([failed('DELIVERY_UNREACHABLE'), fine], idempotency);
      expect(await delivery.deliver(callOf())).toMatchObject({ status: 'ok', code: null });
      expect(fake.calls).toHaveLength(2);
    },
  );

  test.each([
    ['full', 3],
    ['partial', 1],
    ['none', 1],
  ])(
    'that may have started is tried again only where twice does no harm: %s, %i attempts',
    async (idempotency, attempts) => {
      const { fake, delivery } = guard([failed('DELIVERY_CRASHED')], idempotency);
      expect(await delivery.deliver(callOf())).toMatchObject({ code: 'DELIVERY_CRASHED' });
      expect(fake.calls).toHaveLength(attempts);
    },
  );

  test('has a new permit for each attempt', async () => {
    const { fake, delivery } = guard([failed('DELIVERY_CRASHED')], 'full');
    await delivery.deliver(callOf({ renew: (attempt) => `permit ${attempt}` }));
    expect(fake.calls.map(({ permit }) => permit)).toEqual(['first', 'permit 1', 'permit 2']);
  });

  test.each([
    ['its time is over', failed('DELIVERY_TIMEOUT', 'timeout')],
    ['no worker could be given it', failed('DELIVERY_CALL_TOO_LARGE')],
    ['its code is another', failed('DELIVERY_CODE_CHANGED')],
  ])('is not tried again where %s', async (_, first) => {
    const { fake, delivery } = guard([first, fine], 'full');
    expect(await delivery.deliver(callOf())).toMatchObject({ code: first.code });
    expect(fake.calls).toHaveLength(1);
  });

  test('that a worker answered is a result, whatever it says', async () => {
    const refusal: Delivered = { ...fine, status: 'error', result: answerOf(null, { status: 'error' }) };
    const { fake, delivery } = guard([refusal], 'full');
    expect(await delivery.deliver(callOf())).toMatchObject({ status: 'error', code: null });
    expect(fake.calls).toHaveLength(1);
  });
});

describe('a worker that keeps failing', () => {
  test('is left alone, says so, and is tried again after its rest', async () => {
    const { fake, delivery } = guard([failed('DELIVERY_CRASHED')], 'none', { failures: 3, cooldown_ms: 600 });
    for (let index = 0; index < 3; index += 1) {
      expect(delivery.isAvailable?.()).toBe(true);
      await delivery.deliver(callOf());
    }
    expect(delivery.isAvailable?.()).toBe(false);
    expect(await delivery.deliver(callOf())).toMatchObject({
      status: 'error',
      code: 'DELIVERY_CIRCUIT_OPEN',
    });
    expect(fake.calls).toHaveLength(3);
    await sleep(620);
    fake.answer = () => fine;
    expect(await delivery.deliver(callOf())).toMatchObject({ status: 'ok' });
    expect(delivery.isAvailable?.()).toBe(true);
  });

  test('is not judged by calls that no worker could take', async () => {
    const { delivery } = guard([failed('DELIVERY_CALL_TOO_LARGE')], 'none', { failures: 2 });
    for (let index = 0; index < 5; index += 1) await delivery.deliver(callOf());
    expect(delivery.isAvailable?.()).toBe(true);
  });
});

describe('calls that wait for a worker', () => {
  /** Answers one call after the other, when it is told to. */
  function stepwise(limits: WorkerLimits) {
    const fake = new FakeDelivery(recordOf(ACME));
    const waiting: (() => void)[] = [];
    fake.answer = () => new Promise((resolve) => waiting.push(() => resolve(fine)));
    const delivery = resilientDelivery(fake, limits);
    guarded = delivery;
    const step = async () => {
      waiting.shift()?.();
      await sleep(1);
    };
    return { fake, delivery, step };
  }

  test('are no more than it takes at a time, and the urgent ones go first', async () => {
    const { fake, delivery, step } = stepwise({ concurrency: 1 });
    const calls = ['P3', 'P3', 'P2', 'P0'].map((qos_class) => delivery.deliver(callOf({ qos_class })));
    await sleep(1);
    for (let index = 0; index < 4; index += 1) {
      expect(fake.calls).toHaveLength(index + 1);
      await step();
    }
    await Promise.all(calls);
    expect(fake.calls.map(({ context }) => context.qos_class)).toEqual(['P3', 'P0', 'P2', 'P3']);
  });

  test('are refused where too many of their class wait, and those of another class are not', async () => {
    const { delivery, step } = stepwise({ concurrency: 1, waiting: 1 });
    const calls = [delivery.deliver(callOf()), delivery.deliver(callOf())];
    await sleep(1);
    expect(await delivery.deliver(callOf())).toMatchObject({ code: 'DELIVERY_BUSY' });
    calls.push(delivery.deliver(callOf({ qos_class: 'P0' })));
    for (let index = 0; index < 3; index += 1) await step();
    expect((await Promise.all(calls)).map(({ status }) => status)).toEqual(['ok', 'ok', 'ok']);
  });

  test('end by their time limit or when they are withdrawn, without the worker having had them', async () => {
    const { fake, delivery, step } = stepwise({ concurrency: 1 });
    const first = delivery.deliver(callOf());
    const controller = new AbortController();
    const late = delivery.deliver(callOf({ timeout_ms: 20 }));
    const withdrawn = delivery.deliver(callOf({ signal: controller.signal }));
    await sleep(5);
    controller.abort();
    expect(await withdrawn).toMatchObject({ code: 'DELIVERY_WITHDRAWN' });
    expect(await late).toMatchObject({ status: 'timeout', code: 'DELIVERY_NO_TIME' });
    await step();
    expect(await first).toMatchObject({ status: 'ok' });
    expect(fake.calls).toHaveLength(1);
  });
});
