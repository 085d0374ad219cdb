import { execFileSync } from 'node:child_process';
import { attempt, words } from './attempt.mjs';

attempt(() => execFileSync(words[0], words.slice(1)));
