import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { expect, onTestFinished, test } from 'vitest';
// @boundaries-ignore the registry that a real npm installs from
import { NpmRegistry, npmEnvironment, scriptedPackage } from '../../../../mcp/tests/support/npm-registry.ts';
// @boundaries-ignore whether this machine can contain a program decides what the log has to say
import { probeSandbox } from '../../../../sandbox/src/index.ts';
import { PROGRAM, scratch, wcp } from '../../support/support.ts';

const { is_contained } = await probeSandbox();
const PACKAGE = '@acme/mcp-server-scripted';
/** A server that writes to, and reads, what it is told to. */
const NOTES = `
  import fs from 'node:fs';
  const tools = ['read', 'write'].map((name) => ({ name, inputSchema: { type: 'object' } }));
  const answers = {
    'server/discover': () => ({ supportedVersions: ['2026-07-28'], capabilities: { tools: {} } }),
    'tools/list': () => ({ tools }),
    'tools/call': ({ name, arguments: { path } }) => ({ content: [{ type: 'text', text: did(name, path) }] }),
  };
  const did = (name, path) => {
    try {
      return name === 'read' ? fs.readFileSync(path, 'utf8') : String(fs.writeFileSync(path, 'written'));
    } catch (error) {
      return error.code;
    }
  };
  let rest = '';
  process.stdin.on('data', (chunk) => {
    const lines = (rest + chunk).split('\\n');
    rest = lines.pop();
    for (const { id, method, params } of lines.map((line) => JSON.parse(line))) {
      const answer = answers[method] ? { result: answers[method](params) } : { error: { code: -32601, message: '' } };
      if (id !== undefined) process.stdout.write(JSON.stringify({ jsonrpc: '2.0', id, ...answer }) + '\\n');
    }
  });
  process.stdin.on('end', () => process.exit(0));`;

/** A user of this machine who starts a server with npx, from a registry with one version of it. */
class NpxUser {
  readonly home = scratch();
  registry!: NpmRegistry;
  printed = '';

  static async open(): Promise<NpxUser> {
    const user = new NpxUser();
    user.registry = await NpmRegistry.open();
    const files = { 'main.mjs': NOTES };
    user.registry.publish({ name: PACKAGE, version: '1.0.0', files, manifest: { bin: 'main.mjs' } });
    mkdirSync(join(user.home, 'notes'));
    writeFileSync(join(user.home, 'notes/a.txt'), 'hello');
    writeFileSync(join(user.home, 'secret'), 'secret');
    chmodSync(user.home, 0o755);
    return user;
  }

  get env(): Record<string, string> {
    return npmEnvironment(this.registry, this.home);
  }

  get dir(): string {
    const root = join(this.home, '.wcp/mcp');
    return join(root, readdirSync(root)[0] as string);
  }

  /** The folder of what was installed. */
  get installed(): string {
    const [alias = ''] = readdirSync(join(this.dir, 'packages'));
    return join(this.dir, 'packages', alias, 'files/node_modules', PACKAGE);
  }

  async connect(options: readonly string[], words: readonly string[], more = {}): Promise<Client> {
    const args = [PROGRAM, 'mcp', 'wrap', '--run', 'read', 'write', ...options, '--', ...words];
    const { home: cwd } = this;
    const env = { ...this.env, ...more };
    const transport = new StdioClientTransport({ command: process.execPath, args, env, cwd, stderr: 'pipe' });
    this.printed = '';
    transport.stderr?.on('data', (chunk) => {
      this.printed += chunk;
    });
    const client = new Client({ name: 'test', version: '1.0.0' });
    onTestFinished(() => client.close());
    await client.connect(transport);
    return client;
  }

  async call(client: Client, name: string, path: string): Promise<unknown> {
    const { content } = await client.callTool({ name, arguments: { path: join(this.home, path) } });
    return (content as { text: string }[])[0]?.text;
  }
}

test.skipIf(!is_contained)(
  'The first minute of npx: it says what the server may touch, and the server can touch nothing else.',
  async () => {
    const user = await NpxUser.open();
    const words = ['npx', '-y', PACKAGE, './notes'];
    const first = await user.connect([], words);
    expect(user.printed).toContain(
      `(${PACKAGE} 1.0.0) runs contained: it may write to "${join(user.home, 'notes')}"`,
    );
    expect(user.printed).toContain('read no other file of yours, and reach no network.');
    expect(await user.call(first, 'read', 'notes/a.txt')).toBe('hello');
    expect(await user.call(first, 'write', 'notes/b.txt')).toBe('undefined');
    expect(readFileSync(join(user.home, 'notes/b.txt'), 'utf8')).toBe('written');
    for (const path of ['secret', '.wcp', '../../etc/passwd-']) {
      expect(await user.call(first, 'read', path), path).toBe('ENOENT');
      expect(await user.call(first, 'write', `${path}/x`), path).toMatch(
        /^(?:ENOENT|ERR_ACCESS_DENIED|EROFS)$/,
      );
    }
    await first.close();

    // Without a network, it is still there; with another byte, its tools are others.
    user.registry.close();
    const second = await user.connect([], words);
    expect((await second.listTools()).tools).toHaveLength(2);
    await second.close();
    rmSync(join(user.installed, 'main.mjs'));
    writeFileSync(join(user.installed, 'main.mjs'), `${NOTES}\n// evil`);
    const third = await user.connect([], words);
    expect((await third.listTools()).tools).toEqual([]);
    expect(user.printed).toContain('Hidden and denied: 2 changed.');
    await third.close();
    const { code, out } = await wcp(['mcp', 'diff', '--dir', user.dir, '--json'], { env: user.env });
    const tools = [{ state: 'changed', differences: [{ path: '/source' }] }, { state: 'changed' }];
    expect([code, JSON.parse(out)]).toMatchObject([1, { tools }]);
  },
);

