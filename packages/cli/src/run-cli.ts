import { WcpError } from '@wcp/spec';
import { CommanderError } from 'commander';
import { CliError, usageError } from './base/cli-error.ts';
import { EXIT, type ExitCode } from './base/exit-code.ts';
import { reasonOf } from './base/system-error.ts';
import type { Terminal } from './base/terminal.ts';
import { jsonText } from './print/json.ts';
import { printProblems } from './print/problems.ts';
import { createProgram } from './program.ts';

/**
 * Runs one command line. Never throws: what went wrong is written to the terminal in plain words.
 *
 * @param args what follows `wcp`
 * @example process.exitCode = await runCli(['catalog', 'search', 'summarize'], terminal);
 */
export async function runCli(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const wantsJson = args.includes('--json');
  let code: ExitCode = EXIT.ok;
  const program = createProgram(terminal, wantsJson, (settled) => {
    code = settled;
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
  const { problems, exit } = error instanceof CliError ? error : usageError(unexpected(error));
  if (wantsJson) terminal.write(jsonText({ ok: false, problems }));
  else printProblems(terminal, problems);
  return exit;
}

/** Commander has written its sentence already, unless it was to be JSON. */
function reportUsage(error: CommanderError, terminal: Terminal, wantsJson: boolean): ExitCode {
  if (error.exitCode === 0) return EXIT.ok;
  const message = error.message.replace(/^error: /, '');
  if (wantsJson) terminal.write(jsonText({ ok: false, problems: usageError(message).problems }));
  return EXIT.bad;
}

/** A library's refusal is in its own words; of anything else nothing leaks but that it happened. */
function unexpected(error: unknown): string {
  if (error instanceof WcpError) return error.message;
  if (typeof (error as NodeJS.ErrnoException | null)?.errno === 'number') return reasonOf(error);
  return 'wcp failed in a way that it should not. Please report the command that you typed as a defect.';
}
