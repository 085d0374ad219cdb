import { inspect } from 'node:util';
import { lineOf } from '@wcp/spec/json';

/** Standard output, reserved for JSON while a worker is served. */
export interface ProtocolOutput {
  /** Resolves when a JSON text is handed to the system, as one line for every reader; false when the reader is gone. */
  writeLine(json: string): Promise<boolean>;
}

/**
 * Reserves standard output for protocol lines: from here on, whatever else the process writes there, with
 * `console.log` or otherwise, goes to standard error.
 */
export function claimOutput(): ProtocolOutput {
  const { stdout, stderr } = process;
  const write = stdout.write.bind(stdout);
  stdout.write = stderr.write.bind(stderr);
  // The reader may disappear at any time; the callback of the write reports it.
  stdout.on('error', () => {});
  return {
    writeLine: (json) =>
      new Promise((resolve) => write(`${lineOf(json)}\n`, (error) => resolve(error == null))),
  };
}

/** Keeps errors that the worker's code throws outside of its run from ending the process. */
export function surviveStrayErrors(): void {
  process.on('uncaughtException', logError);
  process.on('unhandledRejection', logError);
}

/**
 * Whoever may send a signal to the process must not thereby open its debugger, and read what tenants sent: a listener
 * takes the place of Node's own.
 */
export function refuseDebugger(): void {
  process.on('SIGUSR1', () => {});
}

/** Writes whatever the worker's code threw to standard error. */
export function logError(error: unknown): void {
  try {
    process.stderr.write(`${inspect(error)}\n`);
  } catch {
    process.stderr.write('The worker threw something that cannot be shown.\n');
  }
}
