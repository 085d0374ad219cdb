import { play } from './player.mjs';

play({ run: () => process.exit(3) });
