import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Host } from '../support/host.ts';
import { USERS } from '../support/users.ts';
import { ESCAPES } from './rows.ts';

const FOLDER = import.meta.dirname;
const SHARED = ['attempt.mjs', 'attempt.py'];
const RUNTIMES: Readonly<Record<string, readonly string[]>> = {
  mjs: ['node', '--no-permission'],
  py: ['/usr/bin/python3'],
};

const folder = mkdtempSync(join(tmpdir(), 'wcp-escapes-'));
const servers: Server[] = [];
const given = {
  host_file: join(folder, 'secret'),
  host_pid: String(process.pid),
  host_port: '',
  host_socket: `wcp-${process.pid}`,
};

beforeAll(async () => {
  writeFileSync(given.host_file, 'of the host', { mode: 0o644 });
  const [loopback, abstract] = [createServer(), createServer()];
  servers.push(loopback, abstract);
  await new Promise<void>((resolve) => loopback.listen(0, '127.0.0.1', resolve));
  given.host_port = String((loopback.address() as { port: number }).port);
  await new Promise<void>((resolve) => abstract.listen(`\0${given.host_socket}`, resolve));
});
afterAll(() => {
  for (const server of servers) server.close();
  rmSync(folder, { recursive: true });
});

test('every hostile program has a row', () => {
  const programs = readdirSync(FOLDER).filter((name) => /\.(mjs|py)$/.test(name) && !SHARED.includes(name));
  expect(ESCAPES.map(({ program }) => program).sort()).toEqual(programs.sort());
});

describe.each(USERS)('$title', ({ user }) => {
  let host: Host;
  beforeAll(() => {
    host = new Host(user === undefined ? {} : { user });
  });
  afterAll(() => host.close());

  test.each(ESCAPES)('no contained program $title', async (row) => {
    const { program, how, envelope = { network_egress: 'none' }, limits = {} } = row;
    const files = Object.fromEntries(
      [program, ...SHARED].map((name) => [name, readFileSync(join(FOLDER, name), 'utf8')]),
    );
    const runtime = RUNTIMES[program.split('.').at(-1) ?? ''] ?? [];
    const words = (row.given ?? []).map((name) => given[name]);
    const { stdout, stderr } = await host.run({
      command: [...runtime, program, ...words],
      files,
      envelope,
      limits,
    });
    expect(stderr).toBe('');
    const told = JSON.parse(stdout);
    expect(told).toEqual({ escaped: false, how: expect.stringMatching(how) });
  });
});
