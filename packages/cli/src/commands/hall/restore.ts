import type { Restored } from '@wcp/hall';
import type { Command } from 'commander';
import { CliError } from '../../base/cli-error.ts';
import { EXIT } from '../../base/exit-code.ts';
import { fileProblem } from '../../base/problem.ts';
import type { Terminal } from '../../base/terminal.ts';
import { splitNotes } from '../../evidence/split-notes.ts';
import { InputReader } from '../../input/input-reader.ts';
import { jsonText } from '../../print/json.ts';
import { count, escaped, rows } from '../../print/layout.ts';
import { type CommandContext, register } from '../register.ts';
import { SUMMARIES } from '../summaries.ts';
import { readPassphrase } from './backup.ts';

interface RestoreOptions {
  readonly dir: string;
  readonly latest?: readonly string[];
  readonly newOrigin?: string;
  readonly erasures?: string;
  readonly passphraseFile?: string;
  readonly keys?: string;
  readonly json?: boolean;
}

/** `wcp restore`: a backup becomes the folder of a Hall again, and its log does not fork (section 8.12). */
export function addRestore(program: Command, { terminal, exitWith }: CommandContext): void {
  const command = register(program, 'restore', {
    summary: SUMMARIES.restore,
    details:
      'Everything in the backup is verified first. --latest names files with the newest checkpoint that a witness or a copy of checkpoints has, or the high-water mark of the lost folder: it must be of the end of the backup. Else the log goes on under --new-origin, and a receipt names the old name; payloads come back only with --erasures, so that nothing that was forgotten since does.',
    example: 'wcp restore monday --dir my-hall-2 --latest checkpoint.txt --passphrase-file passphrase.txt',
    exits: '0 restored, 2 wrong usage, or refused: nothing was restored.',
  });
  command
    .argument('<backup>', 'the folder that `wcp backup` made')
    .requiredOption('--dir <folder>', 'the folder of the restored Hall: it must not exist yet, or be empty')
    .option('--latest <files...>', 'the newest checkpoint that is known, or the high-water mark')
    .option('--new-origin <name>', 'the name under which the log goes on without such proof')
    .option('--erasures <file>', 'with --new-origin: the receipts since the backup, one a line; may be empty')
    .option('--passphrase-file <file>', 'decrypts the keys with the first line of this file, or of "-"')
    .option('--keys <folder>', 'the folder keys of this Hall, in the place of those in the backup')
    .action(async (backup: string, options: RestoreOptions) => {
      const restored = await restore(terminal, backup, options);
      terminal.write(
        options.json ? jsonText({ dir: options.dir, ...restored }) : restoredText(restored, options.dir),
      );
      exitWith(EXIT.ok);
    });
}

async function restore(terminal: Terminal, backup: string, options: RestoreOptions): Promise<Restored> {
  const { dir, keys, newOrigin: new_origin } = options;
  const passphrase = await readPassphrase(terminal, options.passphraseFile);
  const reader = new InputReader(terminal);
  const latest = await Promise.all((options.latest ?? []).map((file) => reader.text(file)));
  const receipts = options.erasures === undefined ? undefined : await reader.text(options.erasures);
  if (reader.hasErrors) throw new CliError(reader.problems);
  const { DeploymentError, restoreHall } = await import('@wcp/hall');
  try {
    return await restoreHall(backup, dir, {
      ...{ passphrase, keys, new_origin, at: terminal.now(), env: terminal.env },
      latest: latest.flatMap((text) => splitNotes(text ?? '')),
      erasures: receipts?.split('\n').filter((line) => line.trim() !== ''),
    });
  } catch (error) {
    if (!(error instanceof DeploymentError)) throw error;
    const place = (file: string | null) => (file === null ? backup : `${backup}/${file}`);
    throw new CliError(
      error.findings.map(({ file, code, message }) => fileProblem(place(file), code, message)),
    );
  }
}

const PAYLOADS: Readonly<Record<Restored['payloads'], string>> = {
  all: 'all that the backup held',
  but_forgotten: 'those that were not forgotten since',
  none: 'none: nobody said what was forgotten since the backup',
};

function restoredText(restored: Restored, dir: string): string {
  const { origin, former_origin, size, made_at, payloads, forgotten_again, left_out } = restored;
  const table = rows([
    ['restored', `${escaped(dir)}, as of ${made_at}`],
    [
      'log',
      former_origin === null ? escaped(origin) : `${escaped(origin)}, before ${escaped(former_origin)}`,
    ],
    ['receipts', `${count(size, 'receipt')}, and one that says so`],
    ['payloads', PAYLOADS[payloads]],
    ['forgotten again', forgotten_again === 0 ? null : count(forgotten_again, 'time')],
    ['put back', left_out.length === 0 ? null : left_out.map(escaped).join(', ')],
  ]);
  return `${table}${former_origin === null ? SAME : OTHER}Not checked: whether the old Hall still runs. Stop it for good before you start this one.\n`;
}

const SAME = 'Not checked: whether what was given as the latest is the newest that there is.\n';
const OTHER =
  'API keys, freezes and enrolments are those of the backup: what was revoked or frozen since is so no longer. Look at `wcp keys list` before anybody else calls.\n';
