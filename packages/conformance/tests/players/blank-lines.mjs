import { honest, play } from './player.mjs';

play({ run: (request) => process.stdout.write(`\n${JSON.stringify(honest(request))}\n`) });
