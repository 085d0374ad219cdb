import { play } from './player.mjs';

play({ stop: () => process.exit(7) });
