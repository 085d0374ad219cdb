import { play, send } from './player.mjs';

play({ run: ({ seq }) => send({ seq, skipped: { reason: 'not today' } }) });
