/** Honest; keeps every line that it reads in the file that RECORD names. */
import { appendFileSync } from 'node:fs';
import { play } from './player.mjs';

process.stdin.on('data', (chunk) => appendFileSync(process.env.RECORD, chunk));
play({});
