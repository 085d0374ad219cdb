import { expect, test } from 'vitest';
import { clientFiles, clientServers, planImport } from '../../src/index.ts';

const LAUNCH = { command: 'wcp', args: ['mcp', 'serve', '/gateway'] };

test('Servers are found in the forms of every client.', () => {
  const files = { command: 'f', args: ['/srv'], env: { A: '1' }, disabled: false };
  expect(clientServers({ mcpServers: { files } })).toMatchObject([
    { place: ['mcpServers'], name: 'files', settings: { command: 'f', args: ['/srv'], env: { A: '1' } } },
  ]);
  expect(clientServers({ servers: { web: { type: 'http', url: 'https://x.example/mcp' } } })).toMatchObject([
    { place: ['servers'], name: 'web', settings: { url: 'https://x.example/mcp' } },
  ]);
  expect(clientServers({ mcp: { servers: { files } } })).toMatchObject([{ place: ['mcp', 'servers'] }]);
  expect(clientServers({ projects: { '/a': { mcpServers: { files } }, '/b': {} } })).toMatchObject([
    { place: ['projects', '/a', 'mcpServers'] },
  ]);
  expect(clientServers(null)).toEqual([]);
});

test.each([
  ['the old transport', { type: 'sse', url: 'https://x.example' }, 'SSE'],
  ['an input of the client', { command: 'x', env: { KEY: '${input:key}' } }, 'only the client knows'],
  ['a folder of the client', { command: '${workspaceFolder}/x' }, 'only the client knows'],
  ['a file of variables', { command: 'x', envFile: '.env' }, 'file of variables'],
  ['arguments that are not texts', { command: 'x', args: [1] }, 'args'],
  ['nothing', {}, 'neither'],
  ['no object', 7, 'neither'],
])('A server stays with its client where it cannot be taken over: %s.', (_, server, reason) => {
  const plan = planImport({ mcpServers: { a: server } }, LAUNCH, []);
  expect(plan).toMatchObject({ taken: [], edits: [], added: {} });
  expect(plan.left[0]?.reason).toContain(reason);
});

test('An import takes each server out and puts the gateway in, under names of their own.', () => {
  const document = { mcpServers: { 'My Files': { command: 'f' }, my_files: { command: 'g' }, wcp: { command: 'old' } } };
  const plan = planImport(document, LAUNCH, ['my-files']);
  expect(Object.keys(plan.added)).toEqual(['my-files-2', 'my-files-3']);
  expect(plan.edits).toEqual([
    { path: ['mcpServers', 'My Files'] },
    { path: ['mcpServers', 'my_files'] },
    { path: ['mcpServers', 'wcp'], value: LAUNCH },
  ]);
});

test('The files of a client are those of the project first, then those of the person.', () => {
  const places = { home: '/home/ada', cwd: '/srv', platform: 'linux' } as const;
  expect(clientFiles('claude', places)).toEqual([
    '/srv/.mcp.json',
    '/home/ada/.claude.json',
    '/home/ada/.config/Claude/claude_desktop_config.json',
  ]);
  expect(clientFiles('vscode', { ...places, platform: 'darwin' })[1]).toContain('Application Support');
  expect(clientFiles('vscode', { ...places, platform: 'win32', app_data: '/data' })[1]).toContain('/data');
});
