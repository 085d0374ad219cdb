/** Mastra before a Hall, with a scripted model. */
import { Mastra } from '@mastra/core';
import { Agent } from '@mastra/core/agent';
import type { MastraModelConfig } from '@mastra/core/llm';
import { InMemoryStore } from '@mastra/core/storage';
import { createTool } from '@mastra/core/tools';
import { govern, watchTools } from '@wcp/agents/mastra';
import { z } from 'zod';
import { DECLARE, openExampleHall } from '../shared/hall.ts';
import { playScenes, until, warnedOf } from '../shared/scenes.ts';
import { type Call, scripted } from '../shared/scripted-model.ts';

const hall = await openExampleHall();
const runs: string[] = [];
const empty = z.object({});
const tools = govern(
  hall.governor,
  {
    add: createTool({
      id: 'add',
      description: 'Adds two numbers.',
      inputSchema: z.object({ a: z.number(), b: z.number() }),
      async execute({ a, b }) {
        runs.push('add');
        return a + b;
      },
    }),
    pay: createTool({
      id: 'pay',
      description: 'Pays.',
      inputSchema: z.object({ to: z.string() }),
      async execute({ to }) {
        runs.push('pay');
        return `paid ${to}`;
      },
    }),
    erase: createTool({
      id: 'erase',
      description: 'Erases all.',
      inputSchema: empty,
      execute: async () => runs.push('erase'),
    }),
    wait: createTool({
      id: 'wait',
      description: 'Waits.',
      inputSchema: empty,
      async execute(_, { abortSignal }) {
        runs.push('wait');
        await new Promise((_resolve, reject) => {
          abortSignal?.addEventListener('abort', () => {
            runs.push('stopped');
            reject(abortSignal.reason);
          });
        });
      },
    }),
  },
  { declare: DECLARE },
);

let agents = 0;
function agentOf(...calls: readonly Call[]) {
  agents += 1;
  const id = `helper-${agents}`;
  // Its own type of a model of this version wants a streamed answer from doGenerate too.
  const model = scripted(...calls) as unknown as MastraModelConfig;
  const agent = new Agent({ id, name: id, instructions: 'Help.', model, tools });
  new Mastra({ agents: { [id]: agent }, storage: new InMemoryStore(), logger: false });
  return agent;
}

const ran = (from: number) => runs.slice(from);
const short = (text: string) =>
  (JSON.parse(text) as { value: unknown }[]).map(({ value }) => String(value).split(':')[0]);

async function answered(...calls: readonly Call[]) {
  const from = runs.length;
  const { text } = await agentOf(...calls).generate('Go.');
  return { heard: short(text), ran: ran(from) };
}

async function held(answer: () => Promise<unknown>) {
  const from = runs.length;
  const agent = agentOf(['pay', { to: 'Ada' }]);
  const asked = await agent.generate('Go.');
  const before = { why: asked.finishReason, ran: ran(from) };
  await answer();
  const { text, finishReason } = await agent.resumeGenerate({ approved: true }, { runId: asked.runId ?? '' });
  return { before, after: finishReason, heard: text === '' ? [] : short(text), ran: ran(from) };
}

const SUSPENDED = { why: 'suspended', ran: [] };

await playScenes(
  'mastra',
  [
    ['allowed', () => answered(['add', { a: 1, b: 2 }]), { heard: ['3'], ran: ['add'] }],
    [
      'parallel',
      () => answered(['add', { a: 1, b: 2 }], ['add', { a: 1, b: 2 }], ['erase', {}]),
      { heard: ['3', '3', 'DENY_NO_MATCHING_RULE'], ran: ['add', 'add'] },
    ],
    [
      'streamed',
      async () => {
        const from = runs.length;
        const result = await agentOf(['add', { a: 2, b: 2 }], ['add', { a: 3, b: 3 }]).stream('Go.');
        return { heard: short(await result.text), ran: ran(from) };
      },
      { heard: ['4', '6'], ran: ['add', 'add'] },
    ],
    ['denied', () => answered(['erase', {}]), { heard: ['DENY_NO_MATCHING_RULE'], ran: [] }],
    [
      'held then approved',
      () =>
        held(async () => {
          await hall.approve();
          await until(() => runs.includes('pay'));
        }),
      { before: SUSPENDED, after: 'stop', heard: ['paid Ada'], ran: ['pay'] },
    ],
    [
      'held, resumed without a steward',
      async () => {
        const outcome = await held(async () => {});
        await hall.approve('deny');
        return outcome;
      },
      { before: SUSPENDED, after: 'suspended', heard: [], ran: [] },
    ],
    [
      'held then denied',
      () => held(() => hall.approve('deny')),
      { before: SUSPENDED, after: 'stop', heard: ['APPROVAL_DENIED'], ran: [] },
    ],
    [
      'a tool that nobody governed is warned of, once',
      async () => {
        const raw = createTool({
          id: 'raw',
          description: 'Raw.',
          inputSchema: empty,
          execute: async () => 'ran',
        });
        const play = () => {
          const model = scripted(['raw', {}], ['add', { a: 1, b: 2 }]) as unknown as MastraModelConfig;
          const given = { ...tools, raw };
          const hooks = watchTools(hall.governor);
          const agent = new Agent({
            id: 'raw',
            name: 'raw',
            instructions: 'Help.',
            model,
            tools: given,
            hooks,
          });
          return agent.generate('Go.');
        };
        return [await warnedOf(play), await warnedOf(play)];
      },
      [['raw'], []],
    ],
    [
      'aborted',
      async () => {
        const from = runs.length;
        const controller = new AbortController();
        const running = agentOf(['wait', {}]).generate('Go.', { abortSignal: controller.signal });
        await until(() => runs.length > from);
        controller.abort();
        const how = await running.then(
          ({ finishReason }) => finishReason ?? 'no reason',
          () => 'aborted',
        );
        return { how, ran: ran(from) };
      },
      // Mastra ends an aborted run as it was.
      { how: 'tool-calls', ran: ['wait', 'stopped'] },
    ],
    [
      'Hall down',
      async () => {
        await hall.goDown();
        return answered(['add', { a: 1, b: 2 }]);
      },
      { heard: ['HALL_UNREACHABLE'], ran: [] },
    ],
  ],
  hall.close,
);
