import { readdirSync } from 'node:fs';
import { tell, words } from './attempt.mjs';

tell(
  readdirSync('/proc').includes(words[0]),
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .join(),
);
