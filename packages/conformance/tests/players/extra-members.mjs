import { honest, play, send } from './player.mjs';

play({ run: (request) => send({ ...honest(request), took_ms: 3 }) });
