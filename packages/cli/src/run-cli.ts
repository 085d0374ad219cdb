import { CommanderError } from 'commander';
import { usageError } from './base/cli-error.ts';
import { EXIT, type ExitCode } from './base/exit-code.ts';
import type { Terminal } from './base/terminal.ts';
import { createProgram } from './program.ts';

/**
 * Runs one command line. Never throws: errors are written to the terminal in plain words.
 *
 * @param args what follows `wcp`
 * @returns the exit code: 0 allowed or OK, 1 denied or something found, 2 wrong usage or bad input
 * @example
 * import { runCli, type Terminal } from '@wcp/cli';
 *
 * declare const terminal: Terminal;
 * process.exitCode = await runCli(['catalog', 'search', 'summarize'], terminal);
 */
export async function runCli(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const wantsJson = args.includes('--json');
  let code: ExitCode = EXIT.ok;
  const exitWith = (exitCode: ExitCode) => {
    code = exitCode;
  };
  try {
    const program = await createProgram(terminal, wantsJson, exitWith, (name) => args.includes(name));
    await program.parseAsync([...args], { from: 'user' });
    return code;
  } catch (error) {
    if (!(error instanceof CommanderError)) return await report(error, terminal, wantsJson);
    if (error.exitCode === 0) return EXIT.ok;
    // Commander has already written its message, unless the output is JSON.
    if (!wantsJson) return EXIT.bad;
    return await report(usageError(error.message.replace(/^error: /, '')), terminal, wantsJson);
  }
}

/** What reports an error is loaded where there is one. */
async function report(error: unknown, terminal: Terminal, wantsJson: boolean): Promise<ExitCode> {
  const { reportError } = await import('./report-error.ts');
  return reportError(error, terminal, wantsJson);
}
