/** The Vercel AI SDK before a Hall, with a scripted model. */
import { govern } from '@wcp/agents/ai';
import { generateText, isStepCount, type ModelMessage, streamText, tool } from 'ai';
import { z } from 'zod';
import { DECLARE, openExampleHall } from '../shared/hall.ts';
import { playScenes, until, warnedOf } from '../shared/scenes.ts';
import { type Call, scripted } from '../shared/scripted-model.ts';

const hall = await openExampleHall();
const runs: string[] = [];
const tools = {
  add: tool({
    description: 'Adds two numbers.',
    inputSchema: z.object({ a: z.number(), b: z.number() }),
    async execute({ a, b }) {
      runs.push('add');
      return a + b;
    },
  }),
  pay: tool({
    inputSchema: z.object({ to: z.string() }),
    async execute({ to }) {
      runs.push('pay');
      return `paid ${to}`;
    },
  }),
  erase: tool({ inputSchema: z.object({}), execute: async () => runs.push('erase') }),
  wait: tool({
    inputSchema: z.object({}),
    async execute(_, { abortSignal }) {
      runs.push('wait');
      await new Promise((_resolve, reject) => {
        abortSignal?.addEventListener('abort', () => reject(abortSignal.reason));
      });
    },
  }),
};
const governed = govern(hall.governor, tools, { declare: DECLARE });

const ran = (from: number) => runs.slice(from);
const stopWhen = isStepCount(3);

async function generated(...calls: readonly Call[]) {
  const from = runs.length;
  const { text } = await generateText({ model: scripted(...calls), prompt: 'Go.', stopWhen, ...governed });
  return { heard: JSON.parse(text), ran: ran(from) };
}

const shortened = (heard: readonly { readonly reason?: string; readonly value?: string }[]) =>
  heard.map(({ reason, value }) => (reason ?? value ?? '').split(':')[0]);

async function held(answer: (messages: ModelMessage[]) => Promise<unknown>) {
  const from = runs.length;
  const model = scripted(['pay', { to: 'Ada' }]);
  const asked = await generateText({ model, prompt: 'Go.', stopWhen, ...governed });
  const request = asked.content.find((part) => part.type === 'tool-approval-request');
  if (request === undefined) throw new Error('Nobody was asked.');
  const page = /https?:\/\/\S+\/approvals\/\S+/.test(request.reason ?? '');
  const before = ran(from).length;
  const messages: ModelMessage[] = [
    { role: 'user', content: 'Go.' },
    ...asked.response.messages,
    {
      role: 'tool',
      content: [{ type: 'tool-approval-response', approvalId: request.approvalId, approved: true }],
    },
  ];
  await answer(messages);
  const { text } = await generateText({ model, messages, stopWhen, ...governed });
  const heard = (JSON.parse(text) as { type?: string; value?: unknown }[]).filter(Boolean);
  return { page, before, heard, ran: ran(from) };
}

await playScenes(
  'ai',
  [
    [
      'allowed',
      () => generated(['add', { a: 1, b: 2 }]),
      { heard: [{ type: 'json', value: 3 }], ran: ['add'] },
    ],
    [
      'parallel',
      async () => {
        const { heard, ran } = await generated(
          ['add', { a: 1, b: 2 }],
          ['add', { a: 1, b: 2 }],
          ['erase', {}],
        );
        return { heard: heard.map(({ type }: { type: string }) => type).toSorted(), ran };
      },
      { heard: ['execution-denied', 'json', 'json'], ran: ['add', 'add'] },
    ],
    [
      'streamed',
      async () => {
        const from = runs.length;
        const model = scripted(['add', { a: 2, b: 2 }], ['add', { a: 3, b: 3 }]);
        const result = streamText({ model, prompt: 'Go.', stopWhen, ...governed });
        return { heard: JSON.parse(await result.text), ran: ran(from) };
      },
      {
        heard: [
          { type: 'json', value: 4 },
          { type: 'json', value: 6 },
        ],
        ran: ['add', 'add'],
      },
    ],
    [
      'denied',
      async () => {
        const { heard, ran } = await generated(['erase', {}]);
        return { heard: shortened(heard), ran };
      },
      { heard: ['DENY_NO_MATCHING_RULE'], ran: [] },
    ],
    [
      'held then approved',
      () =>
        held(async () => {
          await hall.approve();
          await until(() => runs.includes('pay'));
        }),
      { page: true, before: 0, heard: [{ type: 'text', value: 'paid Ada' }], ran: ['pay'] },
    ],
    [
      'held, answered by the app alone',
      async () => {
        const { heard, ran } = await held(async () => {});
        await hall.approve('deny');
        return { heard: shortened(heard as { reason?: string }[]), ran };
      },
      { heard: ['APPROVAL_PENDING'], ran: [] },
    ],
    [
      'held then denied',
      async () => {
        const { heard, ran } = await held(() => hall.approve('deny'));
        return { heard: shortened(heard as { reason?: string }[]), ran };
      },
      { heard: ['APPROVAL_DENIED'], ran: [] },
    ],
    [
      'a tool that nobody governed is warned of, once',
      async () => {
        const raw = tool({ inputSchema: z.object({}), execute: async () => 'ran' });
        const more = { ...governed, tools: { ...governed.tools, raw } };
        const play = () => generateText({ model: scripted(['raw', {}]), prompt: 'Go.', stopWhen, ...more });
        return [await warnedOf(play), await warnedOf(play)];
      },
      [['raw'], []],
    ],
    [
      'aborted',
      async () => {
        const from = runs.length;
        const controller = new AbortController();
        const calling = generateText({
          model: scripted(['wait', {}]),
          prompt: 'Go.',
          abortSignal: controller.signal,
          stopWhen,
          ...governed,
        });
        await until(() => runs.length > from);
        controller.abort();
        const how = await calling.then(
          () => 'it went on',
          ({ name }) => name,
        );
        return { how, ran: ran(from) };
      },
      { how: 'AbortError', ran: ['wait'] },
    ],
    [
      'Hall down',
      async () => {
        await hall.goDown();
        const { heard, ran } = await generated(['add', { a: 1, b: 2 }]);
        return { heard: shortened(heard), ran };
      },
      { heard: ['HALL_UNREACHABLE'], ran: [] },
    ],
  ],
  hall.close,
);
