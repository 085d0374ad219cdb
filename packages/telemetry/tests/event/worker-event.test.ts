import { TelemetryEventSchema } from '@wcp/spec/document';
import { expect, test } from 'vitest';
import { workerExecuted, workerFailed } from '../../src/index.ts';
import { context, run } from '../samples.ts';

/** The members that the schema names for an event. */
const membersOf = (eventId: string) => {
  const schemas = TelemetryEventSchema.anyOf as unknown as {
    properties: Record<string, { const?: string }>;
    required: string[];
  }[];
  return schemas.find(({ properties }) => properties.event_id?.const === eventId)?.required.toSorted();
};

test('A run with a result has the event evt.worker.executed with the members of the schema.', () => {
  const event = workerExecuted(context, { ...run, status: 'partial' });
  expect(event).toEqual({ event_id: 'evt.worker.executed', ...context, ...run, status: 'partial' });
  expect(Object.keys(event).sort()).toEqual(membersOf('evt.worker.executed'));
});

test('A run without a result has the event evt.worker.failed with its reason.', () => {
  const event = workerFailed(context, { ...run, status: 'denied', reason: 'WORKER_INVALID_INPUT' });
  expect(event).toMatchObject({
    event_id: 'evt.worker.failed',
    status: 'denied',
    reason: 'WORKER_INVALID_INPUT',
  });
  expect(Object.keys(event).sort()).toEqual(membersOf('evt.worker.failed'));
  expect(workerFailed(context, { ...run, status: 'error', reason: null }).reason).toBeNull();
});

test('Unknown members are null.', () => {
  const nobody = { correlation_id: null, tenant_id: null, capability_id: null, decision_id: null };
  expect(workerExecuted(nobody, { ...run, status: 'ok' })).toMatchObject(nobody);
});

test('Every string of an event is escaped.', () => {
  const hostile = 'a\n\u202eb\\';
  const event = workerFailed(
    { correlation_id: hostile, tenant_id: hostile, capability_id: hostile, decision_id: hostile },
    {
      ...run,
      worker_id: hostile,
      worker_species_id: hostile,
      timestamp: hostile,
      status: 'error',
      reason: hostile,
    },
  );
  const { event_id, status, duration_ms, ...texts } = event;
  expect(new Set(Object.values(texts))).toEqual(new Set(['a\\u000a\\u202eb\\\\']));
});

test('Other members of the context are left out, and a clock that is set back causes no negative duration.', () => {
  const event = workerExecuted({ ...context, policy_version: 'p' } as typeof context, {
    ...run,
    duration_ms: -5,
    status: 'ok',
  });
  expect(event).not.toHaveProperty('policy_version');
  expect(event.duration_ms).toBe(0);
});
