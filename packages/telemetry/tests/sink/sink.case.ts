import type { TelemetryEvent } from '@wcp/spec';
import { describe, expect, test } from 'vitest';
import type { TelemetrySink } from '../../src/index.ts';
import { workerExecuted, workerFailed } from '../../src/index.ts';
import { context, deniedEvent, dispatchEvents, run } from '../samples.ts';

/** One sink and a look at what it kept: event ids with their correlation ids, in order. */
export interface SinkUnderTest {
  readonly sink: TelemetrySink;
  kept(): Promise<{ event_id: string; correlation_id: string | null }[]>;
}

/** What every sink must do. `skip` names cases that do not apply, each with its reason. */
export function sinkCases(
  name: string,
  open: () => Promise<SinkUnderTest>,
  skip: Partial<Record<'refuses', string>> = {},
): void {
  const summaries = (events: readonly TelemetryEvent[]) =>
    events.map(({ event_id, correlation_id }) => ({ event_id, correlation_id }));

  describe(`the ${name} sink`, () => {
    test('The sink stores every event of a decision, in order.', async () => {
      const { sink, kept } = await open();
      await sink.emit(dispatchEvents());
      await sink.close();
      expect(await kept()).toEqual(summaries(dispatchEvents()));
    });

    test('The sink stores the event of a worker that ran and of one that failed.', async () => {
      const { sink, kept } = await open();
      const events = [
        workerExecuted(context, { ...run, status: 'ok' }),
        workerFailed(context, { ...run, status: 'error', reason: 'WORKER_TIMEOUT' }),
      ];
      await sink.emit(events);
      await sink.flush();
      expect(await kept()).toEqual(summaries(events));
      await sink.close();
    });

    test('The sink stores an event whose members are all unknown.', async () => {
      const { sink, kept } = await open();
      await sink.emit([deniedEvent()]);
      await sink.flush();
      expect(await kept()).toEqual(summaries([deniedEvent()]));
      await sink.close();
    });

    test('The sink stores what many callers emit at the same time.', async () => {
      const { sink, kept } = await open();
      const ids = Array.from({ length: 50 }, (_, index) => `d-${index}`);
      await Promise.all(ids.map(async (id) => sink.emit(dispatchEvents(id))));
      await sink.close();
      expect(await kept()).toHaveLength(200);
    });

    test('The sink accepts an empty list, a flush of nothing and a second close.', async () => {
      const { sink, kept } = await open();
      await sink.emit([]);
      await sink.flush();
      await sink.close();
      await sink.close();
      expect(await kept()).toEqual([]);
    });

    test('The sink neither changes the events nor changes when they do.', async () => {
      const { sink, kept } = await open();
      const events = dispatchEvents();
      await sink.emit(events);
      expect(events).toEqual(dispatchEvents());
      for (const event of events) event.correlation_id = 'changed-later';
      await sink.flush();
      expect(await kept()).toEqual(summaries(dispatchEvents()));
      await sink.close();
    });

    test('The sink refuses an event once it is closed.', async (task) => {
      if (skip.refuses !== undefined) task.skip(skip.refuses);
      const { sink } = await open();
      await sink.close();
      const late = async () => sink.emit([deniedEvent()]);
      await expect(late()).rejects.toMatchObject({ code: 'ERR_WCP_STORE' });
    });
  });
}
