import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { Host } from '../support/host.ts';
import { isRoot, USERS } from '../support/users.ts';

/** The mark of a process that does not live. */
const GONE = 'wcp-declared-4194304-1-';

test.skipIf(!isRoot || USERS.length < 2)(
  'A folder in the shared temporary folder that somebody else named like a left-over stops nobody, and stays.',
  async () => {
    const parent = mkdtempSync(join(tmpdir(), 'wcp-declared-test-'));
    onTestFinished(() => rmSync(parent, { recursive: true }));
    chmodSync(parent, 0o777);
    symlinkSync(process.execPath, join(parent, 'node'));
    const run = async (user = USERS[1]?.user, owner = user) => {
      const folder = join(parent, `${GONE}${user?.uid ?? 0}-${owner?.uid ?? 0}`);
      mkdirSync(folder, { mode: 0o700 });
      writeFileSync(join(folder, 'file'), '');
      if (owner !== undefined) chownSync(folder, owner.uid, owner.gid);
      const env = { PATH: parent, TMPDIR: parent };
      const host = new Host({ env, ...(user === undefined || user.uid === 0 ? {} : { user }) });
      const { stdout } = await host.run({
        command: ['node', 'main.mjs'],
        files: { 'main.mjs': 'console.log("ran")' },
        envelope: {},
        isolation: 'declared',
      });
      await host.close();
      expect(stdout).toBe('ran\n');
      return existsSync(folder);
    };
    const [root, nobody] = [{ uid: 0, gid: 0 }, USERS[1]?.user];
    expect(await run(nobody, root)).toBe(true);
    expect(await run(root, nobody)).toBe(true);
    expect(await run(nobody, nobody)).toBe(false);
    expect(await run(root, root)).toBe(false);
  },
);
