/** Honest, and starts a process that would outlive it; its number goes to standard error. */
import { spawn } from 'node:child_process';
import { play } from './player.mjs';

const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], {
  stdio: ['ignore', 'inherit', 'ignore'],
});
child.unref();
console.error(`child ${child.pid}`);
play({});
