/** Claude Code, asked by its hooks as `wcp hook install` sets them up: whole sessions, with a scripted model on loopback. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ModelRequest, toolResults } from '../../tooling/clients/src/model/model-request.ts';
import type { Reply } from '../../tooling/clients/src/model/reply.ts';
import { runClaude } from '../../tooling/clients/src/model/run-claude.ts';
import { openExampleHall } from '../shared/hall.ts';
import { playScenes } from '../shared/scenes.ts';

const WCP = fileURLToPath(new URL('../../packages/cli/bin/wcp.mjs', import.meta.url));
const TOOLS = 'Bash,Write,Glob';
const hall = await openExampleHall();
const place = mkdtempSync(join(tmpdir(), 'wcp-hooks-'));
const least = { data: 1, network: 0, financial: 0, time: 0, reversibility: 0 };
let homes = 0;

/** A home whose Claude Code has the hooks, installed as an operator would. */
function homeWith(more: object = {}): string {
  homes += 1;
  const home = join(place, `home-${homes}`);
  const dir = join(home, 'hook');
  mkdirSync(dir, { recursive: true });
  const tools = { Bash: { blast_radius: least }, Write: { blast_radius: least } };
  const settings = { ...hall.connection, authority: 'x.acme', tenant_id: 'acme', tools, ...more };
  writeFileSync(join(dir, 'settings.json'), JSON.stringify(settings), { mode: 0o600 });
  const args = [WCP, 'hook', 'install', 'claude-code', '--write', '--dir', dir];
  execFileSync(process.execPath, args, { env: { ...process.env, HOME: home }, stdio: 'ignore' });
  return home;
}

type Turn = (request: ModelRequest) => Reply | Promise<Reply>;

/** A session in which the model wants these tools, and what it is told of each: code or output. */
async function session(home: string, turns: readonly Turn[], signal?: AbortSignal) {
  let heard: string[] = [];
  const end = (request: ModelRequest) => {
    heard = toolResults(request).map(({ text }) => /\b[A-Z]+_[A-Z_]+\b/.exec(text)?.[0] ?? text.trim());
    return { text: 'Done.' };
  };
  await runClaude({ home, tools: TOOLS, turns: [...turns, end], ...(signal && { signal }) });
  return heard;
}

const echo: Turn = () => ({ tool: 'Bash', input: { command: 'echo from the shell' } });
const writing =
  (file: string): Turn =>
  () => ({ tool: 'Write', input: { file_path: file, content: 'new' } });
const isWritten = (file: string) => existsSync(file) && readFileSync(file, 'utf8').includes('new');

await playScenes(
  'hooks',
  [
    [
      'allowed',
      async () => {
        const heard = await session(homeWith(), [echo]);
        return { heard, outcomes: await hall.outcomes() };
      },
      { heard: ['from the shell'], outcomes: ['ok'] },
    ],
    [
      'parallel',
      async () => {
        const both = [1, 2].map((n) => ({ tool: 'Bash', input: { command: `echo ${n}` } }));
        const denied = { tool: 'Glob', input: { pattern: '*' } };
        const heard = await session(homeWith(), [() => ({ all: [...both, denied] })]);
        return heard.toSorted();
      },
      ['1', '2', 'DENY_NO_MATCHING_RULE'],
    ],
    [
      'a tool that fails',
      async () => {
        const from = (await hall.outcomes()).length;
        await session(homeWith(), [() => ({ tool: 'Bash', input: { command: 'exit 3' } })]);
        return (await hall.outcomes()).slice(from);
      },
      ['error'],
    ],
    [
      'denied',
      () => session(homeWith(), [() => ({ tool: 'Glob', input: { pattern: '*' } })]),
      ['DENY_NO_MATCHING_RULE'],
    ],
    [
      'held then approved, while the hook waits',
      async () => {
        const home = homeWith();
        const file = join(home, 'new.txt');
        const [heard] = await Promise.all([session(home, [writing(file)]), hall.approve()]);
        return { told: heard.length, isWritten: isWritten(file) };
      },
      { told: 1, isWritten: true },
    ],
    [
      'held, and made again: it is the same one to the steward',
      async () => {
        const home = homeWith({ hold_wait_ms: 0 });
        const file = join(home, 'new.txt');
        const heard = await session(home, [writing(file), writing(file)]);
        const held = await hall.heldCalls();
        await hall.approve('deny');
        return { heard, held, isWritten: isWritten(file) };
      },
      { heard: ['HELD_FOR_APPROVAL', 'HELD_FOR_APPROVAL'], held: 1, isWritten: false },
    ],
    [
      'held then denied',
      async () => {
        const home = homeWith();
        const file = join(home, 'new.txt');
        const [heard] = await Promise.all([session(home, [writing(file)]), hall.approve('deny')]);
        return { heard, isWritten: isWritten(file) };
      },
      { heard: ['APPROVAL_DENIED'], isWritten: false },
    ],
    [
      'aborted while it is held: a late approval runs nothing',
      async () => {
        const home = homeWith();
        const file = join(home, 'new.txt');
        const controller = new AbortController();
        const playing = session(home, [writing(file)], controller.signal);
        while ((await hall.heldCalls()) === 0) await new Promise((resolve) => setTimeout(resolve, 50));
        controller.abort();
        await playing;
        await hall.approve();
        return { isWritten: isWritten(file), held: await hall.heldCalls() };
      },
      { isWritten: false, held: 0 },
    ],
    [
      'without its program',
      async () => {
        const home = homeWith();
        const file = join(home, '.claude', 'settings.json');
        writeFileSync(file, readFileSync(file, 'utf8').replaceAll(WCP, `${WCP}.gone`));
        return (await session(home, [echo])).map((told) => told.includes('from the shell'));
      },
      [false],
    ],
    [
      'Hall down',
      async () => {
        await hall.goDown();
        return session(homeWith(), [echo]);
      },
      ['HALL_UNREACHABLE'],
    ],
  ],
  async () => {
    await hall.close();
    rmSync(place, { recursive: true, force: true });
  },
);
