import { implementation, ops, play, send } from './player.mjs';

play({ start: () => send({ ok: true, protocol: 2, implementation, ops }) });
