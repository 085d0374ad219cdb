import { describe, expect, onTestFinished, test } from 'vitest';
import { faceParts } from '../../src/face/face-parts.ts';
import { answerRequest } from '../../src/face/method/answer-request.ts';
import { GatewayFolder } from '../gateway/gateway-folder.ts';
import { CAN_OPEN, type Json, PipeClient } from '../support/pipe.ts';
import { TAKES_TASKS, TASK_FACES, type TaskClient } from '../support/task-client.ts';

const CALL = { name: 'big', arguments: { bytes: 3 } };
const OPENS_PAGES = { ...TAKES_TASKS, ...CAN_OPEN };
const UNKNOWN = { code: -32_602, message: 'There is no such task. Call the tool again.' };

describe.each(TASK_FACES)('The call of a client over %s that takes tasks, held for a steward,', (_, open) => {
  async function opened(folder: GatewayFolder, caller = folder.caller): Promise<TaskClient> {
    const client = await open(folder.gateway, caller);
    onTestFinished(() => client.close());
    return client;
  }

  test('Is a task at once, waits, runs once when it is approved, and its result is read however often, also after a restart.', async () => {
    const folder = await GatewayFolder.open();
    const client = await opened(folder);
    const created = await client.ask('tools/call', CALL);
    const [{ approval_id, url }] = folder.held as [{ approval_id: string; url: string }];
    expect(created).toMatchObject({ resultType: 'task', status: 'working', pollIntervalMs: 1_000 });
    for (const member of ['result', 'error', 'inputRequests', 'requestState', 'content'])
      expect(created).not.toHaveProperty(member);
    expect(created.statusMessage).toContain(url);
    expect(created.ttlMs).toBeGreaterThan(86_400_000);
    const { taskId } = created;
    expect(await client.ask('tasks/get', { taskId })).toEqual({ ...created, resultType: 'complete' });
    expect(folder.ran()).toEqual([]);
    expect(await folder.resolve(approval_id, 'approve')).toBe(200);
    const ended = await client.ended(taskId);
    expect(ended).toMatchObject({
      resultType: 'complete',
      taskId,
      status: 'completed',
      result: { resultType: 'complete', content: [{ type: 'text', text: 'xxx' }] },
    });
    expect(await client.ask('tasks/cancel', { taskId })).toMatchObject({ resultType: 'complete' });
    expect(await client.ask('tasks/get', { taskId })).toEqual(ended);
    await folder.gateway.close();
    await folder.start();
    expect(await (await opened(folder)).ask('tasks/get', { taskId })).toEqual(ended);
    expect(folder.ran()).toEqual(['big']);
  });

  test('Tells its client of each change where that listens, and of nobody else’s task.', async () => {
    const folder = await GatewayFolder.open();
    const client = await opened(folder);
    const { taskId } = await client.ask('tools/call', CALL);
    const stranger = await opened(folder, await folder.newTenant('agent.other'));
    const nothing = await stranger.listen([taskId]);
    expect((await nothing()).params.notifications).toEqual({});
    expect((await nothing()).result.resultType).toBe('complete');
    const undeclared = await client.listen([taskId], {});
    expect((await undeclared()).error).toMatchObject({
      code: -32_021,
      data: { requiredCapabilities: TAKES_TASKS },
    });
    const next = await client.listen([taskId, 'nobody', taskId]);
    expect((await next()).params.notifications).toEqual({ taskIds: [taskId] });
    expect(await next()).toMatchObject({
      method: 'notifications/tasks',
      params: { taskId, status: 'working' },
    });
    await folder.resolve(folder.held[0]?.approval_id ?? '', 'approve');
    let last = await next();
    while (last.params.status === 'working') last = await next();
    expect(last.params).toMatchObject({
      taskId,
      status: 'completed',
      result: { content: [{ text: 'xxx' }] },
    });
    expect(last.params).not.toHaveProperty('resultType');
  });
});

const [, openStdio] = TASK_FACES[0] as (typeof TASK_FACES)[number];
async function client(folder: GatewayFolder, caller = folder.caller): Promise<TaskClient> {
  const opened = await openStdio(folder.gateway, caller);
  onTestFinished(() => opened.close());
  return opened;
}

