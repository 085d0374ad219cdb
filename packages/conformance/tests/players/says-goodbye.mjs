import { play } from './player.mjs';

play({ stop: () => process.stdout.write('bye\n', () => process.exit(0)) });
