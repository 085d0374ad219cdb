import { play, send } from './player.mjs';

play({ run: ({ seq }) => send({ seq, errored: { message: 'ouch\n\u001b[31m' } }) });
