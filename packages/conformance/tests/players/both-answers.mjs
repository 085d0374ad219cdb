/** Gives a result and an error, so that one of the two fits. */
import { honest, play, send } from './player.mjs';

play({
  run: (request) => send({ result: {}, error: { code: 'CANONICAL_JSON_INVALID' }, ...honest(request) }),
});
