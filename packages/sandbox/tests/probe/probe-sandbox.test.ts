import { chmodSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { findProgram } from '../../src/base/find-program.ts';
import { probeSandbox, sandboxed } from '../../src/index.ts';
import { Host } from '../support/host.ts';
import { USERS } from '../support/users.ts';

const folder = mkdtempSync(join(tmpdir(), 'wcp-probe-'));
const PATH = process.env['PATH'] ?? '';
afterEach(() => {
  process.env['PATH'] = PATH;
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A PATH with one folder in which these programs are. */
async function pathWith(name: string, programs: Readonly<Record<string, string | null>>): Promise<string> {
  const place = mkdtempSync(join(folder, name));
  for (const each of [folder, place]) chmodSync(each, 0o755);
  for (const [program, script] of Object.entries(programs)) {
    if (script !== null) writeFileSync(join(place, program), script, { mode: 0o755 });
    else symlinkSync((await findProgram(program, PATH)) ?? '', join(place, program));
  }
  return place;
}

const SUDO = process.getuid?.() === 0 ? '' : 'sudo ';

const OPTIONS = {
  command: [process.execPath, 'main.mjs'],
  package: [{ path: 'main.mjs', bytes: Buffer.from('console.log(process.cwd())') }],
  envelope: { network_egress: 'none' },
} as const;

test('this machine contains programs, and says by what', async () => {
  const probe = await probeSandbox();
  expect(probe).toMatchObject({ is_contained: true, by: 'bubblewrap', reason: null, remedy: null });
  expect(probe.version).toMatch(/^\d+\.\d+/);
  expect(['cgroup-v1', 'cgroup-v2', 'sampled']).toContain(probe.memory);
  expect(await probeSandbox()).toBe(probe);
});

test('without bubblewrap nothing is contained, and the remedy installs it', async () => {
  process.env['PATH'] = await pathWith('no-bwrap', { prlimit: null });
  expect(await probeSandbox()).toEqual({
    is_contained: false,
    by: null,
    version: null,
    memory: null,
    reason: 'bubblewrap (bwrap) is not on PATH.',
    remedy: `${SUDO}apt-get update && ${SUDO}apt-get install bubblewrap`,
  });
  await expect(sandboxed(OPTIONS)).rejects.toMatchObject({
    code: 'ERR_WCP_NOT_CONTAINED',
    message: `bubblewrap (bwrap) is not on PATH. ${SUDO}apt-get update && ${SUDO}apt-get install bubblewrap`,
  });
});

test('a bubblewrap that is too old, or may make no namespaces, contains nothing', async () => {
  const bwrap = '#!/bin/sh\necho "bwrap: Unknown option --disable-userns" >&2\nexit 1\n';
  process.env['PATH'] = await pathWith('old-bwrap', { prlimit: null, bwrap });
  const { is_contained, reason } = await probeSandbox();
  expect([is_contained, reason]).toEqual([
    false,
    'bubblewrap is older than 0.8: bwrap: Unknown option --disable-userns.',
  ]);
});

test.each([
  ['dnf', 'dnf install bubblewrap'],
  ['apk', 'apk add bubblewrap'],
  ['pacman', 'pacman -S bubblewrap'],
])('On a system with %s the remedy is its command.', async (manager, command) => {
  process.env['PATH'] = await pathWith(manager, { prlimit: null, [manager]: '#!/bin/sh\n' });
  expect((await probeSandbox()).remedy).toBe(SUDO + command);
});

test('Where namespaces are forbidden, the remedy is one command that may be typed as it is.', async () => {
  const bwrap = '#!/bin/sh\necho "bwrap: No permissions to create new namespace" >&2\nexit 1\n';
  process.env['PATH'] = await pathWith('no-namespaces', { prlimit: null, bwrap });
  const { reason, remedy } = await probeSandbox();
  expect(reason).toBe('bubblewrap makes no sandbox here: bwrap: No permissions to create new namespace.');
  expect(remedy).toMatch(/^(sudo )?sysctl -e -w( [a-z_.]+=\d+)+$/);
});

test('a bubblewrap that only says that it has run the program is not believed', async () => {
  process.env['PATH'] = await pathWith('false-bwrap', { prlimit: null, bwrap: '#!/bin/sh\nexit 0\n' });
  expect((await probeSandbox()).is_contained).toBe(false);
});

describe.each(USERS)('with bubblewrap hidden from PATH, $title', ({ user }) => {
  const NONE = { network_egress: 'none' } as const;

  test('a program runs where its word is enough, and every member says so', async () => {
    const path = await pathWith('hidden', { prlimit: null });
    const host = new Host({ env: { PATH: path }, ...(user === undefined ? {} : { user }) });
    try {
      const command = [process.execPath, 'main.mjs'];
      const files = {
        'main.mjs': `import fs from 'node:fs'; import './sub/other.mjs';
          fs.writeFileSync('/tmp/wcp-foreign-${process.pid}.mjs', '');
          const foreign = await import('/tmp/wcp-foreign-${process.pid}.mjs').catch((error) => error.message);
          fs.rmSync('/tmp/wcp-foreign-${process.pid}.mjs');
          console.log(JSON.stringify([process.env.KEY, Object.keys(process.env).sort().join(), foreign]));`,
        'sub/other.mjs': '',
      };
      const secrets = { KEY: 'x' };
      const envelope = { ...NONE, secrets_access: ['KEY'] };
      const { stdout, enforcement, end } = await host.run({
        command,
        files,
        envelope,
        secrets,
        isolation: 'declared',
      });
      expect(JSON.parse(stdout)).toEqual([
        'x',
        'KEY,LANG,PATH',
        expect.stringMatching(/^The worker loads code from outside of its package/),
      ]);
      expect(end.exit_code).toBe(0);
      const levels = Object.fromEntries(
        Object.entries(enforcement).map(([member, { level }]) => [member, level]),
      );
      expect(levels).toEqual({
        filesystem_writes: 'declared',
        network_egress: 'declared',
        secrets_access: 'declared',
        tools: 'declared',
        code: 'declared',
        memory: 'sampled',
        processes: 'sampled',
        cpu: 'sampled',
        disk: 'none',
        wall_time: 'enforced',
        file_size: 'none',
        open_files: 'none',
        output: 'enforced',
      });
      await expect(host.run({ command, files, envelope: NONE })).rejects.toMatchObject({
        code: 'ERR_WCP_NOT_CONTAINED',
      });
      const deaf = { 'main.mjs': `process.on('SIGTERM', () => {}); setInterval(() => {}, 1000);` };
      const stubborn = await host.run({
        command,
        files: deaf,
        envelope: NONE,
        isolation: 'declared',
        limits: { wall_ms: 300 },
      });
      expect(stubborn.end).toEqual({ exit_code: null, signal: 'SIGKILL', exceeded: 'wall_ms' });
    } finally {
      await host.close();
    }
  });
});
