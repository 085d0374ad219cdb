import { readFileSync } from 'node:fs';
import { attempt } from './attempt.mjs';

attempt(() => readFileSync(process.argv[2]));
