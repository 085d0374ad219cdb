import { closeSync, openSync } from 'node:fs';
import { attempt, words } from './attempt.mjs';

// Only what is there already: a file of its own in a private folder is no escape.
attempt(() => closeSync(openSync(words[0], 'r+')));
