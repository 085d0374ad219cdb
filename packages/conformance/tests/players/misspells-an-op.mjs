import { implementation, ops, play, send } from './player.mjs';

play({
  start: () => send({ ok: true, implementation, ops: ops.map((op) => op.replace('check_id', 'check-id')) }),
});
