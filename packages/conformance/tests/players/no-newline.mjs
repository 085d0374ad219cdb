import { implementation, ops, play } from './player.mjs';

play({ start: () => process.stdout.write(JSON.stringify({ ok: true, implementation, ops })) });
