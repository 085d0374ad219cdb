import { play } from './player.mjs';

const DEPTH = 200_000;
play({
  run: ({ seq }) =>
    process.stdout.write(`{"seq":${seq},"result":{"a":${'['.repeat(DEPTH)}${']'.repeat(DEPTH)}}}\n`),
});
