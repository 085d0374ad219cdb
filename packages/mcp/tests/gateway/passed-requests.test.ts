import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { CAN_OPEN, type Json, metaOf, PipeClient } from '../support/pipe.ts';
import { GatewayFolder } from './gateway-folder.ts';

const LIBRARY = join(import.meta.dirname, '../servers/library.mjs');
const RESOURCES_ID = 'x.local.mcp-library.resources-read';
const PROMPTS_ID = 'x.local.mcp-library.prompts-get';
const READ = { uri: 'note://plain' };
const GREET = { name: 'library_greet', arguments: { who: 'you' } };
const ALL = { resources: true, prompts: true };

/** A gateway before a server with resources and prompts. */
async function libraryOf(settings: object = ALL, more: object = {}): Promise<GatewayFolder> {
  const folder = new GatewayFolder();
  writeFileSync(join(folder.dir, 'log'), '');
  const library = {
    command: process.execPath,
    args: [LIBRARY],
    env: { LOG: join(folder.dir, 'log') },
    ...settings,
  };
  await folder.start({ servers: { library, ...more } });
  onTestFinished(() => folder.gateway.close());
  return folder;
}

/** Asks as a client of 2025-11-25 does. */
async function asker({ gateway: { gateway, holds }, caller }: GatewayFolder, capabilities: object = {}) {
  const pipe = new PipeClient({ gateway, caller, holds });
  const { result } = await pipe.initialize(capabilities);
  const ask = (method: string, params: object = {}): Promise<Json> => pipe.ask(method, params);
  return { ask, pipe, offered: result.capabilities as Json };
}

/** What reached the server, beside what the gateway looks at by itself. */
const reached = ({ dir }: GatewayFolder) =>
  readFileSync(join(dir, 'log'), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && line !== 'tools/list');

/** Changes the rule of a capability: null takes it away. The gateway is started anew. */
async function rule(folder: GatewayFolder, id: string, change: null | ((rule: Json) => object)) {
  await folder.gateway.close();
  folder.edit('rules.json', ({ rules, ...rest }: Json) => ({
    ...rest,
    rules: rules.flatMap((each: Json) => {
      if (each.rule_id !== id) return [each];
      return change === null ? [] : [change(each)];
    }),
  }));
  await folder.start();
}

const held = ({ decision, ...rest }: Json) => ({
  ...rest,
  decision: { ...decision, escalation: { human_required_default: true, supervisor_level: 'gatekeeper' } },
});

test('Resources and prompts pass where they are turned on, each request decided and with its outcome.', async () => {
  const folder = await libraryOf();
  const { ask, offered } = await asker(folder);
  expect(offered).toMatchObject({ resources: {}, prompts: {} });
  const before = (await folder.receipts('decision')).length;
  expect((await ask('resources/list')).result.resources).toContainEqual({
    uri: 'note://plain',
    name: 'note://plain',
  });
  expect((await ask('resources/read', READ)).result).toEqual({
    contents: [{ ...READ, mimeType: 'text/plain', text: 'plain words', 'x-unknown': [1] }],
  });
  expect((await ask('prompts/list')).result.prompts).toMatchObject([{ name: 'library_greet' }]);
  expect((await ask('prompts/get', GREET)).result.messages[0].content.text).toContain('Hello you');
  expect(reached(folder)).toEqual([
    'resources/list',
    'resources/read note://plain',
    'prompts/list',
    'prompts/get greet',
  ]);
  expect((await folder.receipts('decision')).length - before).toBe(4);
  expect(await folder.receipts('outcome')).toHaveLength(4);
});

test('What is not turned on is not offered, and nothing of it reaches the server.', async () => {
  const folder = await libraryOf({});
  const { ask, offered } = await asker(folder);
  expect(Object.keys(offered)).toEqual(['tools']);
  for (const [method, params] of [
    ['resources/list', {}],
    ['resources/read', READ],
    ['prompts/list', {}],
    ['prompts/get', GREET],
  ] as const)
    expect((await ask(method, params)).error.code).toBe(-32_601);
  expect(reached(folder)).toEqual([]);
});

test('What no rule allows is denied with its code, and nothing of it reaches the server.', async () => {
  const folder = await libraryOf();
  await rule(folder, RESOURCES_ID, null);
  await rule(folder, PROMPTS_ID, null);
  const { ask } = await asker(folder);
  for (const [method, params] of [
    ['resources/read', READ],
    ['prompts/get', GREET],
  ] as const) {
    const { error } = await ask(method, params);
    expect(error).toMatchObject({ code: -32_001, data: { code: 'DENY_NO_MATCHING_RULE' } });
  }
  // A server that may not be asked has nothing in a list.
  expect((await ask('resources/list')).result.resources).toEqual([]);
  expect((await ask('prompts/list')).result.prompts).toEqual([]);
  expect(reached(folder)).toEqual([]);
});

