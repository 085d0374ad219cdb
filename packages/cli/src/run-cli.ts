import { WcpError } from '@wcp/spec';
import { CommanderError } from 'commander';
import { CliError, usageError } from './base/cli-error.ts';
import { EXIT, type ExitCode } from './base/exit-code.ts';
import { nodeCheck } from './base/node-check.ts';
import { reasonOf } from './base/system-error.ts';
import type { Terminal } from './base/terminal.ts';
import { hallErrorOf } from './client/hall-errors.ts';
import { jsonText } from './print/json.ts';
import { printProblems } from './print/problems.ts';
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
  const program = createProgram(terminal, wantsJson, (exitCode) => {
    code = exitCode;
  });
  try {
    await program.parseAsync([...args], { from: 'user' });
    return code;
  } catch (error) {
    return report(error, terminal, wantsJson);
  }
}

function report(error: unknown, terminal: Terminal, wantsJson: boolean): ExitCode {
  if (error instanceof CommanderError) return reportUsage(error, terminal, wantsJson);
  const known = error instanceof CliError ? error : hallErrorOf(error);
  const { problems, exit } = known ?? usageError(unexpected(error));
  if (wantsJson) terminal.write(jsonText({ ok: false, problems }));
  else printProblems(terminal, problems);
  return exit;
}

/** Commander has already written its message, unless the output is JSON. */
function reportUsage(error: CommanderError, terminal: Terminal, wantsJson: boolean): ExitCode {
  if (error.exitCode === 0) return EXIT.ok;
  const message = error.message.replace(/^error: /, '');
  if (wantsJson) terminal.write(jsonText({ ok: false, problems: usageError(message).problems }));
  return EXIT.bad;
}

/** A WcpError speaks for itself; of any other error nothing is shown but that it happened. */
function unexpected(error: unknown): string {
  if (error instanceof WcpError) return error.message;
  if (typeof (error as NodeJS.ErrnoException | null)?.errno === 'number') return reasonOf(error);
  const { status, message, remedy } = nodeCheck(process.versions.node);
  if (status === 'fail') return `${message} Install one: ${remedy}`;
  return 'wcp failed unexpectedly. This is a bug: please report it with the command that you ran.';
}