test('The task of a held call is unknown to another tenant, in the words of a task that never was, and to a key that is revoked.', async () => {
  const folder = await GatewayFolder.open();
  const agent = await client(folder);
  const { taskId } = await agent.ask('tools/call', CALL);
  const stranger = await client(folder, await folder.newTenant('agent.other'));
  const methods = [
    ['tasks/get', {}],
    ['tasks/update', { inputResponses: { approval: { action: 'accept' } } }],
    ['tasks/cancel', {}],
  ] as const;
  for (const [method, more] of methods) {
    expect(await stranger.ask(method, { taskId, ...more })).toEqual(UNKNOWN);
    for (const forged of [`${taskId}A`, taskId.slice(0, -1), 'approval-1', folder.held[0]?.approval_id, ''])
      expect(await agent.ask(method, { taskId: forged, ...more })).toEqual(UNKNOWN);
  }
  const revoked = await client(folder, { ...folder.caller, credential: 'wcp_revoked' });
  expect((await revoked.ask('tasks/get', { taskId })).code).toBe(-32_602);
  expect((await agent.ask('tasks/get', { taskId })).status).toBe('working');
});

test('A client that did not get its task gets one of the same hold when it calls again; one that has it makes a new call.', async () => {
  const folder = await GatewayFolder.open();
  const { gateway, holds } = folder.gateway;
  const parts = faceParts({ gateway, holds });
  const call = async (isHanded: boolean) => {
    let onAnswered: (isHanded: boolean) => void = () => {};
    const answered = new Promise<boolean>((resolve) => {
      onAnswered = resolve;
    });
    const message = await answerRequest(
      parts,
      { kind: 'request', id: 1, method: 'tools/call', params: CALL },
      {
        caller: folder.caller,
        revision: '2026-07-28',
        isModern: true,
        capabilities: TAKES_TASKS,
        signal: new AbortController().signal,
        answered,
        log_level: null,
        notify: () => {},
      },
    );
    onAnswered(isHanded);
    await answered;
    return (message as Json).result.taskId as string;
  };
  await call(false);
  const task = await call(true);
  expect(folder.held).toHaveLength(1);
  await folder.resolve(folder.held[0]?.approval_id ?? '', 'approve');
  expect((await (await client(folder)).ended(task)).status).toBe('completed');
  await call(true);
  expect([folder.held.length, folder.ran()]).toEqual([2, ['big']]);
});

test('A denied call has ended with a refusal: that is a result, not a failure, and nothing ran.', async () => {
  const folder = await GatewayFolder.open();
  const agent = await client(folder);
  const { taskId } = await agent.ask('tools/call', CALL);
  await folder.resolve(folder.held[0]?.approval_id ?? '', 'deny');
  expect(await agent.ended(taskId)).toMatchObject({
    status: 'completed',
    result: { isError: true, _meta: { 'org.wcp/refusal': { code: 'APPROVAL_DENIED' } } },
  });
  expect(folder.ran()).toEqual([]);
});

test('A client that opens pages is asked to, never by a form, and whatever it says approves nothing.', async () => {
  const folder = await GatewayFolder.open();
  const agent = await client(folder);
  for (const [index, action] of ['accept', 'decline', 'cancel'].entries()) {
    const created = await agent.ask('tools/call', CALL, OPENS_PAGES);
    expect(created).toMatchObject({ resultType: 'task', status: 'input_required' });
    expect(created).not.toHaveProperty('inputRequests');
    const { taskId } = created;
    const { approval_id, url } = folder.held[index] as GatewayFolder['held'][number];
    const asked = await agent.ask('tasks/get', { taskId }, OPENS_PAGES);
    const params = { mode: 'url', message: expect.any(String), url };
    expect(asked.inputRequests).toEqual({ approval: { method: 'elicitation/create', params } });
    // Which client may be asked is said with each request.
    expect((await agent.ask('tasks/get', { taskId })).status).toBe('working');
    const answer = (name: string) => {
      const inputResponses = { [name]: { action, content: { approve: true } } };
      return agent.ask('tasks/update', { taskId, inputResponses }, OPENS_PAGES);
    };
    expect(await answer('other')).toMatchObject({ resultType: 'complete' });
    expect((await agent.ask('tasks/get', { taskId }, OPENS_PAGES)).status).toBe('input_required');
    expect(Object.keys(await answer('approval')).sort()).toEqual(['_meta', 'resultType']);
    const waiting = await agent.ask('tasks/get', { taskId }, OPENS_PAGES);
    expect(waiting.status).toBe('working');
    expect(waiting).not.toHaveProperty('inputRequests');
    expect(folder.ran()).toHaveLength(index);
    await folder.resolve(approval_id, 'approve');
    expect((await agent.ended(taskId)).result.content[0].text).toBe('xxx');
    expect(folder.ran()).toHaveLength(index + 1);
  }
});

