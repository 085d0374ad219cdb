/** Answers the next request before it is asked. */
import { honest, play, send } from './player.mjs';

play({
  run: (request) => {
    send(honest(request));
    send({ seq: request.seq + 1, result: { outcome: 'DENY' } });
  },
});
