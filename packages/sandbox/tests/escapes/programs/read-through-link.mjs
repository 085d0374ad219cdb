import { readFileSync, rmSync, symlinkSync } from 'node:fs';
import { attempt, words } from './attempt.mjs';

const [target, link] = words;
attempt(() => {
  symlinkSync(target, link);
  try {
    return readFileSync(link);
  } finally {
    rmSync(link);
  }
});
