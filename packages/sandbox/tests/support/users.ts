import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { User } from '../../src/index.ts';

/** Somebody who runs a host: the user of the tests, and an unprivileged one where the tests may become one. */
export interface TestUser {
  readonly title: string;
  readonly user?: User;
}

/** A user who owns nothing. */
const NOBODY: User = { uid: 65_534, gid: 65_534 };
export const isRoot = process.getuid?.() === 0;

/** The users that the real runs are made as. */
export const USERS: readonly TestUser[] = isRoot
  ? [
      { title: 'as root' },
      ...(reachesSources(NOBODY) ? [{ title: 'as an unprivileged user', user: NOBODY }] : []),
    ]
  : [{ title: 'as an unprivileged user' }];

/** Whether somebody else may read this repository: not where it is in root's own folder. */
function reachesSources(user: User): boolean {
  const file = fileURLToPath(import.meta.url);
  return (
    spawnSync(process.execPath, ['-e', `require('fs').readFileSync(${JSON.stringify(file)})`], user)
      .status === 0
  );
}
