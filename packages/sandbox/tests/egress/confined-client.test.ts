import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { EgressBroker } from '../../src/index.ts';
import { HOST, openBroker, serveHttp } from './support/hosts.ts';
import { canIsolate, isolated, runForwarded, runIsolated, runNode } from './support/sandbox.ts';

const BUILT = join(import.meta.dirname, '../../dist/index.js');

const fetching = (port: number) => `console.log(await (await fetch('http://${HOST}:${port}/')).text());`;
const hello = () => serveHttp((_asked, answer) => answer.end('hello'));
const HELLO = { code: 0, out: 'hello', err: '' };

isolated('The built package brings its programs as one file', async () => {
  const built: { EgressBroker: typeof EgressBroker } = await import(BUILT);
  const port = await hello();
  const broker = await built.EgressBroker.open({
    allowlist: [`localhost:${port}`],
    private_hosts: [`localhost:${port}`],
    forwarder: true,
  });
  try {
    expect(broker.files.map(({ path }) => path)).toEqual([
      '/run/wcp/egress/main.mjs',
      '/run/wcp/egress/settings.json',
    ]);
    const url = `http://localhost:${port}/`;
    expect(await runNode(broker, `console.log(await (await fetch('${url}')).text());`)).toEqual(HELLO);
    expect(await runForwarded(broker, ['curl', '--silent', url])).toEqual(HELLO);
  } finally {
    await broker.close();
  }
});

isolated('The preload works under Node’s permissions and before a hook that confines imports', async () => {
  const port = await hello();
  const { broker } = await openBroker([`${HOST}:${port}`]);
  const hook = `
import { registerHooks } from 'node:module';
registerHooks({
  resolve(specifier, context, next) {
    const found = next(specifier, context);
    if (!found.url.startsWith('file:') || found.url.startsWith('file:///run/worker/')) return found;
    throw new Error('outside: ' + specifier);
  },
});`;
  const command = [
    ...[process.execPath, '--permission', '--allow-fs-read=/run/*', ...broker.nodeArguments],
    ...['--import', `data:text/javascript,${encodeURIComponent(hook)}`, '/run/worker/main.mjs'],
  ];
  const files = { '/worker/main.mjs': `import 'node:dns';\n${fetching(port)}` };
  expect(await runIsolated(broker, command, { files })).toEqual(HELLO);
});

isolated('A thread and a forked process of a Node program have the same way out', async () => {
  const port = await hello();
  const { broker } = await openBroker([`${HOST}:${port}`]);
  const module = `
import { fork } from 'node:child_process';
import { isMainThread, Worker } from 'node:worker_threads';
const file = new URL(import.meta.url).pathname;
const isMain = isMainThread && process.send === undefined;
if (!isMain) ${fetching(port)}
else for (const child of [() => new Worker(file), () => fork(file)]) await new Promise((done) => child().once('exit', done));
process.disconnect?.();`;
  expect(await runNode(broker, module)).toEqual({ code: 0, out: 'hello\nhello', err: '' });
});

isolated('A worker cannot make itself another way out', async () => {
  const port = await hello();
  const { broker } = await openBroker([`${HOST}:${port}`]);
  const module = `
import { createServer } from 'node:net';
import fs from 'node:fs';
const codeOf = (work) => { try { work(); return 'done'; } catch (error) { return error.code; } };
console.log(codeOf(() => fs.writeFileSync('/run/egress/1', '')), codeOf(() => fs.unlinkSync('/run/egress/0')));
console.log(codeOf(() => fs.chmodSync('/run/egress/0', 0o777)), codeOf(() => fs.writeFileSync('/run/wcp/egress/settings.json', '{}')));
createServer().on('error', (error) => console.log(error.code)).listen('/run/egress/own');`;
  const ran = await runNode(broker, module);
  expect(ran).toEqual({ code: 0, out: 'EROFS EROFS\nEROFS EROFS\nEROFS', err: '' });
});

test.skipIf(!canIsolate || process.getuid?.() !== 0)(
  'A sandbox of an unprivileged user has the way out, and no other user has',
  async () => {
    const port = await hello();
    const user = { uid: 65_534, gid: 65_534 };
    const { broker, told } = await openBroker([`${HOST}:${port}`], { user, forwarder: true });
    const files = { '/worker/main.mjs': fetching(port) };
    const command = [process.execPath, ...broker.nodeArguments, '/run/worker/main.mjs'];
    const stranger = await runIsolated(broker, command, { files, user: 65_533 });
    expect(stranger).toMatchObject({ code: 1, out: '', err: expect.stringContaining('EACCES') });
    expect(told).toEqual([]);
    expect(await runIsolated(broker, command, { files, user: 65_534 })).toEqual(HELLO);
    const forwarded = [
      process.execPath,
      ...broker.forwarderArguments,
      'curl',
      '--silent',
      `http://${HOST}:${port}/`,
    ];
    expect(await runIsolated(broker, forwarded, { files, user: 65_534 })).toEqual(HELLO);
  },
);
