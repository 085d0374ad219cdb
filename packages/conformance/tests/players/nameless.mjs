import { ops, play, send } from './player.mjs';

play({ start: () => send({ ok: true, ops }) });
