import { attempt, words } from './attempt.mjs';

attempt(() => process.kill(Number(words[0]), words[1]));
