import { readFileSync } from 'node:fs';
import { attempt, words } from './attempt.mjs';

attempt(() => {
  try {
    return readFileSync(`/proc/1/root${words[0]}`);
  } catch {
    return readFileSync(`/proc/self/root${words[0]}`);
  }
});
