import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { probeSandbox } from '@wcp/sandbox';
import type { PrivilegeEnvelope } from '@wcp/spec/document';
import { expect, onTestFinished, test } from 'vitest';
import { openUpstream, type StdioSettings, type Upstream } from '../../../src/index.ts';
import { installServer, type ServerInstallation } from '../../../src/upstream/npm/install-server.ts';
import { NpmRegistry, npmEnvironment, scriptedPackage } from '../../support/npm-registry.ts';
import { callTool, testFolder, textOf } from '../scripted.ts';

const { is_contained } = await probeSandbox();
const envelope: PrivilegeEnvelope = {
  network_egress: 'none',
  filesystem_writes: [],
  tools: [],
  secrets_access: [],
};
const PACKAGE = '@acme/mcp-server-scripted';
const TOOLS = [{ name: 'echo', inputSchema: {} }];

/** A registry with one version of the scripted server, and a gateway's folder. */
class Installing {
  readonly home = testFolder();
  readonly dir = join(this.home, 'packages/files');
  registry!: NpmRegistry;

  static async open(more: object = {}): Promise<Installing> {
    const installing = new Installing();
    installing.registry = await NpmRegistry.open();
    installing.registry.publish(scriptedPackage('1.0.0', TOOLS, more));
    chmodSync(installing.home, 0o755);
    return installing;
  }

  install(more: Partial<StdioSettings> = {}, install: ServerInstallation['install'] = 'pinned') {
    const settings = { alias: 'files', command: 'npx', args: ['-y', PACKAGE], ...more };
    const env = npmEnvironment(this.registry, this.home);
    return installServer(settings, { dir: this.dir, install, env });
  }

  async start(more: Partial<StdioSettings> = {}, install: ServerInstallation['install'] = 'pinned') {
    const upstream = await openUpstream((await this.install(more, install)).settings);
    onTestFinished(() => upstream.close());
    return upstream;
  }
}

const named = async (upstream: Upstream) =>
  ((await upstream.listTools()) as { name: string }[]).map(({ name }) => name);

test('What latest was at first is what runs later, also where a newer one is published or there is no network.', async () => {
  const installing = await Installing.open();
  const first = await installing.start();
  expect(await named(first)).toEqual(['echo']);
  const { pin } = await installing.install();
  expect(pin).toMatchObject({ spec: PACKAGE, name: PACKAGE, version: '1.0.0', ran_scripts: false });
  expect(pin?.integrity).toMatch(/^sha512-/);
  expect(first.source).toBe(pin?.package_hash);
  installing.registry.publish(scriptedPackage('2.0.0', [{ name: 'evil', inputSchema: {} }]));
  const asked = installing.registry.asked.length;
  expect(await named(await installing.start())).toEqual(['echo']);
  expect(installing.registry.asked).toHaveLength(asked);
  installing.registry.close();
  const later = await installing.start();
  expect([await named(later), later.source]).toEqual([['echo'], first.source]);
});

test.skipIf(!is_contained)(
  'A fetched server with an envelope runs contained: it sees no home, no network and cannot change itself.',
  async () => {
    const probe = `
      import fs from 'node:fs';
      const tried = (act) => { try { return act(), 'done'; } catch (error) { return error.code; } };
      const seen = {
        home: tried(() => fs.readdirSync(process.argv[2])),
        own: tried(() => fs.writeFileSync(new URL('x', import.meta.url), '')),
        network: await fetch(process.argv[3]).then(() => 'done', (error) => error.cause.code),
      };
      process.stdin.on('data', (chunk) => {
        const { id, method } = JSON.parse(chunk);
        const result = { supportedVersions: ['2026-07-28'], capabilities: {}, instructions: JSON.stringify(seen) };
        process.stdout.write(JSON.stringify({ jsonrpc: '2.0', id, result }) + '\\n');
      });`;
    const installing = await Installing.open();
    const files = { 'main.mjs': probe };
    installing.registry.publish({ name: 'prober', version: '1.0.0', files, manifest: { bin: 'main.mjs' } });
    const args = ['-y', 'prober', installing.home, installing.registry.url];
    const upstream = await installing.start({ args, envelope });
    expect(upstream.enforcement).toMatchObject({ network_egress: { level: 'enforced' } });
    expect(JSON.parse(String(upstream.instructions))).toEqual({
      home: 'ENOENT',
      own: expect.stringMatching(/^(?:EROFS|EACCES|ERR_ACCESS_DENIED)$/),
      network: expect.stringMatching(/^(?:ECONNREFUSED|ENETUNREACH)$/),
    });
  },
);

test.skipIf(!is_contained)(
  'npm reaches the registry of its configuration and no other host, whatever the registry says.',
  async () => {
    const installing = await Installing.open();
    const tarball = 'http://other.example:81/x.tgz';
    installing.registry.publish({ ...scriptedPackage('2.0.0', TOOLS), name: 'elsewhere', tarball });
    const install = installing.install({ args: ['-y', 'elsewhere'], envelope });
    await expect(install).rejects.toMatchObject({
      code: 'DELIVERY_START_FAILED',
      message: expect.stringMatching(
        /npm could not install the package.*127\.0\.0\.1:\d+ alone.*other\.example:81/s,
      ),
    });
    expect(readdirSync(installing.dir)).toEqual([]);
  },
);

