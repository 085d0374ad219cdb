import { readFileSync } from 'node:fs';
import { attempt } from './attempt.mjs';

attempt(() => {
  try {
    return readFileSync(`/proc/1/root${process.argv[2]}`);
  } catch {
    return readFileSync(`/proc/self/root${process.argv[2]}`);
  }
});
