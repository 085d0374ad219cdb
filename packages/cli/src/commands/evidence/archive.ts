import type { Archived } from '@wcp/hall';
import type { Command } from 'commander';
import { CliError, usageError } from '../../base/cli-error.ts';
import { fileProblem } from '../../base/problem.ts';
import type { Terminal } from '../../base/terminal.ts';
import { jsonText } from '../../print/json.ts';
import { count, escaped, rows } from '../../print/layout.ts';
import { Progress } from '../../print/progress.ts';
import { type CommandContext, register } from '../register.ts';

interface Options {
  readonly before: string;
  readonly json?: boolean;
}

/** `wcp evidence archive`: the oldest receipts of a Hall leave its store; the tree stays (section 8.10). */
export function addArchive(group: Command, { terminal }: CommandContext): void {
  const command = register(group, 'archive', {
    summary: 'Move the oldest receipts of a stopped Hall out of its store.',
    example: 'wcp evidence archive my-hall --before 2026-01-01',
    details:
      'They are written to the folder `archive` of the Hall as tiles, read again and compared with the tree, and only then removed. Proofs and exports stay as they are as long as that folder is there. Interrupted, it is completed by the next run or the next start.',
    exits: '0 archived, or there was nothing to archive; 2 wrong usage, or the store cannot be opened.',
  });
  command
    .argument('[dir]', 'the folder of the Hall', '.')
    .requiredOption('--before <time|position>', 'a day, a time (RFC 3339), or a position in the log')
    .action(async (dir: string, options: Options) => {
      const archived = await archive(terminal, dir, options.before);
      terminal.write(options.json ? jsonText(archived) : archivedText(archived, dir));
    });
}

async function archive(terminal: Terminal, dir: string, text: string): Promise<Archived> {
  const { archiveEvidence, DeploymentError } = await import('@wcp/hall');
  const progress = {
    writing: new Progress(terminal, 'receipts written'),
    removing: new Progress(terminal, 'receipts removed'),
  };
  const report = (step: string, done: number, of: number) => {
    if (step === 'writing' || step === 'removing') progress[step].report(done, of);
  };
  try {
    return await archiveEvidence(dir, {
      before: readBefore(text),
      at: terminal.now(),
      report,
      env: terminal.env,
    });
  } catch (error) {
    if (!(error instanceof DeploymentError)) throw error;
    throw new CliError(error.findings.map(({ code, message }) => fileProblem(dir, code, message)));
  }
}

function readBefore(text: string): { position: number } | { time: string } {
  if (/^\d{1,15}$/.test(text)) return { position: Number(text) };
  const time = /^\d{4}-\d\d-\d\d(?:T[\d:.]+(?:Z|[+-]\d\d:\d\d))?$/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isFinite(time)) return { time: new Date(time).toISOString() };
  throw usageError('--before must be a day (2026-01-31), a time (RFC 3339) or a position in the log.');
}

function archivedText({ from, to, size, bytes_before, bytes_after }: Archived, dir: string): string {
  if (from === to)
    return 'Nothing was archived: the last receipts, and whatever a hold stands on, stay in the store.\n';
  const table = rows([
    ['archived', `${count(to - from, 'receipt')}: positions ${from} to ${to - 1}`],
    ['in the store', count(size - to, 'receipt')],
    ['bytes', `${bytes_before.toLocaleString('en')} before, ${bytes_after.toLocaleString('en')} now`],
  ]);
  return `${table}Keep the folder: wcp receipts verify ${escaped(dir)}/archive verifies it alone.\n`;
}
