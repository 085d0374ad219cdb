import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { probeSandbox } from '@wcp/sandbox';
import type { PrivilegeEnvelope } from '@wcp/spec/document';
import { expect, onTestFinished, test } from 'vitest';
import { openUpstream, type StdioSettings } from '../../src/index.ts';
import { callTool, testFolder, textOf } from './scripted.ts';

const { is_contained } = await probeSandbox();
const SERVER = join(import.meta.dirname, '../servers/scripted.mjs');
const envelope: PrivilegeEnvelope = {
  network_egress: 'none',
  filesystem_writes: [],
  tools: [],
  secrets_access: [],
};

/** Settings of the scripted server as an installed package of its own. */
function packaged(): StdioSettings {
  const dir = testFolder();
  const [installed, data] = [join(dir, 'package'), join(dir, 'data')];
  for (const folder of [installed, data]) mkdirSync(folder);
  copyFileSync(SERVER, join(installed, 'server.mjs'));
  writeFileSync(join(data, 'tools.json'), '[{"name":"echo","inputSchema":{}}]');
  for (const place of [dir, data]) chmodSync(place, 0o755);
  return {
    alias: 'contained',
    command: 'node',
    args: ['server.mjs'],
    env: { TOOLS: join(data, 'tools.json'), REVISION: 'modern' },
    package: installed,
    envelope,
    binds: [{ from: data, to: data, writable: false }],
  };
}

/** The processes that this one has started. */
const children = (): string[] =>
  readdirSync('/proc/self/task').flatMap((id) =>
    readFileSync(`/proc/self/task/${id}/children`, 'utf8').split(' ').filter(Boolean),
  );

test.skipIf(!is_contained)(
  'A server with an envelope runs contained, from the bytes that its tools are attested with.',
  async () => {
    const settings = packaged();
    const others = children();
    const upstream = await openUpstream(settings);
    onTestFinished(() => upstream.close());
    expect(upstream.source).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(upstream.enforcement).toMatchObject({
      filesystem_writes: { level: 'enforced' },
      network_egress: { level: 'enforced' },
    });
    expect(await upstream.listTools()).toEqual([{ name: 'echo', inputSchema: {} }]);
    // In a namespace of its own: bubblewrap is the first process there.
    expect(Number(textOf(await callTool({ upstream }, 'pid')))).toBeLessThan(10);
    expect(JSON.parse(textOf(await callTool({ upstream }, 'environment')))).not.toHaveProperty(
      'WCP_MCP_PROCESS_OF',
    );
    await callTool({ upstream }, 'exit').catch(() => {});
    expect(textOf(await callTool({ upstream }, 'echo', { a: 1 }))).toBe('{"a":1}');
    const started = children().filter((pid) => !others.includes(pid));
    expect(started).not.toEqual([]);
    await upstream.close();
    await expect.poll(() => children().filter((pid) => started.includes(pid))).toEqual([]);
  },
);

test('Another byte in a package is another source, and so another tool.', async () => {
  const settings = { ...packaged(), isolation: 'declared' } as const;
  const source = async () => {
    const upstream = await openUpstream(settings);
    await upstream.close();
    return upstream.source;
  };
  const before = await source();
  expect(await source()).toBe(before);
  writeFileSync(join(settings.package as string, 'more.js'), '');
  expect(await source()).not.toBe(before);
});

test('A server that runs from its folder has the source that is there at each start.', async () => {
  const { envelope: _, ...settings } = packaged();
  const folder = settings.package as string;
  const upstream = await openUpstream({ ...settings, cwd: folder, limits: { restart_ms: 10 } });
  onTestFinished(() => upstream.close());
  const before = upstream.source;
  writeFileSync(join(folder, 'more.js'), '');
  expect(upstream.source).toBe(before);
  await callTool({ upstream }, 'exit').catch(() => {});
  await callTool({ upstream }, 'echo');
  expect(upstream.source).not.toBe(before);
});

test('A server whose package nobody names is not contained by a word: it does not start, unless that is said.', async () => {
  const { package: _, ...settings } = packaged();
  const command = { command: process.execPath, args: [SERVER] };
  await expect(openUpstream({ ...settings, ...command })).rejects.toMatchObject({
    code: 'DELIVERY_NOT_CONTAINED',
    has_run: false,
  });
  const upstream = await openUpstream({ ...settings, ...command, isolation: 'declared' });
  expect(upstream.enforcement?.filesystem_writes).toEqual({ level: 'declared', by: null });
  await upstream.close();
});

test('A package with a link that leads out of it is refused.', async () => {
  const settings = packaged();
  symlinkSync('/etc/passwd', join(settings.package as string, 'passwd'));
  await expect(openUpstream(settings)).rejects.toMatchObject({ code: 'ERR_WCP_PACKAGE' });
});
