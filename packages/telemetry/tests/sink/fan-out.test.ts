import { WcpError } from '@wcp/spec';
import { expect, test } from 'vitest';
import { createMemorySink, fanOut, type TelemetrySink } from '../../src/index.ts';
import { deniedEvent } from '../samples.ts';

const broken = (fail: () => void | Promise<void>): TelemetrySink => ({
  emit: fail,
  flush: fail,
  close: fail,
});
const throwing = broken(() => {
  throw new Error('at once');
});
const rejecting = broken(() => Promise.reject(new Error('later')));

test('Every sink is tried, and then all failures are reported.', async () => {
  const memory = createMemorySink();
  const error = await Promise.resolve(fanOut([throwing, rejecting, memory]).emit([deniedEvent()])).catch(
    (e) => e,
  );
  expect(memory.events).toHaveLength(1);
  expect(error).toBeInstanceOf(WcpError);
  expect(error.code).toBe('ERR_WCP_STORE');
  expect(error.cause.errors.map(String)).toEqual(['Error: at once', 'Error: later']);
});

test.each(['flush', 'close'] as const)('A %s that fails in one sink reaches the others.', async (verb) => {
  let reached = 0;
  const counting = broken(() => {
    reached += 1;
  });
  await expect(Promise.resolve(fanOut([throwing, counting])[verb]())).rejects.toMatchObject({
    code: 'ERR_WCP_STORE',
  });
  expect(reached).toBe(1);
});

test('A fan-out of no sinks does nothing and does not fail.', async () => {
  await expect(Promise.resolve(fanOut([]).emit([deniedEvent()]))).resolves.toBeUndefined();
});