test.skipIf(!is_contained)(
  'What the operator allows beside the command is allowed, and no more.',
  async () => {
    const user = await NpxUser.open();
    const client = await user.connect(
      ['--allow-read', 'secret', '--allow-host', 'api.example.com'],
      ['npx', PACKAGE],
    );
    expect(user.printed).toContain(
      `it may write to no folder of yours, read "${join(user.home, 'secret')}", and reach api.example.com.`,
    );
    expect(await user.call(client, 'read', 'secret')).toBe('secret');
    expect(await user.call(client, 'write', 'secret')).toMatch(/^(?:EROFS|EACCES|ERR_ACCESS_DENIED)$/);
    expect(await user.call(client, 'read', 'notes/a.txt')).toBe('ENOENT');
  },
);

test('A folder that holds the keys of the gateway is not given to a server: exit code 2, and what to do.', async () => {
  const user = await NpxUser.open();
  const words = ['mcp', 'wrap', '--', 'npx', PACKAGE, user.home];
  const { code, err } = await wcp(words, { env: user.env });
  expect([code, err]).toEqual([2, expect.stringContaining('where the keys of this gateway are')]);
  expect(existsSync(join(user.dir, 'packages'))).toBe(false);
});

test('With --no-containment it runs with the rights of its user from what was pinned, and that is said.', async () => {
  const user = await NpxUser.open();
  const client = await user.connect(['--no-containment'], ['npx', PACKAGE, 'notes']);
  expect(user.printed).toContain(`(${PACKAGE} 1.0.0) is NOT contained`);
  expect(await user.call(client, 'read', 'secret')).toBe('secret');
  await client.close();
  user.registry.publish(scriptedPackage('2.0.0', []));
  const { code, out } = await wcp(['mcp', 'list', '--dir', user.dir, '--json'], { env: user.env });
  const servers = [{ is_contained: false, package: { name: PACKAGE, version: '1.0.0' } }];
  expect([code, JSON.parse(out)]).toMatchObject([0, { servers }]);
});

test('Where nothing can be contained it is pinned all the same, and that nothing holds it is said.', async () => {
  const user = await NpxUser.open();
  const bin = join(user.home, 'bin');
  mkdirSync(bin);
  symlinkSync(process.execPath, join(bin, 'node'));
  const npm = execFileSync('which', ['npm'], { encoding: 'latin1' }).trim();
  symlinkSync(realpathSync(npm), join(bin, 'npm'));
  const client = await user.connect([], ['npx', PACKAGE, './notes'], { PATH: bin });
  expect(user.printed).toContain(`(${PACKAGE} 1.0.0) is NOT contained`);
  expect(await user.call(client, 'read', 'notes/a.txt')).toBe('hello');
  expect(JSON.parse(readFileSync(join(user.dir, 'mcp.json'), 'utf8')).servers).toMatchObject({
    scripted: { isolation: 'declared', envelope: { network_egress: 'none' } },
  });
});

test('What cannot be contained says why, and takes no options of containment.', async () => {
  const { home, env } = await NpxUser.open();
  for (const [words, said] of [
    [['uvx', 'mcp-server-git'], 'uvx fetches what it runs from PyPI'],
    [[process.execPath, 'server.mjs'], 'nobody says which package it is of'],
  ] as const) {
    const { code, err } = await wcp(['mcp', 'wrap', '--allow-read', home, '--', ...words], { env });
    expect([code, err]).toEqual([2, expect.stringContaining(`This server cannot be contained: ${said}`)]);
  }
  const both = await wcp(['mcp', 'wrap', '--no-containment', '--allow-read', home, '--', 'npx', PACKAGE], {
    env,
  });
  expect(both.code).toBe(2);
  const gone = await wcp(['mcp', 'wrap', '--allow-write', join(home, 'gone'), '--', 'npx', PACKAGE], { env });
  expect([gone.code, gone.err]).toEqual([
    2,
    expect.stringContaining('is not a file or folder of this machine'),
  ]);
});
