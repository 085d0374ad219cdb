/** The OpenAI Agents SDK before a Hall, with a scripted model. */
import {
  Agent,
  InputGuardrailTripwireTriggered,
  type Model,
  type ModelRequest,
  type protocol,
  run,
  setTracingDisabled,
  tool,
  Usage,
} from '@openai/agents';
import { govern, hallGuardrail } from '@wcp/agents/openai';
import { z } from 'zod';
import { DECLARE, openExampleHall } from '../shared/hall.ts';
import { playScenes, until, warnedOf } from '../shared/scenes.ts';

setTracingDisabled(true);
const hall = await openExampleHall();
const runs: string[] = [];
const empty = z.object({});
const tools = govern(
  hall.governor,
  [
    tool({
      name: 'add',
      description: 'Adds two numbers.',
      parameters: z.object({ a: z.number(), b: z.number() }),
      execute({ a, b }) {
        runs.push('add');
        return a + b;
      },
    }),
    tool({
      name: 'pay',
      description: 'Pays.',
      parameters: z.object({ to: z.string() }),
      execute({ to }) {
        runs.push('pay');
        return `paid ${to}`;
      },
    }),
    tool({ name: 'erase', description: 'Erases all.', parameters: empty, execute: () => runs.push('erase') }),
    tool({
      name: 'wait',
      description: 'Waits.',
      parameters: empty,
      async execute(_, _context, details) {
        runs.push('wait');
        await new Promise((_resolve, reject) => {
          details?.signal?.addEventListener('abort', () => reject(details.signal?.reason));
        });
      },
    }),
  ],
  { declare: DECLARE },
);

type Call = readonly [name: string, args: object];
let last = 0;

/** A model that makes these calls at once, and then repeats what it was told of them. */
class ScriptedModel implements Model {
  readonly #calls: readonly Call[];

  constructor(calls: readonly Call[]) {
    this.#calls = calls;
  }

  async getResponse({ input }: ModelRequest) {
    return { usage: new Usage(), output: this.#next(input) };
  }

  async *getStreamedResponse({ input }: ModelRequest) {
    const usage = { inputTokens: 1, outputTokens: 1, totalTokens: 2 };
    const output = this.#next(input);
    yield { type: 'response_done' as const, response: { id: 'response', usage, output } };
  }

  #next(input: ModelRequest['input']): protocol.OutputModelItem[] {
    const items = typeof input === 'string' ? [] : input;
    const results = items.flatMap((item) => (item.type === 'function_call_result' ? [item.output] : []));
    if (results.length > 0) {
      const text = JSON.stringify(
        results.map((each) => (typeof each === 'object' && 'text' in each ? each.text : each)),
      );
      return [
        { type: 'message', role: 'assistant', status: 'completed', content: [{ type: 'output_text', text }] },
      ];
    }
    return this.#calls.map(([name, args]) => {
      last += 1;
      const callId = `call-${last}`;
      return { type: 'function_call', callId, name, arguments: JSON.stringify(args), status: 'completed' };
    });
  }
}

const agentOf = (...calls: readonly Call[]) =>
  new Agent({ name: 'helper', instructions: 'Help.', model: new ScriptedModel(calls), tools });

/** A tool that is held, and has a guardrail of its own. */
const guarded = govern(
  await hall.openGovernor(),
  [
    tool({
      name: 'pay',
      description: 'Pays.',
      parameters: z.object({ to: z.string() }),
      execute({ to }) {
        runs.push('pay');
        return `paid ${to}`;
      },
      inputGuardrails: [
        {
          name: 'nobody called Eve',
          async run({ toolCall }) {
            runs.push('guardrail');
            const isEve = toolCall.arguments.includes('Eve');
            return { behavior: isEve ? { type: 'rejectContent', message: 'NOT_EVE' } : { type: 'allow' } };
          },
        },
      ],
    }),
  ],
  { declare: DECLARE },
);
const guardedAgent = (to: string) =>
  new Agent({
    name: 'guarded',
    instructions: 'Help.',
    model: new ScriptedModel([['pay', { to }]]),
    tools: guarded,
  });

/** An agent that begins only where the Hall lets it. */
async function begun(name: string) {
  const inputGuardrails = [hallGuardrail(hall.governor, { name, declare: DECLARE })];
  const model = new ScriptedModel([['add', { a: 1, b: 2 }]]);
  const agent = new Agent({ name: 'helper', instructions: 'Help.', model, tools, inputGuardrails });
  const from = runs.length;
  const said = await run(agent, 'Go.').then(
    ({ finalOutput }) => JSON.parse(finalOutput ?? '')[0],
    (error) =>
      error instanceof InputGuardrailTripwireTriggered
        ? code(error.result.output.outputInfo.message)
        : String(error),
  );
  return { said, ran: ran(from) };
}
const ran = (from: number) => runs.slice(from);
const code = (text: string) => text.split(':')[0];

async function answered(...calls: readonly Call[]) {
  const from = runs.length;
  const { finalOutput } = await run(agentOf(...calls), 'Go.');
  return { heard: JSON.parse(finalOutput ?? '') as string[], ran: ran(from) };
}

