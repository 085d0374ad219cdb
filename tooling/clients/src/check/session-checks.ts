import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Target } from '../client/client.ts';
import { type ModelRequest, type ToolResult, toolResults } from '../model/model-request.ts';
import type { Reply } from '../model/reply.ts';
import { runClaude } from '../model/run-claude.ts';
import { ChangingServer } from '../place/changing-server.ts';
import type { Place } from '../place/place.ts';
import { type Check, holds } from './check.ts';

/** What Claude Code calls a tool of the server `files`. */
const shown = (name: string) => `mcp__files__${name}`;
const call = (name: string, input: Readonly<Record<string, unknown>>) => ({ tool: shown(name), input });
/** It can open pages, says so, and opens none where nobody looks at its screen. */
const WAITS = /HELD_FOR_APPROVAL|APPROVAL_NOT_OPENED/;
const END: Reply = { text: 'Thank you.' };

/** Whole sessions of Claude Code with a scripted model: what the model is given, and what really happened. */
export function sessionChecks(place: Place): Check[] {
  const sessions = {
    allowed,
    denied,
    held,
    'held, then denied by a steward': refused,
    'a changed tool': changed,
  };
  return Object.entries(sessions).map(([name, run]) => ({
    name: `claude-code session: ${name}`,
    way: 'stdio',
    run: () => run(place, `session-${name}`),
  }));
}

async function allowed(place: Place, name: string): Promise<string> {
  const read = call('read_text_file', { path: place.file });
  const results = await session(place, await place.notes(name), [() => read]);
  holds(results[0]?.isError === false, 'The read failed.');
  holds(results[0]?.text.includes('hello from behind the Hall') === true, 'The model did not get the file.');
  return 'the model gets the result';
}

async function denied(place: Place, name: string): Promise<string> {
  const destination = join(place.data, `${name}.txt`);
  const move = call('move_file', { source: place.file, destination });
  const results = await session(place, await place.notes(name), [() => move]);
  const { text, isError } = results[0] ?? { text: '', isError: false };
  holds(isError && text.includes('DENY_NO_MATCHING_RULE'), `The model was told: ${text}`);
  holds(text.split('\n').filter(Boolean).length >= 2, `The model was not told what to do: ${text}`);
  holds(existsSync(place.file) && !existsSync(destination), 'A denied call ran.');
  holds(place.calls('move_file') === 0, 'The server got a call that was denied.');
  return 'the model gets code and remedy, nothing ran';
}

async function held(place: Place, name: string): Promise<string> {
  const path = join(place.data, 'held.txt');
  const write = call('write_file', { path, content: 'approved' });
  const before = place.calls('write_file');
  const approve = async (request: ModelRequest) => {
    holds(!existsSync(path), 'It was written before anybody approved it.');
    await resolve(place, name, 'approve', lastOf(request));
    return write;
  };
  const results = await session(place, await place.notes(name), [() => write, approve, () => write]);
  holds(results[0]?.isError === true && WAITS.test(results[0].text), `It read: ${results[0]?.text}`);
  holds(results[1]?.isError === false, `The model did not get the result: ${results[1]?.text}`);
  holds(readFileSync(path, 'utf8') === 'approved', 'Something else was written.');
  // The third call is another one: what was approved is used up.
  holds(WAITS.test(results[2]?.text ?? ''), `A third call: ${results[2]?.text}`);
  holds(place.calls('write_file') === before + 1, 'It did not run exactly once.');
  return 'approval id, a steward approves, the retry gets the result; written once';
}

async function refused(place: Place, name: string): Promise<string> {
  const path = join(place.data, 'refused.txt');
  const write = call('write_file', { path, content: 'refused' });
  const before = place.calls('write_file');
  const deny = async (request: ModelRequest) => {
    await resolve(place, name, 'deny', lastOf(request));
    return write;
  };
  const results = await session(place, await place.notes(name), [() => write, deny]);
  holds(results[1]?.text.includes('APPROVAL_DENIED') === true, `The model was told: ${results[1]?.text}`);
  holds(!existsSync(path) && place.calls('write_file') === before, 'A call that a steward denied ran.');
  return 'the model is told so, nothing ran';
}

async function changed(place: Place, name: string): Promise<string> {
  const server = new ChangingServer(place.home);
  const options = ['--env', 'TOOLS', 'LOG', '--run', 'search', 'count'];
  const target = place.wrap(name, options, server.command);
  const withEnv = { ...target, env: { ...target.env, ...server.env } };
  const change = () => {
    server.change();
    return call('search', { words: 'b' });
  };
  const turns = [() => call('search', { words: 'a' }), change, () => call('count', { words: 'c' })];
  const first = await recorded(place, withEnv, turns);
  holds(first.results[0]?.isError === false, `Before the change: ${first.results[0]?.text}`);
  holds(
    first.results[1]?.isError === true && /DENY_|TOOL/.test(first.results[1].text),
    `After it: ${first.results[1]?.text}`,
  );
  holds(first.results[2]?.isError === false, `Its neighbour: ${first.results[2]?.text}`);
  const second = await recorded(place, withEnv, [() => call('search', { words: 'd' })]);
  holds(
    !second.tools.includes(shown('search')) && second.tools.includes(shown('count')),
    `It sees: ${second.tools}`,
  );
  holds(second.results[0]?.isError === true, `A hidden tool was called: ${second.results[0]?.text}`);
  holds(
    ![first.received, second.received].some((text) => text.includes(server.poison)),
    'The model read the new text.',
  );
  holds(
    server.calls('search') === 1 && server.calls('count') === 1,
    'The server got other calls than it should.',
  );
  return 'denied at once, then hidden; its neighbour runs; the model never reads the new text';
}

type Turns = readonly ((request: ModelRequest) => Reply | Promise<Reply>)[];

async function session(place: Place, target: Target, turns: Turns): Promise<ToolResult[]> {
  return (await recorded(place, target, turns)).results;
}

/** A session that ends once the turns are over, and what the model had seen by then. */
async function recorded(place: Place, target: Target, turns: Turns) {
  let results: ToolResult[] = [];
  let tools: string[] = [];
  const end = (request: ModelRequest) => {
    results = toolResults(request);
    tools = (request.tools ?? []).map(({ name }) => name);
    return END;
  };
  if (target.kind === 'http') throw new Error('These sessions start their gateways.');
  const { command, args, env } = target;
  const home = join(place.home, 'claude-sessions');
  const received = await runClaude({
    home,
    turns: [...turns, end],
    servers: { files: { command, args, env } },
  });
  holds(results.length === turns.length, `The model saw ${results.length} results of ${turns.length} calls.`);
  return { results, tools, received };
}

function lastOf(request: ModelRequest): string {
  return toolResults(request).at(-1)?.text ?? '';
}

/** Does what a steward would who was given what the model read. */
async function resolve(place: Place, name: string, verb: 'approve' | 'deny', text: string): Promise<void> {
  const [, id = ''] = /Approval: (\S+)/.exec(text) ?? [];
  const [, page = ''] = /Page of the approval: (\S+)/.exec(text) ?? [];
  holds(id !== '' && page.endsWith(id), `The model got neither an approval id nor its page: ${text}`);
  const hall = ['--url', new URL(page).origin, '--key', place.key(name, 'steward')];
  const { code, err } = await place.wcp(['approvals', verb, id, ...hall]);
  holds(code === 0, `The steward could not ${verb}: ${err}`);
}
