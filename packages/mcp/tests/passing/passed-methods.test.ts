import { expect, test } from 'vitest';
import { callTool, openScripted } from '../upstream/scripted.ts';
import { passingServer, type Revision, SharedGateway, saidBy } from './passing-gateway.ts';

const REVISIONS: readonly Revision[] = ['legacy', 'modern'];
const ON = { resources: true, prompts: true };

const shared = new SharedGateway(
  passingServer('off', 'legacy'),
  passingServer('legacy', 'legacy', ON),
  passingServer('modern', 'modern', ON),
);

test('Lists come whole, whatever the pages of their servers.', async () => {
  const named = async (member: string) => {
    const { result } = (await shared.request(`${member}/list`)) as {
      result: Record<string, { name: string }[]>;
    };
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
    const outcome = await shared.request('completion/complete', { ref, argument });
    return (outcome as { result?: { completion: { values: unknown } } }).result?.completion.values;
  };
  await shared.request('resources/templates/list');
  const before = (await shared.decidedAbout()).length;
  expect(await complete({ type: 'ref/prompt', name: 'modern_one' })).toEqual(['modern', 'one', 'ab']);
  const uri = 'legacy://files/{path}';
  expect(await complete({ type: 'ref/resource', uri })).toEqual(['legacy', uri, 'ab']);
  expect((await shared.decidedAbout()).slice(before)).toEqual([
    'modern.prompts-get',
    'legacy.resources-read',
  ]);
  expect(await complete({ type: 'ref/prompt', name: 'off_one' })).toBeUndefined();
  expect((await shared.decidedAbout()).length).toBe(before + 2);
});

test('A resource of a template is read at the server that listed the template.', async () => {
  await shared.request('resources/templates/list');
  for (const name of ['legacy', 'modern'])
    expect(await shared.request('resources/read', { uri: `${name}://files/x` })).toMatchObject({
      result: { contents: [{ text: `${name} has it` }] },
    });
  expect(await shared.request('resources/read', { uri: 'three://files/x' })).toMatchObject({
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
    const touched = async () => saidBy(await shared.call(revision, 'touch', uri))['watched'];
    expect(await touched()).toEqual([]);
    for (const _ of [1, 2])
      expect(await shared.request('resources/subscribe', uri)).toMatchObject({ result: {} });
    expect(await touched()).toEqual([uri.uri]);
    expect(told).toMatchObject([uri]);
    await shared.request('resources/unsubscribe', uri);
    expect(await touched()).toEqual([uri.uri]);
    await shared.request('resources/unsubscribe', uri);
    expect(await touched()).toEqual([]);
    expect(told.length).toBe(2);
    stop?.();
  },
);

test('Log messages reach the client of their call, in the level that it wants.', async () => {
  const { folder } = shared;
  const logged: unknown[] = [];
  const call = { onLog: (params: unknown) => void logged.push(Object(params).level) };
  await shared.call('off', 'logs', { levels: ['debug', 'error'] }, call);
  expect(logged).toEqual(['debug', 'error']);
  for (const level of ['warning', 'info', 'error']) folder.gateway.gateway.useLogLevel?.(level);
  expect(saidBy(await shared.call('off', 'logs', { levels: [] }))['level']).toBe('info');
  const meta = saidBy(await shared.call('modern', 'declared', {}, { log_level: 'notice', onLog() {} }));
  expect(meta['io.modelcontextprotocol/logLevel']).toBe('notice');
  expect(saidBy(await shared.call('modern', 'declared'))).not.toHaveProperty(
    'io.modelcontextprotocol/logLevel',
  );
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
