import { readFileSync } from 'node:fs';
import { attempt, words } from './attempt.mjs';

attempt(() => readFileSync(words[0]));
