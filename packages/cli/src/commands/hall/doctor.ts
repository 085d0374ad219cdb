import type { DeploymentCheck } from '@wcp/hall';
import type { Command } from 'commander';
import { CliError } from '../../base/cli-error.ts';
import { EXIT } from '../../base/exit-code.ts';
import { nodeCheck } from '../../base/node-check.ts';
import { fileProblem } from '../../base/problem.ts';
import type { Colours, Terminal } from '../../base/terminal.ts';
import { jsonText } from '../../print/json.ts';
import { count, escaped, rows } from '../../print/layout.ts';
import { type CommandContext, register } from '../register.ts';
import { SUMMARIES } from '../summaries.ts';

/** A check of the Hall's, or that of the program that runs this. */
type Check = Omit<DeploymentCheck, 'name'> & { readonly name: DeploymentCheck['name'] | 'node' };
type Status = Check['status'];

/** `wcp doctor`: what of this machine and of a Hall's folder is not as it should be, and what mends it. */
export function addDoctor(program: Command, { terminal, exitWith }: CommandContext): void {
  const command = register(program, 'doctor', {
    summary: SUMMARIES.doctor,
    details: 'Each line below a finding is a command that can be typed as it is.',
    example: 'wcp doctor my-hall',
    exits: '0 nothing failed (there may be warnings), 1 something failed, 2 wrong usage, or no folder.',
  });
  command
    .argument('[dir]', 'the folder of the Hall', '.')
    .action(async (dir: string, { json }: { readonly json?: boolean }) => {
      const checks = await examine(terminal, dir);
      const status = worstOf(checks);
      terminal.write(json ? jsonText({ status, checks }) : checksText(checks, terminal.colours));
      exitWith(status === 'fail' ? EXIT.found : EXIT.ok);
    });
}

/** An old Node does not even load the server, so that it is looked at first. */
async function examine(terminal: Terminal, dir: string): Promise<readonly Check[]> {
  const node = nodeCheck(process.versions.node);
  if (node.status === 'fail') return [node];
  const { DeploymentError, examineDeployment } = await import('@wcp/hall');
  try {
    const now = Date.parse(terminal.now());
    return [node, ...(await examineDeployment(dir, { env: terminal.env, now }))];
  } catch (error) {
    if (!(error instanceof DeploymentError)) throw error;
    throw new CliError(error.findings.map(({ code, message }) => fileProblem(dir, code, message)));
  }
}

function worstOf(checks: readonly Check[]): Status {
  const found = new Set(checks.map(({ status }) => status));
  return found.has('fail') ? 'fail' : found.has('warn') ? 'warn' : 'ok';
}

function checksText(checks: readonly Check[], colours: Colours): string {
  const paint = { ok: colours.green, warn: colours.yellow, fail: colours.red };
  const width = Math.max(...checks.map(({ name }) => name.length));
  const lines = checks.map(({ name, subject, status, message, remedy }) => {
    const about = subject === null ? '' : `${escaped(subject)}: `;
    const text = rows([[`${status.padEnd(4)}  ${name.padEnd(width)}`, about + escaped(message)]], 0);
    // On a line of its own and never wrapped, so that it can be copied.
    const mend = remedy === null || status === 'ok' ? '' : `      ${colours.bold(escaped(remedy))}\n`;
    return text.replace(status, paint[status]) + mend;
  });
  const number = (wanted: Status) => checks.filter(({ status }) => status === wanted).length;
  const summary = `${count(number('fail'), 'failure')}, ${count(number('warn'), 'warning')}.`;
  return `${lines.join('')}\n${summary}\n`;
}
