import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import type { CircuitLimits } from '../../src/admission/circuit.ts';
import { resilientDelivery } from '../../src/admission/resilient-delivery.ts';
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
  limits: CircuitLimits = {},
) {
  const fake = new FakeDelivery(recordOf(ACME, { idempotency: idempotency as never }));
  fake.answer = () => answers[Math.min(fake.calls.length - 1, answers.length - 1)] as Delivered;
  guarded = resilientDelivery(fake, limits);
  return { fake, delivery: guarded };
}

describe('a call that failed', () => {
  test.each(['full', 'partial', 'none'])(
    'A call that certainly never started is tried again, with idempotency %s as well.',
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
    'A call that may have started is tried again only where a repeat does no harm: idempotency %s means %i attempts.',
    async (idempotency, attempts) => {
      const { fake, delivery } = guard([failed('DELIVERY_CRASHED')], idempotency);
      expect(await delivery.deliver(callOf())).toMatchObject({ code: 'DELIVERY_CRASHED' });
      expect(fake.calls).toHaveLength(attempts);
    },
  );

  test('Each attempt has a new permit.', async () => {
    const { fake, delivery } = guard([failed('DELIVERY_CRASHED')], 'full');
    await delivery.deliver(callOf({ renew: (attempt) => `permit ${attempt}` }));
    expect(fake.calls.map(({ permit }) => permit)).toEqual(['first', 'permit 1', 'permit 2']);
  });

  test.each([
    ['its time is over', failed('DELIVERY_TIMEOUT', 'timeout')],
    ['no worker could be given it', failed('DELIVERY_CALL_TOO_LARGE')],
    ['its code is another', failed('DELIVERY_CODE_CHANGED')],
    ['what it asks for is too long an answer', failed('DELIVERY_ANSWER_TOO_LARGE')],
    ['what it asks for has a number that no double holds', failed('DELIVERY_NUMBER_NOT_EXACT')],
  ])('A call is not tried again where %s.', async (_, first) => {
    const { fake, delivery } = guard([first, fine], 'full');
    expect(await delivery.deliver(callOf())).toMatchObject({ code: first.code });
    expect(fake.calls).toHaveLength(1);
  });

  test.each([
    ['DELIVERY_LOST', 'unknown', 'DELIVERY_UNREACHABLE'],
    ['DELIVERY_CRASHED', 'error', 'DELIVERY_START_FAILED'],
  ] as const)(
    'A call that may have started is never reported as one of which nothing ran: %s, then %s %s.',
    async (first, status, then) => {
      const { fake, delivery } = guard([failed(first, status), failed(then)], 'full');
      expect(await delivery.deliver(callOf())).toMatchObject({ status, code: first });
      expect(fake.calls).toHaveLength(3);
    },
  );

  test.each(['DELIVERY_ANSWER_TOO_LARGE', 'DELIVERY_NUMBER_NOT_EXACT'])(
    'Whoever asks again and again for what ends with %s does not take the worker from others.',
    async (code) => {
      const { delivery } = guard([failed(code), failed(code), failed(code), fine], 'none', { failures: 2 });
      for (let asked = 0; asked < 3; asked += 1)
        expect(await delivery.deliver(callOf())).toMatchObject({ code });
      expect(delivery.isAvailable?.()).toBe(true);
      expect(await delivery.deliver(callOf())).toMatchObject({ status: 'ok' });
    },
  );

  test('A call is not reported as refused because its own failures opened the circuit.', async () => {
    const { fake, delivery } = guard([failed('DELIVERY_CRASHED')], 'full', { failures: 2 });
    expect(await delivery.deliver(callOf())).toMatchObject({ code: 'DELIVERY_CRASHED' });
    expect(fake.calls).toHaveLength(2);
  });

  test('A call is not tried again while what it started may still run.', async () => {
    const { fake, delivery } = guard([{ ...failed('DELIVERY_CRASHED'), gone: sleep(50) }, fine], 'full');
    expect(await delivery.deliver(callOf())).toMatchObject({ code: 'DELIVERY_CRASHED' });
    expect(fake.calls).toHaveLength(1);
  });

  test('A call by a delivery that throws is unknown, and counts against the worker.', async () => {
    const { fake, delivery } = guard([], 'none', { failures: 1 });
    fake.answer = () => Promise.reject(new Error('broken'));
    expect(await delivery.deliver(callOf())).toMatchObject({ status: 'unknown', code: 'DELIVERY_FAILED' });
    expect(delivery.isAvailable?.()).toBe(false);
  });

  test('Whatever a worker answers is a result, and is not tried again.', async () => {
    const refusal: Delivered = { ...fine, status: 'error', result: answerOf(null, { status: 'error' }) };
    const { fake, delivery } = guard([refusal], 'full');
    expect(await delivery.deliver(callOf())).toMatchObject({ status: 'error', code: null });
    expect(fake.calls).toHaveLength(1);
  });
});

