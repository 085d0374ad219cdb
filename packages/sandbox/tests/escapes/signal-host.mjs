import { attempt } from './attempt.mjs';

attempt(() => process.kill(Number(process.argv[2]), 'SIGUSR1'));
