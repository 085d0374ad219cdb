import {
  existsSync,
  lstatSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { folderOf, wcp } from '../../support/support.ts';

const CLIENT = `{
  // Mine.
  "mcpServers": {
    "files": { "command": "server-files", "args": ["/srv"], "env": { "TOKEN": "hidden-value" } },
    "old": { "type": "sse", "url": "https://x.example/sse" },
  },
  "theme": "dark"
}
`;

/** A folder with the configuration of a client, and where its gateway would be. */
function client(text = CLIENT) {
  const cwd = folderOf({ 'client.json': text });
  const [file, dir] = [join(cwd, 'client.json'), join(cwd, 'gateway')];
  const run = (...args: string[]) => wcp(['mcp', ...args, '--dir', dir], { cwd, env: { HOME: cwd } });
  return { cwd, file, dir, run };
}

it('An import shows what it would change and no values of variables; it writes nothing and starts nothing.', async () => {
  const { file, cwd, run } = client();
  const { code, out } = await run('import', file);
  expect(code).toBe(0);
  expect(out).toContain('- files: server-files /srv (with TOKEN)');
  expect(out).toMatch(/\+ wcp: .* mcp serve /);
  expect(out).toContain('old stays: It uses the old SSE transport.');
  expect(out).not.toContain('hidden-value');
  expect([readFileSync(file, 'utf8'), readdirSync(cwd)]).toEqual([CLIENT, ['client.json']]);
});

it('With --write the servers move behind the gateway, comments stay, and undo gives the file back byte for byte.', async () => {
  const { file, dir, cwd, run } = client();
  expect((await run('import', file, '--write')).code).toBe(0);
  const written = readFileSync(file, 'utf8');
  expect(written).toContain('// Mine.');
  expect(written).not.toContain('server-files');
  expect(written).toContain('"serve"');
  const settings = JSON.parse(readFileSync(join(dir, 'mcp.json'), 'utf8'));
  expect(settings.servers.files).toEqual({
    command: 'server-files',
    args: ['/srv'],
    // What a client's command had of the network stays with it.
    env: expect.objectContaining({ TOKEN: 'hidden-value', HTTPS_PROXY: `\${HTTPS_PROXY:-}` }),
    // A client of the SDK ends its connection at a message of 10 MiB.
    results: { max_bytes: 9 * 1024 * 1024 },
  });
  expect(statSync(join(dir, 'mcp.json')).mode & 0o077).toBe(0);
  expect(existsSync(join(dir, 'store.db'))).toBe(false);
  expect((await run('undo')).code).toBe(0);
  expect(readFileSync(file, 'utf8')).toBe(CLIENT);
  expect(JSON.parse(readFileSync(join(dir, 'mcp.json'), 'utf8')).servers).toEqual({});
  expect(readdirSync(cwd).sort()).toEqual(['client.json', 'gateway']);
  expect((await run('undo')).code).toBe(1);
});

it('An import that is made again takes nothing: the gateway does not stand before itself.', async () => {
  const { file, run } = client();
  await run('import', file, '--write');
  const before = readFileSync(file, 'utf8');
  expect((await run('import', file, '--write')).code).toBe(1);
  expect(readFileSync(file, 'utf8')).toBe(before);
});

it('What somebody wrote after the import is not lost, unless they say so.', async () => {
  const { file, run } = client();
  await run('import', file, '--write');
  writeFileSync(file, readFileSync(file, 'utf8').replace('dark', 'light'));
  const refused = await run('undo');
  expect([refused.code, refused.err]).toEqual([2, expect.stringContaining('changed after the import')]);
  expect(readFileSync(file, 'utf8')).toContain('light');
  expect((await run('undo', '--force')).code).toBe(0);
  expect(readFileSync(file, 'utf8')).toBe(CLIENT);
});

it('A link stays a link, and the permissions of the file stay what they were.', async () => {
  const { cwd, file, run } = client();
  const link = join(cwd, 'link.json');
  symlinkSync(file, link);
  const { mode } = statSync(file);
  await run('import', link, '--write');
  expect(lstatSync(link).isSymbolicLink()).toBe(true);
  expect([statSync(file).mode, readFileSync(file, 'utf8').includes('serve')]).toEqual([mode, true]);
});

it('The file of a client is found by its name, and a wrong choice is a usage error.', async () => {
  const { cwd, file, dir } = client();
  const env = { HOME: cwd };
  writeFileSync(join(cwd, '.mcp.json'), readFileSync(file));
  const { out } = await wcp(['mcp', 'import', '--claude', '--json', '--dir', dir], { cwd, env });
  expect(JSON.parse(out).file).toBe(join(cwd, '.mcp.json'));
  for (const args of [[], [file, '--claude'], ['--claude', '--cursor'], ['--vscode']]) {
    expect((await wcp(['mcp', 'import', ...args, '--dir', dir], { cwd, env })).code).toBe(2);
  }
});

it('A file that is no JSON, or a server that the gateway would refuse, changes nothing.', async () => {
  const broken = client('{ "mcpServers": ');
  expect((await broken.run('import', broken.file, '--write')).code).toBe(2);
  const refused = client(JSON.stringify({ mcpServers: { web: { url: 'ftp://x.example' } } }));
  const before = readFileSync(refused.file, 'utf8');
  const { code, err } = await refused.run('import', refused.file, '--write');
  expect([code, err]).toEqual([2, expect.stringContaining('http')]);
  expect([readFileSync(refused.file, 'utf8'), existsSync(refused.dir)]).toEqual([before, false]);
});
