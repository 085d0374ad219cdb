import { copyFileSync, renameSync } from 'node:fs';
import { attempt, words } from './attempt.mjs';

const [from, beside, place] = words;
attempt(() => {
  copyFileSync(from, beside);
  renameSync(beside, place);
});
