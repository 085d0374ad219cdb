import type { StandardSchemaV1 } from '@standard-schema/spec';
import { z } from 'zod';
import { type Clock, defineWorker, type WorkerDefinition, type WorkerOptions } from '../src/index.ts';
import { testContext } from '../src/testing/index.ts';
import { record } from './record.ts';

export { record };

export const context = testContext();

/** A worker whose input is `{text}` and that does what `run` does. */
export function workerThat(
  run: WorkerDefinition['run'],
  more: Partial<WorkerDefinition> = {},
  options: WorkerOptions = {},
) {
  const input: StandardSchemaV1 = z.object({ text: z.string() });
  return defineWorker({ record, input, run, ...more }, options);
}

/** Runs a worker that does what `run` does with a valid request. */
export function outcomeOf(
  run: WorkerDefinition['run'],
  more: Partial<WorkerDefinition> = {},
  options: WorkerOptions = {},
) {
  return workerThat(run, more, options).execute({ text: 'x' }, context);
}

/** A clock that stands still until it is moved. */
export function handClock(start = Date.parse('2026-01-01T00:00:00.000Z')) {
  let now = start;
  let timers: { at: number; act: () => void }[] = [];
  const clock: Clock = {
    now: () => now,
    after(milliseconds, act) {
      const timer = { at: now + milliseconds, act };
      timers.push(timer);
      return () => {
        timers = timers.filter((other) => other !== timer);
      };
    },
  };
  return {
    clock,
    /** Moves the time without letting a timer come to its turn, as code that keeps the thread busy does. */
    jump(milliseconds: number) {
      now += milliseconds;
    },
    move(milliseconds: number) {
      now += milliseconds;
      const due = timers.filter(({ at }) => at <= now);
      timers = timers.filter(({ at }) => at > now);
      for (const { act } of due) act();
    },
    pending: () => timers.length,
  };
}
