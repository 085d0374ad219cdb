import { readdirSync, readlinkSync } from 'node:fs';
import { tell, words } from './attempt.mjs';

const targets = readdirSync('/proc/self/fd').map((fd) => {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`);
  } catch {
    return '';
  }
});
tell(targets.includes(words[0]), String(targets.filter((target) => target.startsWith('/worker')).length));
