import { readdirSync } from 'node:fs';
import { tell } from './attempt.mjs';

const found = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
tell(found.length > 2, found.join());
