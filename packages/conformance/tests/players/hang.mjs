import { play } from './player.mjs';

play({ run: () => {} });
