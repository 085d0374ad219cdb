import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ENVIRONMENT, PROGRAM, scratch, wcp } from '../../support/support.ts';

const PACKAGE = createRequire(import.meta.url).resolve(
  '@modelcontextprotocol/server-filesystem/package.json',
);
const SERVER = join(dirname(PACKAGE), 'dist/index.js');

let home: string;
let data: string;
const open: Client[] = [];
let printed = '';

beforeAll(() => {
  home = scratch();
  data = join(home, 'data');
  mkdirSync(data);
  writeFileSync(join(data, 'a.txt'), 'hello');
});
afterAll(() => Promise.all(open.map((client) => client.close())));

/** A client of the SDK that starts `wcp mcp wrap` as its configuration says. */
async function connect(...options: readonly string[]): Promise<Client> {
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [PROGRAM, 'mcp', 'wrap', ...options, '--', process.execPath, SERVER, data],
    env: { ...ENVIRONMENT, HOME: home },
    stderr: 'pipe',
  });
  transport.stderr?.on('data', (chunk: Buffer) => {
    printed += chunk.toString('utf8');
  });
  const client = new Client({ name: 'test', version: '1.0.0' });
  open.push(client);
  await client.connect(transport);
  return client;
}

const gatewayDir = () => join(home, '.wcp/mcp', readdirSync(join(home, '.wcp/mcp'))[0] as string);
const keyOf = (name: string) => readFileSync(join(gatewayDir(), `keys/${name}.key`), 'utf8').trim();
const textOf = (result: unknown) => JSON.stringify(result);

it('The first minute: list, a read that runs, a write that waits, is approved and ran once, and evidence that verifies.', async () => {
  const client = await connect('--trust', '--deny', 'move_file');
  const { tools } = await client.listTools();
  const names = tools.map(({ name }) => name);
  expect(names).toContain('read_text_file');
  expect(names).not.toContain('move_file');
  const read = { name: 'read_text_file', arguments: { path: join(data, 'a.txt') } };
  expect(textOf(await client.callTool(read))).toContain('hello');

  const write = { name: 'write_file', arguments: { path: join(data, 'b.txt'), content: 'x' } };
  expect(textOf(await client.callTool(write))).toContain('HELD_FOR_APPROVAL');
  expect(readdirSync(data)).toEqual(['a.txt']);
  const [, page = ''] = /waits for a steward: (\S+)/.exec(printed) ?? [];
  expect((await fetch(page)).status).toBe(200);
  for (const name of ['agent', 'steward', 'operator']) expect(printed).not.toContain(keyOf(name));
  const hall = ['--url', new URL(page).origin, '--key'];
  const id = page.split('/').at(-1) as string;
  expect((await wcp(['approvals', 'approve', id, ...hall, keyOf('agent')])).code).toBe(2);
  expect((await wcp(['approvals', 'approve', id, ...hall, keyOf('steward')])).code).toBe(0);
  expect(textOf(await client.callTool(write))).toContain('Successfully wrote');
  expect(readFileSync(join(data, 'b.txt'), 'utf8')).toBe('x');

  const move = {
    name: 'move_file',
    arguments: { source: join(data, 'a.txt'), destination: join(data, 'c.txt') },
  };
  expect(textOf(await client.callTool(move))).toContain('DENY_NO_MATCHING_RULE');
  const evidence = join(home, 'evidence');
  const exported = ['receipts', 'export', evidence, '--decisions', ...hall, keyOf('operator')];
  expect((await wcp(exported)).code).toBe(0);
  const verified = await wcp(['receipts', 'verify', evidence]);
  expect([verified.code, verified.out]).toEqual([
    0,
    expect.stringContaining('nothing is changed or missing'),
  ]);
  expect((await wcp(['replay', '--bundle', evidence])).code).toBe(0);
  const { out } = await wcp([
    'receipts',
    'list',
    '--stream',
    'agent.local',
    '--limit',
    '100',
    ...hall,
    keyOf('operator'),
    '--json',
  ]);
  const kinds = (JSON.parse(out).items as { receipt: { kind: string } }[]).map(({ receipt }) => receipt.kind);
  expect(kinds.filter((kind) => kind === 'outcome')).toHaveLength(2);
  const health = await fetch(new URL('/wcp/health', page)).then((answer) => answer.text());
  expect(health).not.toContain('WCP-9-5');
});

