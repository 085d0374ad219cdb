import { expect, test } from 'vitest';
import { ServerTasks, type TaskServer } from '../../src/gateway/tasks/server-tasks.ts';
import { UpstreamError } from '../../src/upstream/upstream-error.ts';
import { ACME } from '../support/fake-gateway.ts';

const TASK = {
  kind: 'server',
  tenant_id: 'acme',
  capability_id: 'x.local.mcp-files.write',
  expires_at: '2100-01-01T00:00:00.000Z',
  alias: 'files',
  correlation_id: 'trace-1',
  task_id: 'own',
} as const;
const ASKS = { a: { method: 'elicitation/create' }, b: { method: 'elicitation/create' } };
const call = { signal: new AbortController().signal };

/** A server with one task that asks, and what it was asked itself. */
function tasks(inputs: TaskServer['inputs'], isAllowed = true) {
  const asked: [string, unknown][] = [];
  const decided: unknown[] = [];
  const mayAsk: TaskServer['mayAsk'] = async (_, __, requests) => {
    decided.push(requests);
    return isAllowed;
  };
  const upstream = {
    async request(method: string, params: unknown) {
      asked.push([method, params]);
      return { taskId: 'own', status: 'input_required', inputRequests: ASKS };
    },
  };
  const server = { upstream, inputs, mayAsk, rules: { patterns: [] } };
  return { asked, decided, of: new ServerTasks(new Map([['files', server]])) };
}

test('What passes of a task’s requests is what the operator lets pass, and answers reach the server for those alone.', async () => {
  const { asked, decided, of } = tasks(() => ({ a: ASKS.a }));
  expect(await of.get(ACME, 'ours', TASK, call)).toEqual({
    kind: 'result',
    result: { taskId: 'ours', status: 'input_required', inputRequests: { a: ASKS.a } },
  });
  const answers = { a: { action: 'accept' }, b: { action: 'accept' }, toString: 1, c: {} };
  expect(await of.update(ACME, TASK, answers, call)).toEqual({ kind: 'result', result: {} });
  expect(asked.at(-1)).toEqual([
    'tasks/update',
    { taskId: 'own', inputResponses: { a: { action: 'accept' } } },
  ]);
  // It is decided once, however often it is looked at.
  expect(decided).toEqual([{ a: ASKS.a }]);
  asked.length = 0;
  await of.update(ACME, TASK, { b: {}, toString: 1 }, call);
  expect(asked.map(([method]) => method)).toEqual(['tasks/get']);
});

const NOTHING: TaskServer['inputs'] = () => null;
const EVERYTHING: TaskServer['inputs'] = () => ASKS;

test.each([
  ['the settings let nothing pass', NOTHING, true],
  ['the Hall denies it', EVERYTHING, false],
] as const)(
  'Where %s, no answer reaches the server, and its task is asked to end.',
  async (_, inputs, isAllowed) => {
    const { asked, of } = tasks(inputs, isAllowed);
    await of.update(ACME, TASK, { a: {} }, call);
    expect(asked.map(([method]) => method)).toEqual(['tasks/get']);
    expect(await of.get(ACME, 'ours', TASK, call)).toMatchObject({
      result: { status: 'failed', taskId: 'ours' },
    });
    expect(asked.at(-1)).toEqual(['tasks/cancel', { taskId: 'own' }]);
  },
);

test('A server that is away, or that left the configuration, fails the request and not the task.', async () => {
  const upstream = {
    async request(): Promise<unknown> {
      throw new UpstreamError('DELIVERY_CRASHED');
    },
  };
  const server: TaskServer = {
    upstream,
    inputs: () => null,
    mayAsk: async () => false,
    rules: { patterns: [] },
  };
  const away = new ServerTasks(new Map([['files', server]]));
  expect(await away.get(ACME, 'ours', TASK, call)).toMatchObject({ kind: 'error', code: -32_603 });
  expect(await new ServerTasks(new Map()).cancel(TASK, call)).toMatchObject({ kind: 'error', code: -32_602 });
});
