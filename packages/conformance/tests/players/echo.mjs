import { play, send } from './player.mjs';

play({ run: ({ seq, input }) => send({ seq, result: input }) });
