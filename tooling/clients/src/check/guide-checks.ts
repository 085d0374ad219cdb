import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pack, packageNames } from '../../../src/packages/pack.ts';
import { ROOT } from '../../../src/repository/root.ts';
import { bin } from '../client/programs.ts';
import { sdkV1 } from '../client/sdk.ts';
import { Guide } from '../guide/document.ts';
import { Newcomer } from '../guide/newcomer.ts';
import { Registry } from '../guide/registry.ts';
import { type ModelRequest, toolResults } from '../model/model-request.ts';
import { runClaude } from '../model/run-claude.ts';
import type { Place } from '../place/place.ts';
import { type Check, holds } from './check.ts';

const MINUTES = 5;
const call = (name: string, input: Readonly<Record<string, unknown>>) => ({
  tool: `mcp__files__${name}`,
  input,
});

/** Whoever reads the page, and where they are in it. */
interface Reading {
  readonly guide: Guide;
  readonly newcomer: Newcomer;
}

/** Somebody follows `docs/mcp.md`, line by line, with the packed CLI, an empty home and Claude Code. */
export function guideChecks(place: Place): Check[] {
  return [{ name: 'docs/mcp.md, line by line', way: 'shell', run: () => read(place) }];
}

async function read(place: Place): Promise<string> {
  const tarballs = packageNames().map(
    (name) => [`@wcp/${name}`, pack(name, join(place.home, 'tarballs'))] as const,
  );
  const registry = new Registry(new Map(tarballs));
  await registry.open();
  try {
    const newcomer = new Newcomer(place.home, registry, dirname(bin('claude')));
    const reading = { guide: new Guide(), newcomer };
    const minutes = await fiveMinutes(reading);
    await takeBack(reading);
    await importAndUndo(reading);
    await settings(reading);
    await workers(reading);
    await changes(reading);
    holds(reading.guide.left === 0, `${reading.guide.left} blocks of the page were not tried.`);
    return `from nothing to evidence that verifies in ${minutes.toFixed(1)} minutes of commands`;
  } finally {
    await registry.close();
  }
}

async function fiveMinutes(reading: Reading): Promise<number> {
  const { guide, newcomer } = reading;
  const began = performance.now();
  await newcomer.type(guide.next('npm install --global @wcp/cli'));
  await newcomer.type(guide.next('claude mcp add files -- wcp mcp wrap'));
  await otherClient(reading);
  await session(reading);
  const minutes = (performance.now() - began) / 60_000;
  holds(minutes < MINUTES, `It took ${minutes.toFixed(1)} minutes.`);
  return minutes;
}

/** The file that other clients have: a client starts what stands in it. */
async function otherClient({ guide, newcomer }: Reading): Promise<void> {
  const notes = join(newcomer.home, 'notes');
  const { mcpServers } = JSON.parse(guide.next('{\n  "mcpServers"', { notes })) as {
    mcpServers: { files: { command: string; args: string[] } };
  };
  const connection = await sdkV1({ kind: 'stdio', ...mcpServers.files, env: newcomer.env });
  try {
    const text = await connection.call('read_text_file', { path: join(notes, 'a.txt') });
    holds(text.includes('hello'), `Another client read: ${text}`);
  } finally {
    await connection.close();
  }
}

/** The agent reads and writes, and its user does beside it what the page says. */
async function session({ guide, newcomer }: Reading): Promise<void> {
  const { home, env } = newcomer;
  const [a, b] = [join(home, 'notes', 'a.txt'), join(home, 'notes', 'b.txt')];
  const write = call('write_file', { path: b, content: 'from the agent' });
  const approve = async (request: ModelRequest) => {
    holds(lastOf(request).includes('Approval: '), `The agent was told: ${lastOf(request)}`);
    holds(!existsSync(b), 'It was written before anybody approved it.');
    const [, page = ''] = /Page of the approval: (\S+)/.exec(lastOf(request)) ?? [];
    const shown = await fetch(page);
    holds(shown.ok && (await shown.text()).includes('<html'), `The page of the link is not there: ${page}`);
    const filling = { address: new URL(page).origin, approval: page.split('/').at(-1) ?? '' };
    await newcomer.type(guide.next('cd ~/.wcp/mcp/filesystem-*', filling));
    holds(readFileSync(b, 'utf8') === 'from the agent', 'The approved call did not write.');
    return write;
  };
  const verify = async (request: ModelRequest) => {
    holds(lastOf(request).includes('Successfully wrote'), `The agent got: ${lastOf(request)}`);
    const printed = await newcomer.type(guide.next('WCP_HALL_KEY='));
    holds(printed.includes('nothing is changed or missing'), `It printed: ${printed}`);
    return { text: 'Thank you.' };
  };
  const asksToWrite = (request: ModelRequest) => {
    holds(lastOf(request).includes('hello'), `The agent read: ${lastOf(request)}`);
    return write;
  };
  await runClaude({
    home,
    env,
    turns: [() => call('read_text_file', { path: a }), asksToWrite, approve, verify],
  });
}