async function held(answer: () => Promise<unknown>) {
  const from = runs.length;
  const agent = agentOf(['pay', { to: 'Ada' }]);
  const asked = await run(agent, 'Go.');
  const [interruption] = asked.interruptions;
  if (interruption === undefined) throw new Error('The run was not interrupted.');
  const before = ran(from).length;
  await answer();
  asked.state.approve(interruption);
  const { finalOutput } = await run(agent, asked.state);
  const [heard = ''] = JSON.parse(finalOutput ?? '') as string[];
  return { before, heard: code(heard), ran: ran(from) };
}

await playScenes(
  'openai',
  [
    ['allowed', () => answered(['add', { a: 1, b: 2 }]), { heard: ['3'], ran: ['add'] }],
    [
      'parallel',
      async () => {
        const both = await answered(['add', { a: 1, b: 2 }], ['add', { a: 1, b: 2 }], ['erase', {}]);
        return { heard: both.heard.map(code), ran: both.ran };
      },
      { heard: ['3', '3', 'DENY_NO_MATCHING_RULE'], ran: ['add', 'add'] },
    ],
    [
      'streamed',
      async () => {
        const from = runs.length;
        const result = await run(agentOf(['add', { a: 2, b: 2 }], ['add', { a: 3, b: 3 }]), 'Go.', {
          stream: true,
        });
        await result.completed;
        return { heard: JSON.parse(result.finalOutput ?? ''), ran: ran(from) };
      },
      { heard: ['4', '6'], ran: ['add', 'add'] },
    ],
    [
      'denied',
      async () => {
        const { heard, ran } = await answered(['erase', {}]);
        return { heard: heard.map(code), ran };
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
      { before: 0, heard: 'paid Ada', ran: ['pay'] },
    ],
    [
      'held, approved by the app alone',
      async () => {
        const outcome = await held(async () => {});
        await hall.approve('deny');
        return outcome;
      },
      { before: 0, heard: 'APPROVAL_PENDING', ran: [] },
    ],
    [
      'held then denied',
      () => held(() => hall.approve('deny')),
      { before: 0, heard: 'APPROVAL_DENIED', ran: [] },
    ],
    [
      'held, with a guardrail of the tool that lets it on',
      async () => {
        const from = runs.length;
        const agent = guardedAgent('Ada');
        const asked = await run(agent, 'Go.');
        const [interruption] = asked.interruptions;
        if (interruption === undefined) throw new Error('The run was not interrupted.');
        await hall.approve();
        await until(() => runs.includes('pay'));
        asked.state.approve(interruption);
        const { finalOutput } = await run(agent, asked.state);
        return { heard: JSON.parse(finalOutput ?? ''), ran: ran(from) };
      },
      { heard: ['paid Ada'], ran: ['guardrail', 'pay'] },
    ],
    [
      'what a guardrail of the tool rejects is not even held',
      async () => {
        const from = runs.length;
        const { finalOutput } = await run(guardedAgent('Eve'), 'Go.');
        return { heard: JSON.parse(finalOutput ?? ''), ran: ran(from), held: await hall.heldCalls() };
      },
      { heard: ['NOT_EVE'], ran: ['guardrail'], held: 0 },
    ],
    ['guardrail of the agent, allowed', () => begun('begin'), { said: '3', ran: ['add'] }],
    ['guardrail of the agent, denied', () => begun('stop'), { said: 'DENY_NO_MATCHING_RULE', ran: [] }],
    [
      'guardrail of the agent, held then approved',
      async () => {
        const first = await begun('begin-slowly');
        await hall.approve();
        return [first, await begun('begin-slowly')];
      },
      [
        { said: 'APPROVAL_PENDING', ran: [] },
        { said: '3', ran: ['add'] },
      ],
    ],
    [
      'a tool that nobody governed is warned of, once',
      async () => {
        const raw = tool({ name: 'raw', description: 'Raw.', parameters: empty, execute: () => 'ran' });
        const model = () => new ScriptedModel([['add', { a: 1, b: 2 }]]);
        const agent = () => new Agent({ name: 'helper', model: model(), tools: [...tools, raw] });
        const first = await warnedOf(() => run(agent(), 'Go.'));
        return [first, await warnedOf(() => run(agent(), 'Go.'))];
      },
      [['raw'], []],
    ],
    [
      'aborted',
      async () => {
        const from = runs.length;
        const controller = new AbortController();
        const running = run(agentOf(['wait', {}]), 'Go.', { signal: controller.signal });
        await until(() => runs.length > from);
        controller.abort();
        const how = await running.then(
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
        const { heard, ran } = await answered(['add', { a: 1, b: 2 }]);
        return [{ heard: heard.map(code), ran }, await begun('begin')];
      },
      [
        { heard: ['HALL_UNREACHABLE'], ran: [] },
        { said: 'HALL_UNREACHABLE', ran: [] },
      ],
    ],
  ],
  hall.close,
);
