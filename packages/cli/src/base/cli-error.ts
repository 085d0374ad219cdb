import { EXIT, type ExitCode } from './exit-code.ts';
import type { Problem } from './problem.ts';

/** Thrown when a command cannot go on: each problem says what is wrong, where, and what to do. */
export class CliError extends Error {
  readonly problems: readonly Problem[];
  /** The exit code that the command ends with. */
  readonly exit: ExitCode;

  constructor(problems: readonly Problem[], exit: ExitCode = EXIT.bad) {
    super(problems.map(({ message }) => message).join(' '));
    this.name = 'CliError';
    this.problems = problems;
    this.exit = exit;
  }
}

/** A {@link CliError} about the command itself, not about a file. */
export function usageError(message: string): CliError {
  return new CliError([{ level: 'error', file: null, place: null, path: null, code: 'USAGE', message }]);
}
