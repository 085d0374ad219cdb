import { play, send } from './player.mjs';

play({ start: () => send({ ok: false, error: 'I speak protocol 0 only' }) });
