import { linkSync, readFileSync, rmSync } from 'node:fs';
import { attempt, words } from './attempt.mjs';

const [target, link] = words;
attempt(() => {
  linkSync(target, link);
  try {
    return readFileSync(link);
  } finally {
    rmSync(link);
  }
});
