import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { listenAsForwarder } from './forwarder.ts';
import type { Routes } from './routes.ts';

/** Signals that are meant for the program. */
const RELAYED = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGUSR2'] as const;

/** Starts the forwarder, then the program, and ends as the program ends. */
export async function launch(routes: Routes, command: readonly string[]): Promise<void> {
  await listenAsForwarder(routes);
  const [file = '', ...args] = command;
  // Before the program runs: one signal must not end the forwarder alone.
  for (const signal of RELAYED) process.on(signal, () => program.kill(signal));
  const program = spawn(file, args, { stdio: 'inherit' });
  program.once('error', (error) => {
    process.stderr.write(`${error.message}\n`);
    process.exit(127);
  });
  program.once('exit', (status, signal) => {
    process.exit(signal === null ? (status ?? 1) : 128 + constants.signals[signal]);
  });
}
