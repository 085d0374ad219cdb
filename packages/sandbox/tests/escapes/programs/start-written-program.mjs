import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, rmSync } from 'node:fs';
import { attempt, words } from './attempt.mjs';

const copy = `/tmp/wcp-escape-${process.pid}`;
await attempt(() => {
  copyFileSync(words[0], copy);
  chmodSync(copy, 0o700);
  return execFileSync(copy, ['it ran']);
});
rmSync(copy, { force: true });
