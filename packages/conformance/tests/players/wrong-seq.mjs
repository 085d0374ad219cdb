import { honest, play, send } from './player.mjs';

play({ run: (request) => send({ ...honest(request), seq: request.seq - 1 }) });
