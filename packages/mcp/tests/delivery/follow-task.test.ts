import { describe, expect, test } from 'vitest';
import { callTool, type TaskUse } from '../../src/delivery/call-tool.ts';
import { NO_CLIENT_REQUESTS } from '../../src/delivery/client-requests.ts';
import type { Upstream } from '../../src/upstream/upstream.ts';
import { UpstreamError } from '../../src/upstream/upstream-error.ts';

const CREATED = { resultType: 'task', taskId: 't-1', status: 'working', pollIntervalMs: 1 };
const RESULT = { content: [{ type: 'text', text: 'done' }] };

type Answers = Pick<Upstream, 'request'>;

/** A server that gives these answers to `tasks/get`, the last of them again and again. */
class Server implements Answers {
  readonly asked: { readonly method: string; readonly params: unknown; readonly takes_tasks: unknown }[] = [];
  readonly #answers: readonly object[];
  readonly #created: object;

  constructor(answers: readonly object[], created: object = CREATED) {
    this.#answers = answers;
    this.#created = created;
  }

  async request(method: string, params: unknown, call: { readonly takes_tasks?: boolean } = {}) {
    this.asked.push({ method, params, takes_tasks: call.takes_tasks });
    if (method === 'tools/call') return this.#created;
    if (method === 'tasks/cancel') return {};
    const { length } = this.asked.filter((each) => each.method === 'tasks/get');
    const answer = this.#answers[Math.min(length, this.#answers.length) - 1];
    if (answer instanceof Error) throw answer;
    return answer;
  }

  get methods(): string[] {
    return this.asked.map(({ method }) => method);
  }
}

function call(server: Answers, tasks: TaskUse = 'followed', more: object = {}, alone: object = {}) {
  const sent = { timeout_ms: 10_000, ...more };
  const options = { call: sent, tasks, is_task_alone: false, allowed: NO_CLIENT_REQUESTS, ...alone };
  return callTool(server, { name: 'job' }, options);
}

describe('A task that nobody waits for', () => {
  test('Is followed to its result, which is the result of the call.', async () => {
    const server = new Server([{ status: 'working' }, { status: 'completed', result: RESULT }]);
    expect(await call(server)).toMatchObject({ status: 'ok', result: { result: RESULT } });
    expect(server.methods).toEqual(['tools/call', 'tasks/get', 'tasks/get']);
    expect(server.asked.every(({ takes_tasks }) => takes_tasks === true)).toBe(true);
    expect(server.asked[1]?.params).toEqual({ taskId: 't-1' });
  });

  test('That had ended when it was created is asked for its result all the same.', async () => {
    const server = new Server([{ status: 'completed', result: RESULT }], { ...CREATED, status: 'completed' });
    expect(await call(server)).toMatchObject({ status: 'ok', result: { result: RESULT } });
  });

  test.each([
    [{ status: 'failed', error: { code: -32_603, message: 'broke' } }, 'MCP_ERROR'],
    [{ status: 'failed' }, 'MCP_TASK_FAILED'],
    [{ status: 'cancelled' }, 'MCP_TASK_CANCELLED'],
    [{ status: 'input_required', inputRequests: {} }, 'MCP_INPUT_REFUSED'],
  ])('That ends as %j is no success, and says why.', async (answer, code) => {
    const server = new Server([answer]);
    expect(await call(server)).toMatchObject({ status: 'error', result: { deny_reason: { code } } });
    const isAsked = answer.status === 'input_required';
    expect(server.methods.includes('tasks/cancel')).toBe(isAsked);
  });

  test.each([{ status: 'weird' }, { status: 'completed' }, { status: 'completed', result: [] }, {}])(
    'Of which its server says %j has no valid result.',
    async (answer) => {
      expect(await call(new Server([answer]))).toMatchObject({
        status: 'error',
        code: 'DELIVERY_INVALID_RESULT',
      });
    },
  );

  test('Is asked to end when the time of its call is over, and when the call is cancelled.', async () => {
    const late = new Server([{ status: 'working', pollIntervalMs: 1 }]);
    expect((await call(late, 'followed', { timeout_ms: 250 })).code).toBe('DELIVERY_TIMEOUT');
    expect(late.methods.at(-1)).toBe('tasks/cancel');
    const gone = new Server([{ status: 'working' }]);
    const signal = AbortSignal.timeout(20);
    expect((await call(gone, 'followed', { signal })).code).toBe('DELIVERY_CANCELLED');
    expect(gone.methods.at(-1)).toBe('tasks/cancel');
  });

  test('Whose server is lost meanwhile may have run.', async () => {
    expect((await call(new Server([new UpstreamError('DELIVERY_LOST')]))).code).toBe('DELIVERY_LOST');
  });
});

test('A task that the gateway did not ask for is refused, and one that the client follows passes as it is.', async () => {
  for (const tasks of ['off', 'undeclared'] as const) {
    const server = new Server([]);
    expect(await call(server, tasks)).toMatchObject({
      status: 'error',
      result: { deny_reason: { code: 'MCP_TASK_REFUSED' } },
    });
    expect(server.asked[0]?.takes_tasks).toBeUndefined();
  }
  expect(await call(new Server([]), 'passed')).toMatchObject({ status: 'ok', result: { result: CREATED } });
});

describe('A tool of 2025-11-25 that can be called as a task alone', () => {
  const related = { 'io.modelcontextprotocol/related-task': { taskId: 't-2' } };
  const server = (result: unknown, created: unknown = { task: { taskId: 't-2', status: 'working' } }) => {
    const asked: { method: string; params: unknown }[] = [];
    return {
      asked,
      async request(method: string, params: unknown) {
        asked.push({ method, params });
        if (method === 'tools/call') return created;
        if (method === 'tasks/cancel') return {};
        if (result instanceof Error) throw result;
        return result;
      },
    };
  };
  const alone = (answers: Answers, tasks: TaskUse) => call(answers, tasks, {}, { is_task_alone: true });

  test.each(['undeclared', 'passed', 'followed'] as const)(
    'Is called as one (%s), and gives the result of its task, without a word of it.',
    async (tasks) => {
      const answers = server({ ...RESULT, _meta: { ...related, own: 1 } });
      expect(await alone(answers, tasks)).toMatchObject({
        status: 'ok',
        result: { result: { ...RESULT, _meta: { own: 1 } } },
      });
      expect(answers.asked).toEqual([
        { method: 'tools/call', params: { name: 'job', task: { ttl: expect.any(Number) } } },
        { method: 'tasks/result', params: { taskId: 't-2' } },
      ]);
      const bare = await alone(server({ ...RESULT, _meta: related }), tasks);
      expect(bare.result?.result).toEqual(RESULT);
    },
  );

  test('Is not called where tasks are off.', async () => {
    const answers = server(RESULT);
    expect(await alone(answers, 'off')).toMatchObject({ result: { deny_reason: { code: 'MCP_TASKS_OFF' } } });
    expect(answers.asked).toEqual([]);
  });

  test('Is asked to end where its result does not come, and has no valid result without an id or an object.', async () => {
    const late = server(new UpstreamError('DELIVERY_TIMEOUT'));
    expect((await alone(late, 'followed')).code).toBe('DELIVERY_TIMEOUT');
    expect(late.asked.at(-1)).toEqual({ method: 'tasks/cancel', params: { taskId: 't-2' } });
    for (const answers of [server(RESULT, RESULT), server(RESULT, null), server([]), server(null)])
      expect((await alone(answers, 'followed')).code).toBe('DELIVERY_INVALID_RESULT');
  });
});
