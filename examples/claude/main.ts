/** The Claude Agent SDK before a Hall: whole sessions of Claude Code, with a scripted model on loopback. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSdkMcpServer, type Options, query, tool } from '@anthropic-ai/claude-agent-sdk';
import { govern, hallHooks } from '@wcp/agents/claude';
import { readHookSettings } from '@wcp/agents/hook';
import { z } from 'zod';
import { toolResults } from '../../tooling/clients/src/model/model-request.ts';
import { ScriptedModel } from '../../tooling/clients/src/model/scripted-model.ts';
import { DECLARE, openExampleHall } from '../shared/hall.ts';
import { playScenes, until } from '../shared/scenes.ts';

const hall = await openExampleHall();
const home = mkdtempSync(join(tmpdir(), 'wcp-claude-'));
const runs: string[] = [];
const text = (said: string) => ({ content: [{ type: 'text' as const, text: said }] });
const tools = govern(
  hall.governor,
  [
    tool('add', 'Adds two numbers.', { a: z.number(), b: z.number() }, async ({ a, b }) => {
      runs.push('add');
      return text(String(a + b));
    }),
    tool('pay', 'Pays.', { to: z.string() }, async ({ to }) => {
      runs.push('pay');
      return text(`paid ${to}`);
    }),
    tool('erase', 'Erases all.', {}, async () => text(String(runs.push('erase')))),
    tool('wait', 'Waits.', {}, async (_, extra) => {
      runs.push('wait');
      const { signal } = extra as { signal: AbortSignal };
      await new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          runs.push('stopped');
          reject(signal.reason);
        });
      });
      return text('never');
    }),
  ],
  { declare: DECLARE },
);

/** Nobody governed it, and it stands beside those that are. */
const raw = tool('raw', 'Runs as it is.', {}, async () => text(String(runs.push('raw'))));
const least = { data: 1, network: 0, financial: 0, time: 0, reversibility: 0 };
const reading = readHookSettings(
  { ...hall.connection, authority: 'x.acme', tenant_id: 'acme', tools: { Bash: { blast_radius: least } } },
  {},
);
if (!reading.ok) throw new Error(reading.message);
const hooks = hallHooks({
  settings: reading.settings,
  dir: join(home, 'hook'),
  governed_servers: { own: tools },
});

type Call = readonly [name: string, input: Record<string, unknown>];

/** One session: Claude wants one tool, and the model notes what it is told of it. */
function session(name: string, input: Record<string, unknown>, more: Options = {}) {
  return sessionOf([[name, input]], more);
}

/** The same with several tools at once. */
async function sessionOf(calls: readonly Call[], more: Options = {}) {
  const from = runs.length;
  const heard: string[] = [];
  const model = new ScriptedModel([
    () => ({ all: calls.map(([tool, input]) => ({ tool, input })) }),
    (request) => {
      heard.push(...toolResults(request).map((result) => result.text.trim()));
      return { text: 'Done.' };
    },
  ]);
  const url = await model.open();
  const options: Options = {
    cwd: home,
    mcpServers: { own: createSdkMcpServer({ name: 'own', tools: [...tools, raw] }) },
    tools: ['Bash', 'Glob'],
    settingSources: [],
    env: {
      PATH: process.env['PATH'],
      HOME: home,
      ANTHROPIC_BASE_URL: url,
      ANTHROPIC_API_KEY: 'scripted',
      HTTPS_PROXY: url,
      NO_PROXY: '127.0.0.1',
      DISABLE_AUTOUPDATER: '1',
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
      ENABLE_TOOL_SEARCH: 'false',
      IS_SANDBOX: '1',
    },
    permissionMode: 'default',
    ...hooks,
    ...more,
  };
  let how = 'ended';
  let parts = 0;
  try {
    for await (const message of query({ prompt: 'Go.', options })) {
      if (message.type === 'stream_event') parts += 1;
      if (message.type === 'result' && message.subtype !== 'success') how = message.subtype;
    }
  } catch (error) {
    how = (error as Error).name;
  }
  await model.close();
  const faults = more.abortController === undefined ? model.faults : [];
  const isStreamed = options.includePartialMessages === true && { isStreamed: parts > 0 };
  return { how, heard, ran: runs.slice(from), ...isStreamed, ...(faults.length > 0 && { faults }) };
}

