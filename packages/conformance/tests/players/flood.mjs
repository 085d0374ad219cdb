/** Answers, then writes lines without end. */
import { honest, play, send } from './player.mjs';

const pour = () => process.stdout.write('{"seq":0,"result":{}}\n'.repeat(1000), pour);
play({
  run: (request) => {
    send(honest(request));
    pour();
  },
});
