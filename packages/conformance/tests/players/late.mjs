import { honest, play, send } from './player.mjs';

play({ run: (request) => setTimeout(() => send(honest(request)), 1500) });
