import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openRelay } from '../../src/index.ts';
import type { Json } from '../support/pipe.ts';
import { TAKES_TASKS, TASK_FACES, type TaskClient } from '../support/task-client.ts';
import { programOf } from '../upstream/real-servers.ts';
import { codeOf, GatewayFolder } from './gateway-folder.ts';

const [, openStdio] = TASK_FACES[0] as (typeof TASK_FACES)[number];
const RUN = [
  'greet',
  'slow_compute',
  'failing_job',
  'protocol_error_job',
  'confirm_delete',
  'secret',
  'long',
];

/** A gateway before the server whose tools answer with tasks. */
async function gateway(server: object = {}): Promise<GatewayFolder> {
  return GatewayFolder.open((dir) => ({
    command: process.execPath,
    args: [join(import.meta.dirname, '../servers/tasks.mjs')],
    env: { LOG: join(dir, 'log'), STORE: join(dir, 'tasks') },
    trust: 'none',
    run: RUN,
    deny: [],
    tasks: true,
    ...server,
  }));
}

async function client(folder: GatewayFolder, caller = folder.caller, served = folder.gateway.gateway) {
  const opened = await openStdio({ gateway: served }, caller);
  onTestFinished(() => opened.close());
  return opened;
}

/** The ids that the server itself gave. */
function ownIds(folder: GatewayFolder): string[] {
  return JSON.parse(readFileSync(join(folder.dir, 'tasks'), 'utf8')).map(([id]: [string]) => id);
}

async function begin(agent: TaskClient, name: string, given: object = {}): Promise<string> {
  const created = await agent.ask('tools/call', { name, arguments: given });
  expect(created).toMatchObject({ resultType: 'task', status: 'working' });
  return created.taskId;
}

test('A task of the server passes under an id of the gateway, which counts for its own tenant alone, also after a restart.', async () => {
  const folder = await gateway();
  const agent = await client(folder);
  const taskId = await begin(agent, 'slow_compute', { seconds: 0, label: 'it' });
  const [own] = ownIds(folder);
  expect(own).toBeTypeOf('string');
  expect(taskId).not.toBe(own);
  expect((await agent.ask('tasks/get', { taskId: own })).code).toBe(-32_602);
  const ended = await agent.ended(taskId);
  expect(ended).toMatchObject({
    taskId,
    status: 'completed',
    result: { content: [{ text: 'computed it in 0' }] },
  });
  expect(ended._meta['io.modelcontextprotocol/serverInfo'].name).toBe('wcp');
  const stranger = await client(folder, await folder.newTenant('agent.other'));
  for (const method of ['tasks/get', 'tasks/update', 'tasks/cancel']) {
    const answer = await stranger.ask(method, { taskId, inputResponses: {} });
    expect(answer).toEqual({ code: -32_602, message: 'There is no such task. Call the tool again.' });
  }
  await folder.gateway.close();
  await folder.start();
  expect(await (await client(folder)).ask('tasks/get', { taskId })).toEqual(ended);
});

test('A task that fails, ends with an error of its tool or is cancelled says which, and each call leaves one decision and one outcome.', async () => {
  const folder = await gateway();
  const agent = await client(folder);
  const [failing, broken, slow] = [
    await begin(agent, 'failing_job'),
    await begin(agent, 'protocol_error_job'),
    await begin(agent, 'slow_compute', { seconds: 60 }),
  ];
  expect(await agent.ask('tasks/cancel', { taskId: slow })).toMatchObject({ resultType: 'complete' });
  expect((await agent.ask('tasks/get', { taskId: slow })).status).toBe('cancelled');
  expect(await agent.ended(failing)).toMatchObject({ status: 'completed', result: { isError: true } });
  const failed = await agent.ended(broken);
  expect(failed).toMatchObject({ status: 'failed', error: { code: -32_603, message: 'It broke.' } });
  expect(failed).not.toHaveProperty('result');
  expect(folder.ran()).toEqual(['failing_job', 'protocol_error_job', 'slow_compute']);
  const ids = (await folder.receipts('outcome')).map(({ decision_id }) => decision_id);
  expect(new Set(ids).size).toBe(3);
  expect(ids).toHaveLength(3);
});

test('Tasks are off until the operator turns them on: a tool runs without one, and one that cannot is refused.', async () => {
  const folder = await gateway({ tasks: false });
  const agent = await client(folder);
  const greeted = await agent.ask('tools/call', { name: 'slow_compute', arguments: { seconds: 0 } });
  expect(greeted).toMatchObject({ resultType: 'complete', content: [{ text: 'computed  in 0' }] });
  const refused = await agent.ask('tools/call', { name: 'failing_job' });
  expect(refused._meta['org.wcp/refusal'].code).toBe('MCP_TASKS_OFF');
  expect(refused.content[0].text).toContain('"tasks": true');
});

