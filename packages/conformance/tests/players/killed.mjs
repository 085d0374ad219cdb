import { play } from './player.mjs';

play({ run: () => process.kill(process.pid, 'SIGSEGV') });
