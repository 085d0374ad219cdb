/** Crashes wherever it would deny: a crash is no denial. */
import { honest, play, send } from './player.mjs';

play({
  run: (request) => {
    const answer = honest(request);
    if (answer.result?.denied) throw new Error('cannot deny');
    send(answer);
  },
});
