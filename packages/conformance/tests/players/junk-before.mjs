/** Logs to standard output before it answers. */
import { honest, play, send } from './player.mjs';

play({
  run: (request) => {
    console.log(`debug: ${request.op}`);
    send(honest(request));
  },
});
