import { readFileSync } from 'node:fs';
import { attempt, words } from './attempt.mjs';

attempt(() => readFileSync(`${process.cwd()}/${'../'.repeat(20)}${words[0].slice(1)}`));
