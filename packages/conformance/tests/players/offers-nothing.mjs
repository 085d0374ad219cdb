import { implementation, play, send } from './player.mjs';

play({ start: () => send({ ok: true, implementation, ops: [] }) });