test('A client that takes no tasks gets none: the tool runs without one, or says what the client lacks.', async () => {
  const folder = await gateway();
  const agent = await client(folder);
  const plain = await agent.ask('tools/call', { name: 'slow_compute', arguments: { seconds: 0 } }, {});
  expect(plain).toMatchObject({ resultType: 'complete', content: [{ text: 'computed  in 0' }] });
  expect(await agent.ask('tools/call', { name: 'failing_job' }, {})).toMatchObject({
    code: -32_021,
    data: { requiredCapabilities: { extensions: { 'io.modelcontextprotocol/tasks': {} } } },
  });
});

test('A call that was held and approved is followed to its end in the Hall, and its own task has the result.', async () => {
  const folder = await gateway({ run: [] });
  const agent = await client(folder);
  const { taskId } = await agent.ask('tools/call', { name: 'failing_job' });
  expect((await agent.ask('tasks/get', { taskId })).status).toBe('working');
  expect(await folder.resolve(folder.held[0]?.approval_id ?? '', 'approve')).toBe(200);
  expect(await agent.ended(taskId)).toMatchObject({
    status: 'completed',
    result: { isError: true, content: [{ text: 'It failed.' }] },
  });
  expect(folder.ran()).toEqual(['failing_job']);
});

test('The results of tasks are redacted and bounded as any other, and what the operator has not allowed is not asked for.', async () => {
  const folder = await gateway({ results: { redact_secrets: true, max_bytes: 2_048 } });
  const agent = await client(folder);
  const secret = await agent.ended(await begin(agent, 'secret'));
  expect(JSON.stringify(secret)).not.toContain('AKIA');
  expect(secret.result.content[0].text).toMatch(/^the key is \[redacted/);
  const long = await agent.ended(await begin(agent, 'long', { length: 3_000 }));
  expect(long.status).toBe('failed');
  expect(long.error.message).toMatch(/^DELIVERY_ANSWER_TOO_LARGE: The tool ran/);
  const asking = await begin(agent, 'confirm_delete', { filename: 'a' });
  const refused = await agent.ended(asking);
  expect(refused.error.message).toMatch(/^MCP_INPUT_REFUSED/);
  expect(refused).not.toHaveProperty('inputRequests');
  const [, own] = JSON.parse(readFileSync(join(folder.dir, 'tasks'), 'utf8')).at(-1) as [string, Json];
  expect(own.status).toBe('cancelled');
});

test('A second client of the same folder follows tasks through the gateway that has it.', async () => {
  const folder = await gateway();
  const relay = await openRelay(folder.dir, { version: '1.0.0' });
  if (relay === null) throw new Error('nobody has the folder');
  onTestFinished(() => relay.close());
  const agent = await client(folder, relay.caller, relay.gateway);
  const taskId = await begin(agent, 'slow_compute', { seconds: 0, label: 'far' });
  expect((await agent.ended(taskId)).result.content[0].text).toBe('computed far in 0');
  const held = await agent.ask('tools/call', { name: 'multi_input' });
  expect(held).toMatchObject({ resultType: 'task', statusMessage: expect.stringContaining('/approvals/') });
  const inputResponses = { approval: { action: 'accept' } };
  const update = { taskId: held.taskId, inputResponses };
  expect(await agent.ask('tasks/update', update)).toMatchObject({ resultType: 'complete' });
  expect(await agent.ask('tasks/update', { ...update, taskId: 'x' })).toMatchObject({ code: -32_602 });
  const plain = await agent.ask('tools/call', { name: 'multi_input' }, {});
  expect(codeOf({ kind: 'result', result: plain })).toBe('HELD_FOR_APPROVAL');
  await folder.resolve(folder.held[0]?.approval_id ?? '', 'deny');
  expect((await agent.ended(held.taskId)).result.isError).toBe(true);
});

test('Such a tool is refused, and not called, where tasks are off.', async () => {
  const folder = await gateway({
    args: [programOf('everything')],
    run: ['simulate-research-query'],
    tasks: false,
  });
  const call = { name: 'simulate-research-query', arguments: { topic: 'rivers' } };
  const refused = await (await client(folder)).ask('tools/call', call);
  expect(refused._meta['org.wcp/refusal'].code).toBe('MCP_TASKS_OFF');
});

test('A task asks its client for what the operator has turned on: that is decided once, and answered by an update.', async () => {
  const folder = await gateway({ elicitation: true });
  const agent = await client(folder);
  const forms = { ...TAKES_TASKS, elicitation: {} };
  const { taskId } = await agent.ask(
    'tools/call',
    { name: 'confirm_delete', arguments: { filename: 'a' } },
    forms,
  );
  const before = (await folder.receipts('decision')).length;
  expect((await agent.ask('tasks/get', { taskId })).code).toBe(-32_021);
  const asking = await agent.ask('tasks/get', { taskId }, forms);
  expect(asking).toMatchObject({
    status: 'input_required',
    inputRequests: { confirm: { params: { message: 'The server "files" asks: Delete a?' } } },
  });
  const inputResponses = { confirm: { action: 'accept', content: { confirm: true } } };
  expect(await agent.ask('tasks/update', { taskId, inputResponses }, forms)).toMatchObject({
    resultType: 'complete',
  });
  expect((await agent.ended(taskId)).result.content[0].text).toBe('a: accept');
  expect((await folder.receipts('decision')).length - before).toBe(1);
});
