import { WcpError } from '@wcp/spec';
import { CliError, usageError } from './base/cli-error.ts';
import type { ExitCode } from './base/exit-code.ts';
import { nodeCheck } from './base/node-check.ts';
import { reasonOf } from './base/system-error.ts';
import type { Terminal } from './base/terminal.ts';
import { hallErrorOf } from './client/hall-errors.ts';
import { jsonText } from './print/json.ts';
import { printProblems } from './print/problems.ts';

/** Writes what ended a command in plain words, and gives its exit code. */
export function reportError(error: unknown, terminal: Terminal, wantsJson: boolean): ExitCode {
  const known = error instanceof CliError ? error : hallErrorOf(error);
  const { problems, exit } = known ?? usageError(unexpected(error));
  if (wantsJson) terminal.write(jsonText({ ok: false, problems }));
  else printProblems(terminal, problems);
  return exit;
}

/** A WcpError speaks for itself; of any other error nothing is shown but that it happened. */
function unexpected(error: unknown): string {
  if (error instanceof WcpError) return error.message;
  if (typeof (error as NodeJS.ErrnoException | null)?.errno === 'number') return reasonOf(error);
  const { status, message, remedy } = nodeCheck(process.versions.node);
  if (status === 'fail') return `${message} Install one: ${remedy}`;
  return 'wcp failed unexpectedly. This is a bug: please report it with the command that you ran.';
}
