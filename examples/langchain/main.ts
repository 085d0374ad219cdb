/** LangChain and LangGraph before a Hall, with a scripted model. */
import { AIMessage, type BaseMessage, ToolMessage } from '@langchain/core/messages';
import { fakeModel } from '@langchain/core/testing';
import { tool } from '@langchain/core/tools';
import {
  Command,
  END,
  interrupt,
  MemorySaver,
  MessagesAnnotation,
  START,
  StateGraph,
} from '@langchain/langgraph';
import { ToolNode } from '@langchain/langgraph/prebuilt';
import { govern, watchTools } from '@wcp/agents/langchain';
import { z } from 'zod';
import { DECLARE, openExampleHall } from '../shared/hall.ts';
import { playScenes, until, warnedOf } from '../shared/scenes.ts';

const hall = await openExampleHall();
const runs: string[] = [];
const empty = z.object({});
const own = [
  tool(
    ({ a, b }) => {
      runs.push('add');
      return String(a + b);
    },
    { name: 'add', description: 'Adds two numbers.', schema: z.object({ a: z.number(), b: z.number() }) },
  ),
  tool(
    ({ to }) => {
      runs.push('pay');
      return `paid ${to}`;
    },
    { name: 'pay', description: 'Pays.', schema: z.object({ to: z.string() }) },
  ),
  tool(() => String(runs.push('erase')), { name: 'erase', description: 'Erases all.', schema: empty }),
  tool(
    async (_, { signal }) => {
      runs.push('wait');
      await new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
      return 'never';
    },
    { name: 'wait', description: 'Waits.', schema: empty },
  ),
];
const tools = govern(hall.governor, own, { declare: DECLARE, interrupt });

type Call = readonly [name: string, args: object];
let threads = 0;

/** An agent whose model makes these calls at once, and then stops. Its tools are one node. */
function graphOf(...calls: readonly Call[]) {
  return graphWith(tools, ...calls);
}

function graphWith(given: ConstructorParameters<typeof ToolNode>[0], ...calls: readonly Call[]) {
  const wanted = calls.map(([name, args], at) => ({ name, args: { ...args }, id: `call-${at}` }));
  const model = fakeModel().respondWithTools(wanted).respond(new AIMessage('Done.'));
  const graph = new StateGraph(MessagesAnnotation)
    .addNode('model', async ({ messages }) => ({ messages: [await model.invoke(messages)] }))
    .addNode('tools', new ToolNode(given))
    .addEdge(START, 'model')
    .addConditionalEdges('model', ({ messages }) =>
      (messages.at(-1) as AIMessage).tool_calls?.length ? 'tools' : END,
    )
    .addEdge('tools', 'model')
    .compile({ checkpointer: new MemorySaver() });
  threads += 1;
  return { graph, config: { configurable: { thread_id: `thread-${threads}` } } };
}

const GO = { messages: [{ role: 'user', content: 'Go.' }] };
const ran = (from: number) => runs.slice(from);
const heardIn = (messages: readonly BaseMessage[]) =>
  messages
    .filter((message) => ToolMessage.isInstance(message))
    .map(({ content }) => String(content).split(':')[0]);

async function answered(...calls: readonly Call[]) {
  const from = runs.length;
  const { graph, config } = graphOf(...calls);
  const { messages } = await graph.invoke(GO, config);
  return { heard: heardIn(messages), ran: ran(from) };
}

async function held(answer: () => Promise<unknown>, ...others: readonly Call[]) {
  const from = runs.length;
  const { graph, config } = graphOf(['pay', { to: 'Ada' }], ...others);
  const asked = await graph.invoke(GO, config);
  const before = ran(from);
  await answer();
  const { messages, ...rest } = await graph.invoke(new Command({ resume: true }), config);
  const interrupts = [asked, rest].map((each) => Object(each).__interrupt__?.[0]?.value.tool ?? null);
  return { before, interrupts, heard: heardIn(messages), ran: ran(from) };
}

await playScenes(
  'langchain',
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
        const { graph, config } = graphOf(['add', { a: 2, b: 2 }], ['add', { a: 3, b: 3 }]);
        const heard: unknown[] = [];
        for await (const part of await graph.stream(GO, { ...config, streamMode: 'updates' })) {
          const { tools: update } = part as { tools?: { messages: BaseMessage[] } };
          if (update !== undefined) heard.push(...heardIn(update.messages));
        }
        return { heard, ran: ran(from) };
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
      { before: [], interrupts: ['pay', null], heard: ['paid Ada'], ran: ['pay'] },
    ],
    [
      'held beside a call that ran',
      async () => {
        const before = runs.length;
        const answer = async () => {
          await hall.approve();
          await until(() => runs.slice(before).includes('pay'));
        };
        const { heard, ran } = await held(answer, ['add', { a: 1, b: 2 }]);
        return { heard, ran: ran.toSorted() };
      },
      { heard: ['paid Ada', '3'], ran: ['add', 'pay'] },
    ],
    [
      'held, resumed without a steward',
      async () => {
        const outcome = await held(async () => {});
        await hall.approve('deny');
        return outcome;
      },
      { before: [], interrupts: ['pay', 'pay'], heard: [], ran: [] },
    ],
    [
      'held then denied',
      () => held(() => hall.approve('deny')),
      { before: [], interrupts: ['pay', null], heard: ['APPROVAL_DENIED'], ran: [] },
    ],
    [
      'a tool that nobody governed is warned of, once',
      async () => {
        const raw = tool(() => 'ran', { name: 'raw', description: 'Raw.', schema: empty });
        const play = () => {
          const { graph, config } = graphWith([...tools, raw], ['raw', {}], ['add', { a: 1, b: 2 }]);
          return graph.invoke(GO, { ...config, callbacks: [watchTools(hall.governor)] });
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
        const { graph, config } = graphOf(['wait', {}]);
        const running = graph.invoke(GO, { ...config, signal: controller.signal });
        await until(() => runs.length > from);
        controller.abort();
        const how = await running.then(
          () => 'it went on',
          () => 'aborted',
        );
        return { how, ran: ran(from) };
      },
      { how: 'aborted', ran: ['wait'] },
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