test('A cancelled task is taken back: no steward is asked for it any more, and nothing runs.', async () => {
  const folder = await GatewayFolder.open();
  const agent = await client(folder);
  const { taskId } = await agent.ask('tools/call', CALL, OPENS_PAGES);
  expect(await agent.ask('tasks/cancel', { taskId })).toMatchObject({ resultType: 'complete' });
  expect(await agent.ask('tasks/get', { taskId }, OPENS_PAGES)).toMatchObject({ status: 'cancelled' });
  expect(await folder.resolve(folder.held[0]?.approval_id ?? '', 'approve')).toBe(409);
  expect(await agent.ask('tasks/cancel', { taskId })).toMatchObject({ resultType: 'complete' });
  expect((await agent.ask('tasks/get', { taskId })).status).toBe('cancelled');
  expect(folder.ran()).toEqual([]);
});

test('A task that is cancelled after its approval goes on: what was approved runs once.', async () => {
  const folder = await GatewayFolder.open();
  const agent = await client(folder);
  const { taskId } = await agent.ask('tools/call', CALL, OPENS_PAGES);
  await folder.resolve(folder.held[0]?.approval_id ?? '', 'approve');
  expect(await agent.ask('tasks/cancel', { taskId })).toMatchObject({ resultType: 'complete' });
  expect((await agent.ended(taskId)).status).toBe('completed');
  expect(folder.ran()).toEqual(['big']);
});

test('A client that does not take tasks gets none, may ask for none, and earlier revisions know of none.', async () => {
  const folder = await GatewayFolder.open();
  const agent = await client(folder);
  const { taskId } = await agent.ask('tools/call', CALL);
  for (const capabilities of [{}, CAN_OPEN, { extensions: {} }, { tasks: {} }]) {
    const result = await agent.ask('tools/call', { ...CALL, task: { ttl: 1 } }, capabilities);
    expect(result).not.toHaveProperty('taskId');
    for (const method of ['tasks/get', 'tasks/cancel', 'tasks/update']) {
      const params = { taskId, inputResponses: {} };
      expect(await agent.ask(method, params, capabilities)).toMatchObject({
        code: -32_021,
        data: { requiredCapabilities: TAKES_TASKS },
      });
    }
  }
  for (const method of ['tasks/list', 'tasks/result'])
    expect((await agent.ask(method, { taskId })).code).toBe(-32_601);
  expect((await agent.ask('server/discover')).capabilities).toMatchObject(TAKES_TASKS);
  const legacy = new PipeClient({ gateway: folder.gateway.gateway, caller: folder.caller });
  onTestFinished(() => legacy.face.close());
  const { capabilities } = (await legacy.initialize(TAKES_TASKS)).result;
  expect(capabilities).not.toHaveProperty('extensions');
  expect(capabilities).not.toHaveProperty('tasks');
  const answer = await legacy.ask('tools/call', { ...CALL, task: { ttl: 60_000 } });
  expect(answer.result._meta['org.wcp/refusal'].code).toBe('HELD_FOR_APPROVAL');
  expect((await legacy.ask('tasks/get', { taskId })).error.code).toBe(-32_601);
});
