/** Logs to standard output after it answered, sometimes in the same write and sometimes later. */
import { honest, play, send } from './player.mjs';

let asked = 0;
play({
  run: (request) => {
    asked += 1;
    send(honest(request));
    if (asked % 2 === 0) console.log('done');
    else setImmediate(() => console.log('done'));
  },
});