describe('a worker that fails again and again', () => {
  const COOLDOWN = { failures: 3, cooldown_ms: 600 };

  /** A worker that has just failed once too often, and a clock that the test moves. */
  async function openCircuit() {
    vi.useFakeTimers({ toFake: ['performance'] });
    onTestFinished(() => void vi.useRealTimers());
    const { fake, delivery } = guard([failed('DELIVERY_CRASHED')], 'none', COOLDOWN);
    for (let index = 0; index < 3; index += 1) {
      expect(delivery.isAvailable?.()).toBe(true);
      await delivery.deliver(callOf());
    }
    const pass = (milliseconds: number) => vi.advanceTimersByTime(milliseconds);
    return { fake, delivery, pass };
  }

  test('The worker gets no calls until its cool-down is over, and then serves again.', async () => {
    const { fake, delivery, pass } = await openCircuit();
    expect(delivery.isAvailable?.()).toBe(false);
    expect(await delivery.deliver(callOf())).toMatchObject({
      status: 'error',
      code: 'DELIVERY_CIRCUIT_OPEN',
    });
    expect(fake.calls).toHaveLength(3);
    pass(620);
    fake.answer = () => fine;
    expect(await delivery.deliver(callOf())).toMatchObject({ status: 'ok' });
    expect(delivery.isAvailable?.()).toBe(true);
  });

  test('The worker is available again once the cool-down is over, before any call was made.', async () => {
    const { delivery, pass } = await openCircuit();
    pass(599);
    expect(delivery.isAvailable?.()).toBe(false);
    pass(1);
    expect(delivery.isAvailable?.()).toBe(true);
  });

  test('Where the first call after the cool-down fails, another cool-down begins.', async () => {
    const { fake, delivery, pass } = await openCircuit();
    pass(600);
    expect(await delivery.deliver(callOf())).toMatchObject({ code: 'DELIVERY_CRASHED' });
    expect(delivery.isAvailable?.()).toBe(false);
    expect(await delivery.deliver(callOf())).toMatchObject({ code: 'DELIVERY_CIRCUIT_OPEN' });
    expect(fake.calls).toHaveLength(4);
    pass(600);
    expect(delivery.isAvailable?.()).toBe(true);
  });

  test('One call shows whether the worker has recovered, and no other call waits for that.', async () => {
    const { fake, delivery, pass } = await openCircuit();
    let answer: (delivered: Delivered) => void = () => {};
    fake.answer = () =>
      new Promise((resolve) => {
        answer = resolve;
      });
    pass(600);
    const probe = delivery.deliver(callOf());
    await sleep(1);
    expect(delivery.isAvailable?.()).toBe(false);
    expect(await delivery.deliver(callOf())).toMatchObject({ code: 'DELIVERY_CIRCUIT_OPEN' });
    answer(fine);
    expect(await probe).toMatchObject({ status: 'ok' });
    expect(delivery.isAvailable?.()).toBe(true);
  });

  test('Calls that no worker could take do not count against the worker.', async () => {
    const { delivery } = guard([failed('DELIVERY_CALL_TOO_LARGE')], 'none', { failures: 2 });
    for (let index = 0; index < 5; index += 1) await delivery.deliver(callOf());
    expect(delivery.isAvailable?.()).toBe(true);
  });

  test('A machine that cannot contain a worker is neither asked again nor the worker’s fault.', async () => {
    const { fake, delivery } = guard([failed('DELIVERY_NOT_CONTAINED')], 'full', { failures: 2 });
    for (let index = 0; index < 5; index += 1) await delivery.deliver(callOf());
    expect(fake.calls).toHaveLength(5);
    expect(delivery.isAvailable?.()).toBe(true);
  });
});
