/** Sets members of prototypes, which must be members like any others. */
import { play } from './player.mjs';

play({
  run: ({ seq }) =>
    process.stdout.write(`{"seq":${seq},"result":{"__proto__":{"outcome":"DENY"},"constructor":1}}\n`),
});