async function shortened(playing: ReturnType<typeof session>) {
  const outcome = await playing;
  return { ...outcome, heard: outcome.heard.map((said) => /\b[A-Z]+_[A-Z_]+\b/.exec(said)?.[0] ?? said) };
}

await playScenes(
  'claude',
  [
    ['allowed', () => session('mcp__own__add', { a: 1, b: 2 }), { how: 'ended', heard: ['3'], ran: ['add'] }],
    [
      'denied',
      () => shortened(session('mcp__own__erase', {})),
      { how: 'ended', heard: ['DENY_NO_MATCHING_RULE'], ran: [] },
    ],
    [
      'parallel',
      () =>
        shortened(
          sessionOf([
            ['mcp__own__add', { a: 1, b: 2 }],
            ['mcp__own__add', { a: 1, b: 2 }],
            ['mcp__own__erase', {}],
          ]),
        ),
      { how: 'ended', heard: ['3', '3', 'DENY_NO_MATCHING_RULE'], ran: ['add', 'add'] },
    ],
    [
      'streamed',
      () =>
        sessionOf(
          [
            ['mcp__own__add', { a: 2, b: 2 }],
            ['mcp__own__add', { a: 3, b: 3 }],
          ],
          { includePartialMessages: true },
        ),
      { how: 'ended', heard: ['4', '6'], ran: ['add', 'add'], isStreamed: true },
    ],
    [
      'a tool of the same server that nobody governed',
      () => shortened(session('mcp__own__raw', {})),
      { how: 'ended', heard: ['DENY_NO_MATCHING_RULE'], ran: [] },
    ],
    [
      'held then approved',
      async () => {
        const [outcome] = await Promise.all([session('mcp__own__pay', { to: 'Ada' }), hall.approve()]);
        return outcome;
      },
      { how: 'ended', heard: ['paid Ada'], ran: ['pay'] },
    ],
    [
      'held then denied',
      async () => {
        const playing = shortened(session('mcp__own__pay', { to: 'Ada' }));
        await hall.approve('deny');
        return playing;
      },
      { how: 'ended', heard: ['APPROVAL_DENIED'], ran: [] },
    ],
    [
      'its own tool, allowed',
      () => session('Bash', { command: 'echo from the shell' }),
      { how: 'ended', heard: ['from the shell'], ran: [] },
    ],
    [
      'its own tool, denied',
      () => shortened(session('Glob', { pattern: '*' })),
      { how: 'ended', heard: ['DENY_NO_MATCHING_RULE'], ran: [] },
    ],
    [
      'aborted',
      async () => {
        const abortController = new AbortController();
        const from = runs.length;
        const playing = session('mcp__own__wait', {}, { abortController });
        await until(() => runs.length > from);
        abortController.abort();
        const { how } = await playing;
        await until(() => runs.length > from + 1);
        return { isOver: how !== 'ended', ran: runs.slice(from) };
      },
      { isOver: true, ran: ['wait', 'stopped'] },
    ],
    [
      'Hall down',
      async () => {
        await hall.goDown();
        const own = await shortened(session('mcp__own__add', { a: 1, b: 2 }));
        return [own, await shortened(session('Bash', { command: 'echo no' }))];
      },
      [
        { how: 'ended', heard: ['HALL_UNREACHABLE'], ran: [] },
        { how: 'ended', heard: ['HALL_UNREACHABLE'], ran: [] },
      ],
    ],
  ],
  async () => {
    await hall.close();
    rmSync(home, { recursive: true, force: true });
  },
);
