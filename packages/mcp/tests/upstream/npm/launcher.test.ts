import { expect, test } from 'vitest';
import { readLauncher } from '../../../src/upstream/npm/launcher.ts';

const read = (line: string) => {
  const [command = '', ...args] = line.split(' ');
  return readLauncher(command, args);
};

test('The package, its program and its arguments are read of every launcher of npm packages.', () => {
  const server = { kind: 'package', spec: '@acme/server@1.2.3', name: '@acme/server', program: null };
  for (const launcher of [
    'npx -y',
    '/usr/bin/npx --yes -q',
    'npx.cmd',
    'npm exec --yes --',
    'npm x',
    'pnpm dlx',
    'pnpx',
    'yarn dlx',
    'bunx',
  ]) {
    expect(read(`${launcher} @acme/server@1.2.3 --port 1 /srv`), launcher).toEqual({
      ...server,
      args: ['--port', '1', '/srv'],
    });
  }
  const named = { ...server, program: 'serve', args: ['-x'] };
  expect(read('npx -p @acme/server@1.2.3 serve -x')).toEqual(named);
  expect(read('npx --package=@acme/server@1.2.3 -y serve -x')).toEqual(named);
  expect(read('npm exec --package @acme/server@1.2.3 -- serve -x')).toEqual(named);
  expect(read('npx server')).toMatchObject({ spec: 'server', name: 'server', args: [] });
  expect(read('npx server@^1.0.0')).toMatchObject({ spec: 'server@^1.0.0', name: 'server' });
});

test('What npm would take from elsewhere, or a shell, or several packages, is not one that can be installed first.', () => {
  for (const line of [
    'npx',
    'npx -y',
    'npx -c server',
    'npx --call=server',
    'npx --registry=http://x server',
    'npx -p one -p two serve',
    'npx -p one',
    'npx ./server',
    'npx /srv/server',
    'npx github:acme/server',
    'npx acme/server',
    'npx https://example.com/server.tgz',
    'npx server@npm:other@1',
    'npx server@git+ssh://example.com',
    'npx server@../x',
    'npx Server',
    'npx ../../etc',
    'npx @acme/../server',
    'npx --node-options=--require=/x server',
    'uvx mcp-server-git',
    'uv tool run mcp-server-git',
    'docker run -i mcp/git',
    'bun x server',
    'deno run npm:server',
  ]) {
    expect(read(line), line).toMatchObject({ kind: 'unknown', reason: expect.stringMatching(/^\S.+/) });
  }
});

test('Any other command is a program of this machine.', () => {
  for (const line of ['node server.js', '/opt/npx-server', 'npm start', 'pnpm start', 'python3 -m server']) {
    expect(read(line), line).toEqual({ kind: 'program' });
  }
});
