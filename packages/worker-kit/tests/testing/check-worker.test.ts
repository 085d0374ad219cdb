import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { defineWorker, sealRecord, type Worker, type WorkerResult } from '../../src/index.ts';
import { checkWorker, contextFor, testContext } from '../../src/testing/index.ts';
import { record, workerThat } from '../samples.ts';

const samples = { valid: [{ text: 'a' }, { text: 'b' }], invalid: [{}, { text: 1 }] };
const good = workerThat((request) => request);
const codes = async (worker: Worker, tried = samples) => [
  ...new Set((await checkWorker(worker, tried)).map(({ code }) => code)),
];

/** A worker whose results are tampered with on their way out. */
const tampered = (change: (result: WorkerResult) => unknown): Worker => ({
  record: good.record,
  execute: async (request, context) => change(await good.execute(request, context)) as WorkerResult,
});

test('A worker that fulfils its contract has no findings.', async () => {
  expect(await checkWorker(good, samples)).toEqual([]);
});

describe('a worker with a fault', () => {
  test.each<[string, (result: WorkerResult) => unknown, string]>([
    ['answers nothing', () => undefined, 'RESULT_FORM'],
    ['answers null', () => null, 'RESULT_FORM'],
    ['answers a member too many', (result) => ({ ...result, more: 1 }), 'RESULT_FORM'],
    ['answers what is no JSON', (result) => ({ ...result, result: 1n }), 'RESULT_FORM'],
    ['has no list of events', (result) => ({ ...result, telemetry: {} }), 'RESULT_FORM'],
    ['emits no event', (result) => ({ ...result, telemetry: [] }), 'EVENT'],
    [
      'emits its event twice',
      (result) => ({ ...result, telemetry: [...result.telemetry, ...result.telemetry] }),
      'EVENT',
    ],
    ['leaves no evidence', (result) => ({ ...result, evidence: [] }), 'EVIDENCE'],
    ['lies about its result', (result) => ({ ...result, result: 'other' }), 'EVIDENCE'],
    [
      'gives a reason with a result',
      (result) => ({ ...result, deny_reason: { code: 'X', message: 'y' } }),
      'DENY_REASON',
    ],
    ['says ok to everything', (result) => ({ ...result, status: 'ok', deny_reason: null }), 'STATUS'],
    [
      'denies everything',
      (result) => ({ ...result, status: 'denied', deny_reason: { code: 'X', message: 'y' } }),
      'DENY_CODE',
    ],
    [
      'loses the correlation id in its event',
      (result) => ({
        ...result,
        telemetry: result.telemetry.map((event) => ({ ...event, correlation_id: 'other' })),
      }),
      'CORRELATION',
    ],
    [
      'loses the correlation id in its evidence',
      (result) => ({
        ...result,
        evidence: result.evidence.map((entry) => ({ ...entry, correlation_id: null })),
      }),
      'CORRELATION',
    ],
    [
      'denies without findings',
      ({ deny_reason, ...result }) => ({
        ...result,
        deny_reason: deny_reason && { code: deny_reason.code, message: 'm' },
      }),
      'NO_FINDINGS',
    ],
  ])('The check finds a worker that %s.', async (_, change, code) => {
    expect(await codes(tampered(change))).toContain(code);
  });

  test('The check finds a worker that throws.', async () => {
    const worker = { record: good.record, execute: () => Promise.reject(new Error('no')) };
    expect(await codes(worker)).toEqual(['THREW']);
  });

  test('The check finds a worker that throws only for junk.', async () => {
    const execute: Worker['execute'] = (request, context) => {
      if (typeof request === 'bigint') throw new Error('no');
      return good.execute(request, context);
    };
    expect(await codes({ record: good.record, execute })).toEqual(['THREW']);
  });

  test('The check finds a worker that accepts what it should deny, or denies what it should accept.', async () => {
    const open = workerThat(() => null, { input: z.unknown() });
    expect(await codes(open)).toEqual(['STATUS', 'NO_FINDINGS']);
    expect(await codes(good, { valid: [{} as { text: string }], invalid: [] })).toContain('STATUS');
  });

  test('The check finds a worker that runs where its record does not allow it.', async () => {
    const { artifact_hash: _, ...content } = record;
    const wide = defineWorker({
      record: sealRecord({ ...content, allowed_environments: ['dev', 'stage', 'prod'] }),
      input: z.object({ text: z.string() }),
      run: (request) => request,
    });
    const findings = await checkWorker({ record: good.record, execute: wide.execute }, samples);
    expect(findings).toMatchObject([{ code: 'STATUS', during: 'env prod' }]);
  });

  test('The check finds a worker that is deterministic only according to its record.', async () => {
    const { artifact_hash: _, ...content } = record;
    let n = 0;
    const define = (determinism: 'deterministic' | 'captured') =>
      defineWorker({
        record: sealRecord({ ...content, determinism }),
        input: z.object({ text: z.string() }),
        run: () => n++,
      });
    expect(await codes(define('deterministic'))).toEqual(['NOT_DETERMINISTIC']);
    expect(await codes(define('captured'))).toEqual([]);
  });

  test('The check finds a worker whose record cannot be enrolled.', async () => {
    const worker = { ...good, record: { ...good.record, risk_tier: 'high' as const } };
    expect((await checkWorker(worker, samples)).filter(({ during }) => during === 'record')).toHaveLength(1);
  });

  test('The check finds a worker without a sample request.', async () => {
    expect(await codes(good, { valid: [], invalid: [] })).toContain('NO_SAMPLE');
  });
});

test('The function testContext gives every member, and the worker runs in the context of contextFor.', async () => {
  expect(testContext({ env: 'edge' }).env).toBe('edge');
  expect(contextFor(good, { tenant_id: 't' })).toMatchObject({
    worker_id: record.worker_id,
    capability_id: 'cap.doc.summarize',
    env: 'dev',
    tenant_id: 't',
  });
  expect(await good.execute({ text: 'x' }, contextFor(good))).toMatchObject({ status: 'ok' });
});