/** Nothing of it is left. */
async function takeBack({ guide, newcomer }: Reading): Promise<void> {
  await newcomer.type(guide.next('cd && claude mcp remove files'));
  const gone = await newcomer.type('command -v wcp || echo gone');
  holds(gone.trim() === 'gone', 'wcp is still there.');
  holds(readdirSync(join(newcomer.home, '.wcp', 'mcp')).length === 0, 'The gateway is still there.');
  await newcomer.type('npm install --global @wcp/cli');
}

/** A client that had its servers before it heard of any gateway. */
async function importAndUndo({ guide, newcomer }: Reading): Promise<void> {
  const file = join(newcomer.home, '.claude.json');
  await newcomer.type('claude mcp add files -- npx -y @modelcontextprotocol/server-filesystem "$PWD/notes"');
  const before = serversOf(file);
  const shown = await newcomer.type(guide.next('wcp mcp import --claude'));
  holds(shown.includes('1 server moved behind the gateway'), `It printed: ${shown}`);
  const listed = await newcomer.type('claude mcp list');
  holds(/^wcp: .*[✓✔]/m.test(listed) && !/^files:/m.test(listed), `The client shows: ${listed}`);
  await newcomer.type(guide.next('wcp mcp undo'));
  holds(serversOf(file) === before, 'The client does not have its servers as they were.');
}

/** The example of `mcp.json`, of which the server with an address is somebody else's. */
async function settings({ guide, newcomer }: Reading): Promise<void> {
  const notes = join(newcomer.home, 'notes');
  const example = JSON.parse(guide.next('{\n  "authority"', { notes })) as {
    servers: Record<string, object>;
  };
  delete example.servers['issues'];
  // What the page says of a machine behind a proxy.
  const env = { HTTPS_PROXY: `\${HTTPS_PROXY:-}`, NODE_EXTRA_CA_CERTS: `\${NODE_EXTRA_CA_CERTS:-}` };
  example.servers['files'] = { ...example.servers['files'], env };
  const dir = join(newcomer.home, 'example');
  mkdirSync(dir, { mode: 0o700 });
  writeFileSync(join(dir, 'mcp.json'), JSON.stringify(example));
  const printed = await newcomer.type(`wcp mcp test --dir ${dir}`);
  holds(printed.includes('14 tools are served'), `It printed: ${printed}`);
}

/** A worker of this checkout, which is built. */
async function workers({ guide, newcomer }: Reading): Promise<void> {
  await newcomer.type(`cd ${ROOT}`);
  await newcomer.type(guide.next('claude mcp add summarizer'));
  const listed = await newcomer.type('claude mcp list');
  holds(/^summarizer: .*[✓✔]/m.test(listed), `The client shows: ${listed}`);
  await newcomer.type('cd');
  const { mcpServers } = JSON.parse(guide.next('{\n  "mcpServers"', { workers: join(ROOT, 'workers') })) as {
    mcpServers: { summarizer: { command: string; args: string[] } };
  };
  const connection = await sdkV1({ kind: 'stdio', ...mcpServers.summarizer, env: newcomer.env });
  try {
    const text = await connection.call('doc_summarize', { text: 'A hall has doors. A door has a key.' });
    // Where nothing contains it, a steward sees its calls first.
    holds(text.includes('"summary"') || text.includes('Approval: '), `The worker answered: ${text}`);
  } finally {
    await connection.close();
  }
  const dir = join(newcomer.home, 'labelled');
  mkdirSync(dir, { mode: 0o700 });
  writeFileSync(join(dir, 'mcp.json'), guide.next('{\n  "servers": {},\n  "workers"'));
  const printed = await newcomer.type(`wcp mcp test --dir ${dir}`);
  holds(printed.includes('It denies what nobody enrolled'), `It printed: ${printed}`);
}

/** The tools of a gateway that was wrapped, without a word of where it is. */
async function changes({ guide, newcomer }: Reading): Promise<void> {
  await newcomer.type('rm -r ~/.wcp');
  await newcomer.type(
    'wcp mcp wrap -- npx -y @modelcontextprotocol/server-filesystem "$PWD/notes" < /dev/null',
  );
  const printed = await newcomer.type(guide.next('wcp mcp list'));
  holds(
    printed.includes('No tool differs') && printed.includes('14 tools are served'),
    `It printed: ${printed}`,
  );
}

function lastOf(request: ModelRequest): string {
  return toolResults(request).at(-1)?.text ?? '';
}

/** What a client's file says of servers; the rest of it is the client's own. */
function serversOf(file: string): string {
  const { mcpServers, projects } = JSON.parse(readFileSync(file, 'utf8')) as {
    mcpServers?: object;
    projects?: Record<string, { mcpServers?: object }>;
  };
  return JSON.stringify([
    mcpServers,
    Object.entries(projects ?? {}).map(([name, each]) => [name, each.mcpServers]),
  ]);
}
