import { join } from 'node:path';
import { generateSigningKey } from '@wcp/evidence';
import { expect, test } from 'vitest';
import { testFolder } from '../upstream/scripted.ts';
import { type Governed, openGoverned, toolNamed } from './governed.ts';

const tools = [toolNamed('echo'), toolNamed('neighbour')];

async function close({ catalog, hall, upstream }: Governed): Promise<void> {
  await catalog.close();
  await hall.close(0);
  await upstream.close();
}

test('Before anything is enrolled, each tool is new, and a call of it is denied.', async () => {
  const governed = await openGoverned({ tools, enrols: false });
  expect(governed.states()).toEqual({ echo: 'new', neighbour: 'new' });
  expect((await governed.dispatch('echo')).decision.outcome).toBe('DENY');
});

test('What is pinned survives a restart: ids, shown names and states, and a change that came meanwhile.', async () => {
  const [file, key] = [join(testFolder(), 'hall.db'), generateSigningKey()];
  const first = await openGoverned({ tools: [...tools, toolNamed('read.file')], file, key });
  const before = first.catalog.tools();
  expect(before.map(({ state }) => state)).toEqual(['enrolled', 'enrolled', 'enrolled']);
  await close(first);
  const changed = [
    toolNamed('echo', { description: 'Another.' }),
    toolNamed('neighbour'),
    toolNamed('read_file'),
  ];
  const second = await openGoverned({
    tools: [...changed, toolNamed('read.file')],
    file,
    key,
    enrols: false,
  });
  expect(second.states()).toEqual({
    echo: 'changed',
    neighbour: 'enrolled',
    'read.file': 'enrolled',
    read_file: 'shadowed',
  });
  for (const { name, id, shown, definition } of before) {
    expect(second.tool(name)).toMatchObject({ id, shown, definition });
  }
  expect((await second.dispatch('echo')).decision.outcome).toBe('DENY');
  expect((await second.dispatch('neighbour')).result?.status).toBe('ok');
  await close(second);
  // The flag in the registry is what is left of a change that was undone.
  const third = await openGoverned({ tools, file, key, enrols: false });
  expect(third.states()['echo']).toBe('changed');
  expect((await third.dispatch('echo')).decision.outcome).toBe('DENY');
  await third.catalog.enrol('x.test.mcp-scripted.echo');
  expect((await third.dispatch('echo')).result?.status).toBe('ok');
});

test('A server that says that it is another one has changed, with all of its tools.', async () => {
  const [file, key] = [join(testFolder(), 'hall.db'), generateSigningKey()];
  await close(await openGoverned({ tools, file, key }));
  const { catalog, states } = await openGoverned({
    tools,
    file,
    key,
    enrols: false,
    env: { NAME: 'another' },
  });
  expect(states()).toEqual({ echo: 'changed', neighbour: 'changed' });
  expect(catalog.tools()[0]?.differences).toEqual([
    { path: '/server/name', kind: 'changed', before: '"scripted"', after: '"another"' },
  ]);
});

test('What cannot be the definition of a tool is left out, and takes nothing with it.', async () => {
  const junk = [null, 7, [], {}, { name: 7 }, { name: '' }, { name: 'x'.repeat(600) }];
  const governed = await openGoverned({ tools: [...junk, ...tools] });
  expect(governed.states()).toEqual({ echo: 'enrolled', neighbour: 'enrolled' });
});

test('A server that is down denies the calls of its tools, shows them, and has them back afterwards.', async () => {
  const governed = await openGoverned({
    tools: [...tools, toolNamed('exit')],
    fresh_above: -1,
    settings: { limits: { restart_ms: 400, request_ms: 200 } },
  });
  await governed.dispatch('exit');
  expect((await governed.dispatch('echo')).decision.outcome).toBe('DENY');
  expect(governed.states()['echo']).toBe('enrolled');
  await new Promise((resolve) => setTimeout(resolve, 900));
  expect((await governed.dispatch('echo')).result?.status).toBe('ok');
});

test('Whoever listens is told once for a change, and not for a look that shows nothing new.', async () => {
  const governed = await openGoverned({ tools });
  let told = 0;
  const end = governed.catalog.onChanged(() => {
    told += 1;
  });
  await governed.catalog.look();
  expect(told).toBe(0);
  governed.setTools([...tools, toolNamed('added')]);
  await Promise.all([governed.catalog.look(), governed.catalog.look()]);
  expect(told).toBe(1);
  end();
  governed.setTools(tools);
  await governed.catalog.look();
  expect(told).toBe(1);
});
