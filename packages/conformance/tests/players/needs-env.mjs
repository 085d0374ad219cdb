/** Honest where the variable and the folder are as asked for. */
import { basename } from 'node:path';
import { play } from './player.mjs';

if (process.env.PLAYER_WORD === 'please' && basename(process.cwd()) === 'players') play({});
