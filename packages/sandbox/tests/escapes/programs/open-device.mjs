import { closeSync, constants, openSync } from 'node:fs';
import { attempt, words } from './attempt.mjs';

const { O_RDONLY, O_RDWR, O_NONBLOCK } = constants;
attempt(() => closeSync(openSync(words[0], (words[1] === 'write' ? O_RDWR : O_RDONLY) | O_NONBLOCK)));
