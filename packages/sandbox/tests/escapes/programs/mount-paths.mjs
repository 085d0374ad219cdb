import { readFileSync } from 'node:fs';
import { tell, words } from './attempt.mjs';

const isThere = readFileSync('/proc/self/mountinfo', 'utf8').includes(words[0]);
tell(isThere, isThere ? 'the path of the host is in it' : 'no path of the host is in it');
