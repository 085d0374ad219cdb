/** Gives two results under one name: readers differ in which they take. */
import { honest, play } from './player.mjs';

play({
  run: (request) => {
    const { seq, ...answer } = honest(request);
    process.stdout.write(`{"seq":${seq},"result":{},${JSON.stringify(answer).slice(1)}\n`);
  },
});
