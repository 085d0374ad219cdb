import { WcpError } from '@wcp/spec';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { defineWorker, sealRecord } from '../../src/index.ts';
import { context, record } from '../samples.ts';

const input = z.object({ name: z.string() });
const run = ({ name }: { name: string }) => ({ greeting: `Hello, ${name}!` });
const findingsOf = (define: () => unknown) => {
  try {
    define();
  } catch (error) {
    expect(error).toBeInstanceOf(WcpError);
    expect((error as WcpError).code).toBe('ERR_WCP_WORKER');
    return ((error as WcpError).cause as { path: string }[]).map(({ path }) => path);
  }
  return null;
};

test('A worker is a record, schemas and a function.', async () => {
  const worker = defineWorker({ record, input, run });
  expect(worker.record).toEqual(record);
  expect(await worker.execute({ name: 'Ada' }, context)).toMatchObject({
    status: 'ok',
    result: { greeting: 'Hello, Ada!' },
  });
});

test('The record of a worker cannot be changed, and is not the author’s object.', () => {
  const mine = structuredClone(record);
  const worker = defineWorker({ record: mine, input, run });
  mine.capabilities.push('cap.web.fetch');
  expect(worker.record.capabilities).toEqual(record.capabilities);
  expect(() => (worker.record.capabilities as string[]).push('cap.web.fetch')).toThrow(TypeError);
  expect(() => Object.assign(worker, { record: null })).toThrow(TypeError);
});

test('A record keeps the spelling that its hash covers.', () => {
  const { artifact_hash: _, ...content } = record;
  const spelled = sealRecord({ ...content, currently_implements: ['ctrl.obs.audit_log_append_only'] });
  expect(defineWorker({ record: spelled, input, run }).record).toEqual(spelled);
});

test('Every mistake in a definition is reported at once.', () => {
  const wrong = { ...record, risk_tier: 'tiny', capabilities: [] };
  const definition = { record: wrong, input: {}, output: 'x', run: 'x', onError: 1 };
  expect(findingsOf(() => defineWorker(definition as never, { maxDurationMs: 0 }))).toEqual([
    '/record/capabilities',
    '/record/risk_tier',
    '/input',
    '/output',
    '/run',
    '/onError',
    '/maxDurationMs',
  ]);
});

test.each([undefined, null, 'text', 7])('A definition that is %j is refused.', (definition) => {
  expect(findingsOf(() => defineWorker(definition as never))).toEqual(['']);
});

test.each([undefined, null, [], 'text', {}])('A record that is %j is refused.', (bad) => {
  expect(findingsOf(() => defineWorker({ record: bad, input, run }))).not.toBeNull();
});

test('A record with a wrong hash is refused.', () => {
  const changed = { ...record, risk_tier: 'high' };
  expect(findingsOf(() => defineWorker({ record: changed, input, run }))).toEqual(['/record/artifact_hash']);
});

test.each([0, -1, 1.5, Number.NaN, 2 ** 31, Number.POSITIVE_INFINITY])(
  'A maximum duration of %d is refused.',
  (n) => {
    expect(findingsOf(() => defineWorker({ record, input, run }, { maxDurationMs: n }))).toEqual([
      '/maxDurationMs',
    ]);
  },
);

test('The function sealRecord replaces a hash and does not change its argument.', () => {
  const stale = { ...record, risk_tier: 'high' as const };
  const sealed = sealRecord(stale);
  expect(stale.artifact_hash).toBe(record.artifact_hash);
  expect(sealed.artifact_hash).not.toBe(record.artifact_hash);
  expect(findingsOf(() => defineWorker({ record: sealed, input, run }))).toBeNull();
});
