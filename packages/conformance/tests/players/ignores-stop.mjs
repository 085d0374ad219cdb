import { play } from './player.mjs';

play({ stop: () => {} });
