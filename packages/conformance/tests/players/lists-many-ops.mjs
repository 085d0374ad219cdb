import { implementation, play, send } from './player.mjs';

const ops = Array.from({ length: 5000 }, (_, index) => `op-${index}`);
play({ start: () => send({ ok: true, implementation, ops }) });
