import { sha256, type WorkerContext } from '@wcp/spec';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { defineWorker } from '../../src/index.ts';
import { testContext } from '../../src/testing/index.ts';
import { context, handClock, outcomeOf, record, workerThat } from '../samples.ts';

describe('a run with a result', () => {
  test('A run has its status, its result, one event and one entry of evidence.', async () => {
    const { clock, jump } = handClock();
    const run = () => {
      jump(1500);
      return { b: 1, a: 'é' };
    };
    const common = {
      capability_id: 'cap.doc.summarize',
      correlation_id: 'test-correlation',
      decision_id: context.decision_id,
    };
    const worker = { worker_id: record.worker_id, worker_species_id: record.worker_species_id };
    expect(await outcomeOf(run, {}, { clock })).toEqual({
      status: 'ok',
      result: { a: 'é', b: 1 },
      deny_reason: null,
      telemetry: [
        {
          event_id: 'evt.worker.executed',
          timestamp: '2026-01-01T00:00:01.500Z',
          tenant_id: 'test-tenant',
          status: 'ok',
          duration_ms: 1500,
          ...common,
          ...worker,
        },
      ],
      evidence: [
        {
          kind: 'execution',
          status: 'ok',
          request_hash: sha256('{"text":"x"}'),
          result_hash: sha256('{"a":"é","b":1}'),
          started_at: '2026-01-01T00:00:00.000Z',
          finished_at: '2026-01-01T00:00:01.500Z',
          duration_ms: 1500,
          ...common,
          ...worker,
        },
      ],
    });
  });

  test('A run may give a partial result.', async () => {
    const result = await outcomeOf((_, { partial }) => partial({ half: true }));
    expect(result).toMatchObject({ status: 'partial', result: { half: true }, deny_reason: null });
    expect(result.telemetry).toMatchObject([{ event_id: 'evt.worker.executed', status: 'partial' }]);
  });

  test.each([null, 0, false, '', [], 'text'])('The result of a run may be %j.', async (value) => {
    expect(await outcomeOf(() => value)).toMatchObject({ status: 'ok', result: value });
  });

  test('A run returns a copy, which nobody can change afterwards.', async () => {
    const mine = { list: [1] };
    const { result } = await outcomeOf(() => mine);
    mine.list.push(2);
    expect(result).toEqual({ list: [1] });
  });

  test('A run gets the validated request, not the original.', async () => {
    const input = z.object({ text: z.string().trim(), times: z.number().default(2) });
    const request = Object.freeze({ text: ' x ', other: 1 });
    const { result } = await workerThat((read) => ({ read }), { input }).execute(request, context);
    expect(result).toEqual({ read: { text: 'x', times: 2 } });
  });

  test('A run reads a request once, so that a getter cannot answer twice.', async () => {
    let reads = 0;
    const request = {
      get text() {
        reads += 1;
        return reads === 1 ? 'first' : 7;
      },
    };
    const { result } = await workerThat((read) => read).execute(request, context);
    expect([result, reads]).toEqual([{ text: 'first' }, 1]);
  });

  test('A result passes its output schema, whose value is the result.', async () => {
    const output = z.object({ n: z.number().transform((n) => n + 1) });
    expect(await outcomeOf(() => ({ n: 1, x: 1 }), { output })).toMatchObject({
      status: 'ok',
      result: { n: 2 },
    });
  });

  test('A run gets the context, and cannot change it.', async () => {
    let seen: unknown;
    await outcomeOf((_, given) => {
      const { signal, partial, deny, usage, dispatch, ...members } = given;
      expect(Object.isFrozen(given)).toBe(true);
      expect(signal.aborted).toBe(false);
      seen = members;
      return null;
    });
    expect(seen).toEqual({ ...context, traceparent: null });
  });
});

describe('a worker that calls a model', () => {
  test('Each call of a model leaves an evidence entry.', async () => {
    const { evidence } = await outcomeOf((_, { usage }) => {
      usage({ model: 'small', input_tokens: 10, output_tokens: 2 });
      usage({ model: 'a\u202eb', input_tokens: -1, output_tokens: Number.NaN });
      usage(undefined as never);
      return null;
    });
    const { correlation_id, decision_id } = context;
    const common = { kind: 'model_usage', correlation_id, decision_id };
    expect(evidence.slice(1)).toEqual([
      { ...common, model: 'small', input_tokens: 10, output_tokens: 2 },
      { ...common, model: 'a\\u202eb', input_tokens: 0, output_tokens: 0 },
      { ...common, model: '', input_tokens: 0, output_tokens: 0 },
    ]);
  });

  test('A worker cannot add evidence after its answer.', async () => {
    let late: (() => void) | undefined;
    const { evidence } = await outcomeOf((_, { usage }) => {
      late = () => usage({ model: 'late', input_tokens: 1, output_tokens: 1 });
      return null;
    });
    late?.();
    expect(evidence).toHaveLength(1);
  });
});

