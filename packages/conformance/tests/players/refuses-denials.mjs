/** Answers a denial as an error. */
import { honest, play, send } from './player.mjs';

play({
  run: (request) => {
    const answer = honest(request);
    const code = answer.result?.deny_code;
    send(code ? { seq: request.seq, error: { code } } : answer);
  },
});
