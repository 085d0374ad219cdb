/** Honest; what it writes to standard error is its own affair, however much it is. */
import { honest, play, send } from './player.mjs';

play({
  run: (request) => {
    process.stderr.write(`${'x'.repeat(100_000)} \u001b[31mred\n`);
    send(honest(request));
  },
});
