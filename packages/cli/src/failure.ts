import { EXIT, type ExitCode } from './exit-code.ts';
import type { Problem } from './io/problem.ts';

/** Thrown where a command cannot go on: each problem says what is wrong, where, and what to do. */
export class BadInput extends Error {
  readonly problems: readonly Problem[];
  /** What the command then ends with. */
  readonly exit: ExitCode;

  constructor(problems: readonly Problem[], exit: ExitCode = EXIT.bad) {
    super(problems.map(({ message }) => message).join(' '));
    this.name = 'BadInput';
    this.problems = problems;
    this.exit = exit;
  }
}

/** A {@link BadInput} about the command itself rather than about a file. */
export function misuse(message: string): BadInput {
  return new BadInput([{ level: 'error', file: null, place: null, path: null, code: 'USAGE', message }]);
}
