import { readFileSync } from 'node:fs';
import { attempt } from './attempt.mjs';

attempt(() => readFileSync(`/worker/${'../'.repeat(20)}${process.argv[2].slice(1)}`));