describe('a wrong call', () => {
  const worker = workerThat(() => {
    throw new Error('must not run');
  });

  test.each<[string, Partial<WorkerContext>]>([
    ['WORKER_WRONG_WORKER', { worker_id: 'org.test.worker.two' }],
    ['WORKER_WRONG_CAPABILITY', { capability_id: 'cap.web.fetch' }],
    ['WORKER_ENV_NOT_ALLOWED', { env: 'prod' }],
  ])('A wrong call is denied with %s.', async (code, overrides) => {
    const result = await worker.execute({ text: 'x' }, testContext(overrides));
    expect(result).toMatchObject({ status: 'denied', result: null, deny_reason: { code } });
    expect(result.telemetry).toMatchObject([
      { event_id: 'evt.worker.failed', status: 'denied', reason: code },
    ]);
    expect(result.evidence).toMatchObject([
      { status: 'denied', result_hash: null, correlation_id: 'test-correlation' },
    ]);
    expect(Object.keys(result.deny_reason ?? {})).toEqual(['code', 'message']);
  });

  test('A record without environments runs only in dev.', async () => {
    const { allowed_environments: _, artifact_hash: __, ...content } = record;
    const { sealRecord } = await import('../../src/index.ts');
    const one = defineWorker({ record: sealRecord(content), input: z.unknown(), run: () => null });
    expect(await one.execute({}, testContext({ env: 'dev' }))).toMatchObject({ status: 'ok' });
    expect(await one.execute({}, testContext({ env: 'stage' }))).toMatchObject({
      deny_reason: { code: 'WORKER_ENV_NOT_ALLOWED' },
    });
  });

  test('A request that does not match is denied, with every finding and its path.', async () => {
    const input = z.object({ text: z.string(), 'a/b~c': z.object({ list: z.array(z.number()) }) });
    const strict = workerThat(() => null, { input });
    const result = await strict.execute({ text: 1, 'a/b~c': { list: [1, 'x', true] } }, context);
    expect(result).toMatchObject({ status: 'denied', deny_reason: { code: 'WORKER_INVALID_INPUT' } });
    expect((result.deny_reason as unknown as { findings: unknown }).findings).toMatchObject([
      { path: '/a~1b~0c/list/1', code: 'INVALID_VALUE' },
      { path: '/a~1b~0c/list/2', code: 'INVALID_VALUE' },
      { path: '/text', code: 'INVALID_VALUE' },
    ]);
  });

  test.each<[string, unknown, string]>([
    ['a BigInt', { text: 10n }, '/text'],
    ['a lone surrogate', { text: '\ud800' }, '/text'],
    ['undefined', undefined, ''],
    ['seventy levels', JSON.parse(`${'['.repeat(70)}${']'.repeat(70)}`), ''],
  ])('A request with %s is denied.', async (_, request, path) => {
    expect(await worker.execute(request, context)).toMatchObject({
      deny_reason: { code: 'WORKER_INVALID_INPUT', findings: [{ path }] },
      evidence: [{ request_hash: null }],
    });
  });

  test('The worker’s own denial has its code and message made safe.', async () => {
    const run = (code: unknown, message: unknown) =>
      outcomeOf((_, { deny }) => deny(code as string, message as string));
    expect((await run('LANGUAGE_UNKNOWN', 'Only\nEnglish.')).deny_reason).toEqual({
      code: 'LANGUAGE_UNKNOWN',
      message: 'Only\\u000aEnglish.',
    });
    expect((await run('no code', '\ud800')).deny_reason).toEqual({
      code: 'WORKER_DENIED',
      message: '\ufffd',
    });
    expect((await run(7, undefined)).deny_reason).toEqual({
      code: 'WORKER_DENIED',
      message: 'The worker refused the request.',
    });
    expect(await run('X', 'y')).toMatchObject({
      status: 'denied',
      telemetry: [{ reason: 'X', status: 'denied' }],
    });
  });
});