test.each(['2025-11-25', '2026-07-28'])(
  'What is held waits for a steward in %s, runs once, and its result is read; what is denied never runs.',
  async (revision) => {
    const folder = await libraryOf();
    await rule(folder, RESOURCES_ID, held);
    await rule(folder, PROMPTS_ID, held);
    const pipe = new PipeClient({
      gateway: folder.gateway.gateway,
      caller: folder.caller,
      holds: folder.gateway.holds,
    });
    const isModern = revision === '2026-07-28';
    if (!isModern) await pipe.initialize();
    const ask = (method: string, params: object) =>
      pipe.ask(method, isModern ? { ...params, _meta: metaOf() } : params);
    const approval = async (method: string, params: object): Promise<string> => {
      const { error } = await ask(method, params);
      expect(error.data).toMatchObject({
        code: 'HELD_FOR_APPROVAL',
        url: expect.stringContaining('/approvals/'),
      });
      return error.data.approval_id;
    };
    await folder.resolve(await approval('resources/read', READ), 'approve');
    expect((await ask('resources/read', READ)).result.contents[0].text).toBe('plain words');
    // That was its result: the same request once more is a new one.
    await folder.resolve(await approval('resources/read', READ), 'deny');
    expect((await ask('resources/read', READ)).error.data.code).toBe('APPROVAL_DENIED');
    await folder.resolve(await approval('prompts/get', GREET), 'approve');
    expect((await ask('prompts/get', GREET)).result.messages[0].content.text).toContain('Hello you');
    expect(reached(folder)).toEqual(['resources/read note://plain', 'prompts/get greet']);
  },
);

test('A held resource is asked for again with a state in 2026-07-28, which counts for that resource alone.', async () => {
  const folder = await libraryOf();
  await rule(folder, RESOURCES_ID, held);
  const pipe = new PipeClient({
    gateway: folder.gateway.gateway,
    caller: folder.caller,
    holds: folder.gateway.holds,
  });
  const ask = (params: object) => pipe.ask('resources/read', { ...params, _meta: metaOf(CAN_OPEN) });
  const { result } = await ask(READ);
  expect(result.resultType).toBe('input_required');
  const again = { requestState: result.requestState, inputResponses: { approval: { action: 'accept' } } };
  await folder.resolve(result.inputRequests.approval.params.url.split('/').at(-1), 'approve');
  expect((await ask({ uri: 'note://secret', ...again })).error.data.code).toBe('REQUEST_STATE_INVALID');
  for (const _ of [1, 2])
    expect((await ask({ ...READ, ...again })).result.contents[0].text).toBe('plain words');
  expect(reached(folder)).toEqual(['resources/read note://plain']);
});

test('What the server does not have is its own error, and a name without that of a server reaches none.', async () => {
  const folder = await libraryOf();
  const { ask } = await asker(folder);
  expect((await ask('resources/read', { uri: 'note://none' })).error).toMatchObject({
    code: -32_002,
    message: expect.stringContaining('There is no such note.'),
  });
  expect((await ask('prompts/get', { name: 'library_none' })).error.code).toBe(-32_602);
  expect((await ask('prompts/get', { name: 'greet' })).error.code).toBe(-32_602);
  expect(reached(folder)).toEqual(['resources/read note://none', 'prompts/get none']);
});

test('Results are redacted by rule in text and in structured content, and one over the limit is not delivered.', async () => {
  const results = { redact_secrets: true, max_bytes: 20_000 };
  const folder = await libraryOf({ ...ALL, results, run: ['token'] });
  const { ask } = await asker(folder);
  const secret = (await ask('resources/read', { uri: 'note://secret' })).result;
  expect(secret.contents[0].text).toBe('the token is [redacted: github-token]');
  const prompt = (await ask('prompts/get', GREET)).result;
  expect(prompt.messages[0].content.text).toBe('Hello you, [redacted: github-token]');
  const tool = (await ask('tools/call', { name: 'library_token' })).result;
  expect(tool).toMatchObject({
    content: [{ text: '[redacted: github-token]' }],
    structuredContent: {
      deep: [{ '[redacted: github-token]': '[redacted: github-token]' }],
      kept: 'plain',
    },
  });
  for (const uri of ['note://long', 'note://fault']) {
    const { error } = await ask('resources/read', { uri });
    expect(error.data.code).toBe('DELIVERY_ANSWER_TOO_LARGE');
  }
  expect((await ask('resources/read', READ)).result.contents[0].text).toBe('plain words');
});
