import { expect, test } from 'vitest';
import { codeOf } from '../gateway-folder.ts';
import { ARGUMENTS, TOOL, WorkerFolder } from './worker-folder.ts';

const GREETED = {
  kind: 'result',
  result: {
    content: [{ type: 'text', text: '{"greeting":"Hello, Ada!"}' }],
    structuredContent: { greeting: 'Hello, Ada!' },
  },
};
test('A worker that does not describe its request gets any object, says so, and refuses what it does not understand.', async () => {
  const folder = await WorkerFolder.open(null);
  expect(await folder.tools()).toMatchObject([
    { inputSchema: { type: 'object' }, description: expect.stringContaining('any object is passed on') },
  ]);
  expect(await folder.call(ARGUMENTS)).toEqual(GREETED);
  const refused = await folder.call({ who: 'Ada' });
  expect(codeOf(refused)).toBe('NAME_MISSING');
  expect(refused).toMatchObject({ result: { isError: true } });
});

test('A description that cannot be used makes no tool, and an operator reads why.', async () => {
  const folder = await WorkerFolder.open({ input_schema: { $async: true } });
  expect(await folder.tools()).toEqual([]);
  expect(folder.gateway.workers.hidden()).toMatchObject([
    { capability_id: 'cap.hello.greet', reason: expect.stringContaining('input_schema cannot be used') },
  ]);
  expect(codeOf(await folder.call(ARGUMENTS))).toBe('TOOL_HIDDEN');
});

test('A result that is not what the worker says that it gives is an error that tells that the call ran.', async () => {
  const folder = await WorkerFolder.open({ ...TOOL, output_schema: { type: 'object', required: ['other'] } });
  const refused = await folder.call(ARGUMENTS);
  expect(codeOf(refused)).toBe('TOOL_RESULT_INVALID');
  expect(JSON.stringify(refused)).toContain('The call ran');
  expect((await folder.receipts())['outcome']).toBe(1);
});

test('What the operator takes away is not there.', async () => {
  const denied = await WorkerFolder.open(TOOL, {}, { workers: { deny: ['cap.hello.greet'] } });
  expect(await denied.tools()).toEqual([]);
  expect((await denied.call(ARGUMENTS)).kind).toBe('error');
});

test('Rules decide whatever a list shows: a call of another environment than the worker’s is denied, and not listed.', async () => {
  const folder = await WorkerFolder.open(TOOL, {}, { workers: { environment: 'prod' } });
  expect(await folder.tools()).toEqual([]);
  expect(codeOf(await folder.call(ARGUMENTS))).toMatch(/^DENY_/);
});

test('Cancellation reaches a worker that runs: the call ends, its outcome is recorded, and the next one is answered.', async () => {
  const folder = await WorkerFolder.open();
  let attempts = 0;
  const cancelLater = async () => {
    attempts += 1;
    // One that is cancelled before it has begun is withdrawn, and never reaches the worker.
    const signal = AbortSignal.timeout(100 * 2 ** attempts);
    return codeOf(await folder.call({ name: WorkerFolder.SLOW }, { signal }));
  };
  await expect.poll(cancelLater, { timeout: 30_000 }).toBe('DELIVERY_CANCELLED');
  expect((await folder.receipts())['outcome']).toBe(attempts);
  expect(await folder.call(ARGUMENTS)).toEqual(GREETED);
});
