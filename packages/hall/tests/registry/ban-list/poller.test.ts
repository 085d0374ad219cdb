import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { waitAfter } from '../../../src/base/wait-after.ts';
import { Poller } from '../../../src/registry/ban-list/poller.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** Looks that end as they are told to, the last of them again and again. */
function looks(...outcomes: (boolean | Error)[]) {
  const at: number[] = [];
  const began = Date.now();
  const poll = async () => {
    at.push((Date.now() - began) / 1000);
    const outcome = outcomes.length > 1 ? outcomes.shift() : outcomes[0];
    if (outcome instanceof Error) throw outcome;
    return outcome === true;
  };
  return { at, poll };
}

describe('a poller', () => {
  test('A poller polls at once and then at its interval.', async () => {
    const { at, poll } = looks(true);
    const poller = new Poller({ seconds: 60, poll }, () => 0);
    await vi.advanceTimersByTimeAsync(150_000);
    expect(at).toEqual([0, 60, 120]);
    await poller.close();
  });

  test('After a failure a poller polls soon, then at growing intervals, and never later than its interval.', async () => {
    const { at, poll } = looks(false, new Error('no'), false, false, false, true);
    const poller = new Poller({ seconds: 10, poll }, () => 0);
    await vi.advanceTimersByTimeAsync(40_000);
    expect(at).toEqual([0, 1, 3, 7, 15, 25, 35]);
    await poller.close();
  });

  test('A poller waits a little less at random.', async () => {
    const { at, poll } = looks(true);
    const poller = new Poller({ seconds: 100, poll }, () => 1);
    await vi.advanceTimersByTimeAsync(185_000);
    expect(at).toEqual([0, 90, 180]);
    await poller.close();
  });

  test('A closed poller stops polling and aborts what is running.', async () => {
    const { at, poll } = looks(true);
    let signal: AbortSignal | undefined;
    const poller = new Poller({
      seconds: 1,
      poll: (given) => {
        signal = given;
        return at.length === 0
          ? poll()
          : new Promise((resolve) => given.addEventListener('abort', () => resolve(false)));
      },
    });
    await vi.advanceTimersByTimeAsync(1_500);
    expect(signal?.aborted).toBe(false);
    await poller.close();
    expect(signal?.aborted).toBe(true);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(at).toHaveLength(1);
    expect(vi.getTimerCount()).toBe(0);
  });
});

test.each([
  [0, 300, 300],
  [1, 300, 1],
  [2, 300, 2],
  [9, 300, 256],
  [10, 300, 300],
  [10_000, 86_400, 86_400],
  [1, 0.5, 0.5],
])('After %i failures at an interval of %d seconds, a poller waits %d.', (failures, seconds, expected) => {
  expect(waitAfter(failures, seconds)).toBe(expected);
});