test('Install scripts do not run; where the operator says so they do, and the pin says that they did.', async () => {
  const scripts = { postinstall: `node -e 'require("fs").writeFileSync("ran", String(process.env.HOME))'` };
  const installing = await Installing.open({ scripts });
  const ran = join(installing.dir, 'files/node_modules', PACKAGE, 'ran');
  expect((await installing.install({ envelope })).pin?.ran_scripts).toBe(false);
  expect(existsSync(ran)).toBe(false);
  expect((await installing.install({ envelope }, 'scripts')).pin?.ran_scripts).toBe(true);
  expect(readFileSync(ran, 'utf8')).not.toBe(installing.home);
});

test('A byte that is changed in what was installed is another source, and so another tool.', async () => {
  const installing = await Installing.open();
  const before = (await installing.start()).source;
  const file = join(installing.dir, 'files/node_modules', PACKAGE, 'tools.json');
  rmSync(file);
  writeFileSync(file, JSON.stringify([{ name: 'echo', inputSchema: {}, description: 'x' }]));
  const { pin } = await installing.install();
  expect(pin?.package_hash).toBe(before);
  expect((await installing.start()).source).not.toBe(before);
});

test('Files that were lost are fetched once more by their lock: the same, or nothing at all.', async () => {
  const installing = await Installing.open();
  const { pin } = await installing.install();
  installing.registry.publish(scriptedPackage('2.0.0', []));
  const files = join(installing.dir, 'files');
  rmSync(files, { recursive: true });
  expect((await installing.install()).pin).toEqual(pin);
  rmSync(files, { recursive: true });
  installing.registry.tamper(PACKAGE, '1.0.0', { 'package.json': '{"name":"x","version":"1.0.0"}' });
  await expect(installing.install()).rejects.toMatchObject({ message: expect.stringContaining('integrity') });
  expect(existsSync(files)).toBe(false);
});

test('Another version in the command is another package, and half of an installation is none.', async () => {
  const installing = await Installing.open();
  await installing.install();
  installing.registry.publish(scriptedPackage('2.0.0', TOOLS));
  writeFileSync(join(installing.dir, '.draft-x'), 'left by a gateway that was killed');
  expect((await installing.install({ args: [`${PACKAGE}@2.0.0`] })).pin?.version).toBe('2.0.0');
  expect(readdirSync(installing.dir).sort()).toEqual(['files', 'package-lock.json', 'pin.json']);
  writeFileSync(join(installing.dir, 'pin.json'), '{}');
  await expect(installing.install()).rejects.toMatchObject({ code: 'ERR_WCP_MCP_CONFIG' });
});

test('A package that is not there, has no program for Node or several says so.', async () => {
  const installing = await Installing.open();
  const publish = (name: string, bin: unknown, text: string) =>
    installing.registry.publish({ name, version: '1.0.0', files: { main: text }, manifest: { bin } });
  publish('shell', { shell: 'main' }, '#!/bin/sh\nexec evil\n');
  publish('several', { one: 'main', two: './package.json' }, '#!/usr/bin/env node\n');
  publish('outside', { outside: '../../../x' }, '');
  publish('none', undefined, '');
  const said: Record<string, RegExp> = {
    nowhere: /npm could not install the package: .*404/,
    shell: /is not for Node/,
    several: /is not clear: name one with --package, of "one", "two"/,
    outside: /is not there|lies outside/,
    none: /is not there: it has none/,
  };
  for (const [name, message] of Object.entries(said)) {
    await expect(installing.install({ args: [name] }), name).rejects.toMatchObject({
      code: 'DELIVERY_START_FAILED',
      message: expect.stringMatching(message),
    });
  }
});

test('A launcher whose package cannot be installed first is refused with an envelope, unless its word is enough.', async () => {
  const installing = await Installing.open();
  const command = { command: 'uvx', args: ['mcp-server-git'] };
  await expect(installing.install({ ...command, envelope })).rejects.toMatchObject({
    code: 'DELIVERY_NOT_CONTAINED',
    message: expect.stringContaining('PyPI'),
  });
  await expect(installing.install({ envelope }, 'none')).rejects.toMatchObject({
    code: 'DELIVERY_NOT_CONTAINED',
  });
  for (const more of [{ envelope, isolation: 'declared' as const }, {}]) {
    expect(await installing.install({ ...command, ...more })).toMatchObject({ settings: command, pin: null });
  }
});

test('A server without an envelope runs from what was installed too, in its own folder and with its arguments.', async () => {
  const installing = await Installing.open();
  const upstream = await installing.start({ cwd: installing.home, env: { MARK: 'x' } });
  const environment = JSON.parse(textOf(await callTool({ upstream }, 'environment')));
  expect(environment).toMatchObject({ MARK: 'x' });
  for (const name of ['HOME', 'npm_config_registry']) expect(environment).not.toHaveProperty(name);
  expect(upstream.enforcement?.network_egress.level).toBe('declared');
});