it('A second client on the same folder is served by the gateway of the first, and its calls are decided there.', async () => {
  const client = await connect('--trust', '--deny', 'move_file');
  expect(printed).toContain('Another process has the folder');
  const read = { name: 'read_text_file', arguments: { path: join(data, 'a.txt') } };
  expect(textOf(await client.callTool(read))).toContain('hello');
  const write = { name: 'write_file', arguments: { path: join(data, 'd.txt'), content: 'x' } };
  expect(textOf(await client.callTool(write))).toContain('HELD_FOR_APPROVAL');
  await expect(client.callTool({ name: 'nobody' })).rejects.toThrow('no tool of this name');
  expect(readdirSync(data)).not.toContain('d.txt');
});

it('Its tools can be listed and tried beside it, and nothing differs.', async () => {
  const args = ['--dir', gatewayDir()];
  const listed = await wcp(['mcp', 'list', '--json', ...args]);
  expect([listed.code, JSON.parse(listed.out).tools.length]).toEqual([0, 14]);
  expect((await wcp(['mcp', 'diff', ...args])).code).toBe(0);
  expect((await wcp(['mcp', 'enrol', '--all', ...args])).out).toBe('There is nothing to enrol.\n');
  expect((await wcp(['mcp', 'test', ...args])).err).toContain('A gateway has this folder now');
});

it('Without --dir it is the one gateway that was wrapped; of several, it asks which.', async () => {
  const env = { HOME: home };
  expect((await wcp(['mcp', 'diff'], { env })).out).toBe('No tool differs from what was enrolled.\n');
  const other = join(home, '.wcp/mcp/other');
  mkdirSync(other);
  writeFileSync(join(other, 'mcp.json'), '{}');
  const { code, err } = await wcp(['mcp', 'diff'], { env });
  expect([code, err]).toEqual([2, expect.stringContaining(`--dir ${gatewayDir()}`)]);
  rmSync(other, { recursive: true });
});

it('A command that does not run says so, with exit code 2, and leaves the client no tools.', async () => {
  const dir = join(home, 'broken');
  const { code, err } = await wcp(['mcp', 'wrap', '--dir', dir, '--', '/nowhere/at-all'], {
    env: { HOME: home },
  });
  expect([code, err]).toEqual([2, expect.stringContaining('Run its command by itself to see why.')]);
});

it('A key of another Hall in the environment does not serve, and the remedy says so.', async () => {
  const dir = join(home, 'other-key');
  const env = { HOME: home, WCP_HALL_KEY: keyOf('operator') };
  const args = ['mcp', 'wrap', '--dir', dir, '--', process.execPath, SERVER, data];
  const { code, err } = await wcp(args, { env });
  expect([code, err]).toEqual([2, expect.stringContaining('Unset it, to call with keys/agent.key')]);
});

it('A gateway that cannot deny does not start: exit code 1, a sentence and a remedy.', async () => {
  const dir = join(home, 'open');
  const args = ['mcp', 'wrap', '--dir', dir, '--', process.execPath, SERVER, data];
  const env = { HOME: home };
  expect((await wcp(args, { env })).code).toBe(0);
  const file = join(dir, 'hall.json');
  writeFileSync(
    file,
    JSON.stringify({ ...JSON.parse(readFileSync(file, 'utf8')), require_signatory: false }),
  );
  for (const command of [args, ['mcp', 'test', '--dir', dir]]) {
    const { code, err } = await wcp(command, { env });
    expect([code, err]).toEqual([1, expect.stringContaining('Set "require_signatory": true')]);
  }
});
