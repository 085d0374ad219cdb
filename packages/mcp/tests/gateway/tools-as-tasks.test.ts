import { expect, onTestFinished, test } from 'vitest';
import { TAKES_TASKS, TASK_FACES } from '../support/task-client.ts';
import { programOf } from '../upstream/real-servers.ts';
import { GatewayFolder } from './gateway-folder.ts';

const [, openStdio] = TASK_FACES[0] as (typeof TASK_FACES)[number];

test('A tool of an earlier revision that can be called as a task alone runs as one, and its result is that of the call.', async () => {
  const folder = await GatewayFolder.open({
    args: [programOf('everything')],
    env: {},
    trust: 'none',
    run: ['simulate-research-query'],
    tasks: true,
  });
  const agent = await openStdio(folder.gateway, folder.caller);
  onTestFinished(() => agent.close());
  const call = { name: 'simulate-research-query', arguments: { topic: 'rivers' } };
  for (const capabilities of [{}, TAKES_TASKS]) {
    const result = await agent.ask('tools/call', call, capabilities);
    expect(result).toMatchObject({ resultType: 'complete', content: [{ type: 'text' }] });
    expect(result.content[0].text).toContain('rivers');
    expect(JSON.stringify(result)).not.toContain('related-task');
  }
});
