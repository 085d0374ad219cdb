import { expect, test } from 'vitest';
import type { GatewayCall } from '../../src/base/gateway.ts';
import { callTool, openScripted } from '../upstream/scripted.ts';
import { decidedAbout, passingServer, type Revision, saidBy, sharedGateway } from './passing-gateway.ts';

const REVISIONS: readonly Revision[] = ['legacy', 'modern'];
const ON = { resources: true, prompts: true };

const shared = sharedGateway({
  off: passingServer('legacy'),
  legacy: passingServer('legacy', { ...ON, roots: true }, 'legacy'),
  modern: passingServer('modern', ON, 'modern'),
});

function request(
  folder: GatewayFolder,
  method: string,
  params: object = {},
  call: Partial<GatewayCall> = {},
) {
  const { signal } = new AbortController();
  return folder.gateway.gateway.request(folder.caller, method, params, { signal, ...call });
}

test('Lists come whole, whatever the pages of their servers.', async () => {
  const named = async (member: string) => {
    const { result } = (await request(`${member}/list`)) as { result: Record<string, { name: string }[]> };
    return result[member]?.map(({ name }) => name);
  };
  expect(await named('resources')).toEqual(['a', 'b', 'c', 'a', 'b', 'c']);
  expect(await named('prompts')).toEqual(['legacy_one', 'legacy_two', 'modern_one', 'modern_two']);
});

test('Completion is offered where prompts or resources are, and asks the server that has what is completed.', async () => {
  const { folder } = shared;
  expect(folder.gateway.gateway.capabilities).toEqual({
    resources: { listChanged: true, subscribe: true },
    prompts: { listChanged: true },
    completions: {},
    logging: {},
  });
  const argument = { name: 'path', value: 'ab' };
  const complete = async (ref: object) => {
    const outcome = await request('completion/complete', { ref, argument });
    return (outcome as { result?: { completion: { values: unknown } } }).result?.completion.values;
  };
  await request('resources/templates/list');
  const before = (await decidedAbout(folder)).length;
  expect(await complete({ type: 'ref/prompt', name: 'modern_one' })).toEqual(['modern', 'one', 'ab']);
  const uri = 'legacy://files/{path}';
  expect(await complete({ type: 'ref/resource', uri })).toEqual(['legacy', uri, 'ab']);
  expect((await decidedAbout(folder)).slice(before)).toEqual(['modern.prompts-get', 'legacy.resources-read']);
  expect(await complete({ type: 'ref/prompt', name: 'off_one' })).toBeUndefined();
  expect((await decidedAbout(folder)).length).toBe(before + 2);
});

test('A resource of a template is read at the server that listed the template.', async () => {
  await request('resources/templates/list');
  for (const name of ['legacy', 'modern'])
    expect(await request('resources/read', { uri: `${name}://files/x` })).toMatchObject({
      result: { contents: [{ text: `${name} has it` }] },
    });
  expect(await request('resources/read', { uri: 'three://files/x' })).toMatchObject({
    kind: 'error',
    code: -32_602,
    data: { uri: 'three://files/x' },
  });
});

test.each(REVISIONS)(
  'A resource that somebody subscribed to is watched for as long as somebody wants that (%s).',
  async (revision) => {
    const { folder } = shared;
    const uri = { uri: `${revision}://a` };
    const told: unknown[] = [];
    const stop = folder.gateway.gateway.onResourceUpdated?.((params) => told.push(params));
    const touched = async () => saidBy(await folder.call(`${revision}_touch`, uri))['watched'];
    expect(await touched()).toEqual([]);
    for (const _ of [1, 2]) expect(await request('resources/subscribe', uri)).toMatchObject({ result: {} });
    expect(await touched()).toEqual([uri.uri]);
    expect(told).toMatchObject([uri]);
    await request('resources/unsubscribe', uri);
    expect(await touched()).toEqual([uri.uri]);
    await request('resources/unsubscribe', uri);
    expect(await touched()).toEqual([]);
    expect(told.length).toBe(2);
    stop?.();
  },
);

test('Log messages reach the client of their call, in the level that it wants.', async () => {
  const { folder } = shared;
  const logged: unknown[] = [];
  const call = { onLog: (params: unknown) => void logged.push(Object(params).level) };
  await folder.call('off_logs', { levels: ['debug', 'error'] }, call);
  expect(logged).toEqual(['debug', 'error']);
  for (const level of ['warning', 'info', 'error']) folder.gateway.gateway.useLogLevel?.(level);
  expect(saidBy(await folder.call('off_logs', { levels: [] }))['level']).toBe('info');
  const meta = saidBy(await folder.call('modern_declared', {}, { log_level: 'notice', onLog() {} }));
  expect(meta['io.modelcontextprotocol/logLevel']).toBe('notice');
  expect(saidBy(await folder.call('modern_declared'))).not.toHaveProperty('io.modelcontextprotocol/logLevel');
});

test('Log messages that may be of two tenants are told to neither.', async () => {
  const { upstream } = await openScripted({}, []);
  const told: string[] = [];
  const client = (owner: string) => ({
    owner,
    capabilities: {},
    log_level: null,
    onLog: () => void told.push(owner),
    ask: async () => ({}),
  });
  const slow = (owner: string) => callTool({ upstream }, 'slow', { ms: 300 }, { client: client(owner) });
  const log = () => callTool({ upstream }, 'log', {}, { client: client('a') });
  await Promise.all([slow('b'), log()]);
  expect(told).toEqual([]);
  await Promise.all([slow('a'), log()]);
  expect(told).toEqual(['a']);
});
