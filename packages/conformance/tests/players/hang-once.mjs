/** Hangs at one case only, and is deaf to polite signals. */
import { honest, play, send } from './player.mjs';

process.on('SIGTERM', () => {});
play({
  run: (request) => (request.input?.dry_run === true ? setInterval(() => {}, 1000) : send(honest(request))),
});
