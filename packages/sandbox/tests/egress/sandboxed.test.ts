import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { expect, test, vi } from 'vitest';
import { type EgressConnection, type SandboxOptions, sandboxed } from '../../src/index.ts';
import { HOST, serveHttp } from './support/hosts.ts';
import { canIsolate, isInstalled, isolated } from './support/sandbox.ts';

/** Runs a program in the whole sandbox, with a host of this machine that it may reach. */
async function run(
  port: number,
  { command, program, tools = [] }: { command: string[]; program: string; tools?: string[] },
) {
  const told: EgressConnection[] = [];
  const options: SandboxOptions = {
    command,
    package: [{ path: command.at(-1) ?? '', bytes: Buffer.from(program) }],
    envelope: {
      ...{ network_egress: 'allowlisted', egress_allowlist: [`${HOST}:${port}`], tools },
      ...{ secrets_access: [], filesystem_writes: [] },
    },
    egress: {
      private_hosts: [HOST],
      resolve: async () => [{ address: '127.0.0.1', family: 4 }],
      onConnection: (connection) => told.push(connection),
    },
  };
  const { process: child, enforcement, close } = await sandboxed(options);
  child.stdin?.end();
  const [out, err] = await Promise.all(
    [child.stdout, child.stderr].map((stream) => text(stream ?? Readable.from([]))),
  );
  await close();
  return { out, err, told, enforcement };
}

const hello = () => serveHttp((_asked, answer) => answer.end('hello'));
const reached = { host: HOST, address: '127.0.0.1', outcome: 'connected' };

isolated('A Node program reaches the host of its envelope, and starts nothing for it', async () => {
  const port = await hello();
  const program = `
fetch('http://${HOST}:${port}/').then(async (answer) => console.log(await answer.text()))
  .then(() => fetch('http://evil.example/')).catch((error) => console.log(error.cause?.code ?? error));`;
  const { out, err, told, enforcement } = await run(port, { command: ['node', 'main.js'], program });
  expect({ out, err }).toEqual({ out: 'hello\nEACCES\n', err: '' });
  expect(enforcement).toMatchObject({ network_egress: { level: 'enforced' }, tools: { level: 'enforced' } });
  await vi.waitFor(() => expect(told).toHaveLength(2));
  expect(told).toContainEqual(expect.objectContaining({ ...reached, port }));
  expect(told).toContainEqual(
    expect.objectContaining({ host: 'evil.example', port: 80, outcome: 'refused' }),
  );
});

isolated('A Python program reaches the host of its envelope', async () => {
  const port = await hello();
  const program = `
import urllib.request, urllib.error
print(urllib.request.urlopen("http://${HOST}:${port}/", timeout=20).read().decode())
try: urllib.request.urlopen("http://evil.example/", timeout=20)
except urllib.error.HTTPError as error: print(error.code)`;
  const { out, err, told } = await run(port, { command: ['python3', 'main.py'], program });
  expect({ out, err }).toEqual({ out: 'hello\n403\n', err: '' });
  await vi.waitFor(() => expect(told).toHaveLength(2));
  expect(told).toContainEqual(expect.objectContaining({ ...reached, port }));
});

test.skipIf(!canIsolate || !isInstalled('curl'))(
  'A tool reaches the host of its worker’s envelope',
  async () => {
    const port = await hello();
    const program = `
console.log(require('node:child_process').execFileSync('curl', ['--silent', 'http://${HOST}:${port}/']).toString());`;
    const { out, told } = await run(port, { command: ['node', 'main.js'], program, tools: ['curl'] });
    expect(out).toBe('hello\n');
    await vi.waitFor(() => expect(told).toMatchObject([{ ...reached, port }]));
  },
);
