import { canonicalJson } from '@wcp/spec';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { junkValues } from '../../src/testing/junk.ts';
import { context, workerThat } from '../samples.ts';

const statuses = ['ok', 'partial', 'denied', 'error'];
const members = ['deny_reason', 'evidence', 'result', 'status', 'telemetry'];

test('A worker never throws, whatever the request, the context and the result are.', async () => {
  const anything = fc.anything({
    withBigInt: true,
    withDate: true,
    withMap: true,
    withNullPrototype: true,
    withSparseArray: true,
  });
  await fc.assert(
    fc.asyncProperty(anything, anything, anything, async (request, junkContext, answer) => {
      for (const given of [context, junkContext]) {
        for (const sent of [{ text: 'x' }, request]) {
          const result = await workerThat(() => answer).execute(sent, given as typeof context);
          expect(Object.keys(result).sort()).toEqual(members);
          expect(statuses).toContain(result.status);
          expect(result.telemetry).toHaveLength(1);
          expect(() => canonicalJson(result)).not.toThrow();
        }
      }
    }),
  );
});

test('A worker never throws, whatever its code throws.', async () => {
  for (const junk of junkValues()) {
    const result = await workerThat(() => {
      throw junk;
    }).execute({ text: 'x' }, context);
    expect(result).toMatchObject({ status: 'error', deny_reason: { code: 'WORKER_FAILED' } });
  }
});
