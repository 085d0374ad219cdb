import { inspect } from 'node:util';

/** The one way to standard output while a worker is served. */
export interface ProtocolOutput {
  /** Resolves when the line was handed to the system; false when nobody reads any more. */
  writeLine(line: string): Promise<boolean>;
}

/**
 * Takes standard output for protocol lines alone: whatever else the process writes there, with
 * `console.log` or otherwise, goes to standard error from here on.
 */
export function claimOutput(): ProtocolOutput {
  const { stdout, stderr } = process;
  const write = stdout.write.bind(stdout);
  stdout.write = stderr.write.bind(stderr);
  // The reader may go away at any time; the callback of the write says so.
  stdout.on('error', () => {});
  return {
    writeLine: (line) => new Promise((resolve) => write(`${line}\n`, (error) => resolve(error == null))),
  };
}

/** Keeps stray errors of the worker's code, thrown outside of its run, from ending the process. */
export function surviveStrayErrors(): void {
  process.on('uncaughtException', logError);
  process.on('unhandledRejection', logError);
}

/** Writes what the worker's code threw to standard error, whatever it is. */
export function logError(error: unknown): void {
  try {
    process.stderr.write(`${inspect(error)}\n`);
  } catch {
    process.stderr.write('The worker threw something that cannot be shown.\n');
  }
}
