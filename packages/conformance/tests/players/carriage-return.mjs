/** Honest, with the line ends of Windows. */
import { honest, play } from './player.mjs';

play({ run: (request) => process.stdout.write(`${JSON.stringify(honest(request))}\r\n`) });
