import { closeSync } from 'node:fs';
import { play } from './player.mjs';

play({
  run: () => {
    closeSync(1);
    setInterval(() => {}, 1000);
  },
});
