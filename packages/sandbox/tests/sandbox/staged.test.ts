import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Host } from '../support/host.ts';
import { isRoot, USERS } from '../support/users.ts';

const CLOSED = { network_egress: 'none' } as const;
const COUNT = `
  import fs from 'node:fs';
  const files = fs.readdirSync('/worker', { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  let code = 'written';
  try { fs.writeFileSync('/worker/x', ''); } catch (error) { code = error.code; }
  console.log(JSON.stringify([files.length, fs.readFileSync('/worker/sub7/file-7', 'utf8'), code, process.getuid()]));`;

describe.each(USERS)('$title', ({ user }) => {
  let host: Host;
  beforeAll(() => {
    host = new Host(user === undefined ? {} : { user });
  });
  afterAll(() => host.close());

  // Up to a thousand, each has a descriptor; beyond, they come as one archive.
  test.each([900, 3_000])('a package of %i files is there, from its bytes and read-only', async (count) => {
    const many = Array.from({ length: count }, (_, index) => [
      `sub${index % 90}/file-${index}`,
      `content ${index}`,
    ]);
    const files = { 'main.mjs': COUNT, ...Object.fromEntries(many) };
    const command = ['node', '--no-permission', 'main.mjs'];
    const { stdout, stderr } = await host.run({ command, files, envelope: CLOSED });
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toEqual([count + 1, 'content 7', 'EROFS', 1000]);
  });
});

describe.skipIf(!isRoot)('a runtime that only root may reach (skipped where the tests are not root)', () => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'wcp-staged-')));
  afterAll(() => rmSync(folder, { recursive: true }));

  test("is shown to the worker's user without being opened to it", async () => {
    const closed = join(folder, 'closed');
    mkdirSync(closed, { mode: 0o700 });
    copyFileSync(process.execPath, join(closed, 'node'));
    chmodSync(join(closed, 'node'), 0o755);
    const host = new Host();
    try {
      const files = {
        'main.mjs':
          "import fs from 'node:fs'; console.log(process.execPath, process.getuid(), fs.existsSync('/mnt'));",
      };
      const { stdout } = await host.run({
        command: [join(closed, 'node'), 'main.mjs'],
        files,
        envelope: CLOSED,
      });
      expect(stdout).toBe('/opt/node 1000 false\n');
    } finally {
      await host.close();
    }
  });

  test("a write path that the worker's user may not write to is refused with the command that mends it", async () => {
    const out = join(folder, 'out');
    mkdirSync(out, { mode: 0o755 });
    chmodSync(folder, 0o755);
    const host = new Host();
    try {
      const envelope = { ...CLOSED, filesystem_writes: [out] };
      const run = host.run({
        command: ['node', 'main.mjs'],
        files: { 'main.mjs': '' },
        envelope,
        user: { uid: 61_400, gid: 61_400 },
      });
      await expect(run).rejects.toThrow(`Let it: chown 61400:61400 ${out}`);
    } finally {
      await host.close();
    }
  });
});

const OTHER_NODE = '/usr/bin/node';

test.skipIf(!existsSync(OTHER_NODE))(
  'another Node than this one gets the options that it knows (skipped where there is none)',
  async () => {
    const host = new Host();
    try {
      const code = `console.log(process.version, process.execArgv.some((word) => word.endsWith('permission')));
      try { require('node:fs').writeFileSync('/worker/x', ''); } catch (error) { console.log(error.code); }`;
      const { stdout } = await host.run({
        command: [OTHER_NODE, 'main.cjs'],
        files: { 'main.cjs': code },
        envelope: CLOSED,
      });
      const version = spawnSync(OTHER_NODE, ['--version'], { encoding: 'utf8' }).stdout.trim();
      expect(stdout).toBe(`${version} true\nERR_ACCESS_DENIED\n`);
    } finally {
      await host.close();
    }
  },
);
