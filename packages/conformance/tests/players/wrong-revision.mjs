import { implementation, ops, play, send } from './player.mjs';

play({ start: () => send({ ok: true, revision: '0.1', implementation, ops }) });
