import type { BackupManifest } from '@wcp/hall';
import type { BackupResult } from '@wcp/spec/hall';
import type { Command } from 'commander';
import { CliError, usageError } from '../../base/cli-error.ts';
import { EXIT } from '../../base/exit-code.ts';
import type { Terminal } from '../../base/terminal.ts';
import { InputReader } from '../../input/input-reader.ts';
import { jsonText } from '../../print/json.ts';
import { count, escaped, rows } from '../../print/layout.ts';
import { problemsOfFolder } from '../../serve/folder-findings.ts';
import { type HallOptions, hallOf, registerHall } from '../hall-options.ts';
import type { CommandContext } from '../register.ts';
import { SUMMARIES } from '../summaries.ts';

interface BackupOptions extends HallOptions {
  /** The folder of a Hall that does not run. */
  readonly dir?: string;
  readonly passphraseFile?: string;
}

/** `wcp backup`: what a Hall holds, in a folder of its own (section 8.12). */
export function addBackup(program: Command, { terminal, exitWith }: CommandContext): void {
  const command = registerHall(program, 'backup', {
    summary: SUMMARIES.backup,
    details:
      'With --dir the Hall is stopped, and the backup is made at this place. Without it a running Hall makes one of this name in the folder that "backups" of its server.json names. Without a passphrase the keys are left out: keep the folder keys elsewhere.',
    example: 'wcp backup monday --dir my-hall --passphrase-file passphrase.txt',
    exits: '0 made, 2 wrong usage, or it could not be made: nothing is left under its name.',
  });
  command
    .argument('[target]', 'the folder to make; at a running Hall a name (default: the time)')
    .option('--dir <folder>', 'the folder of a Hall that does not run, instead of a Hall that does')
    .option('--passphrase-file <file>', 'encrypts the keys with the first line of this file, or of "-"')
    .action(async (target: string | undefined, options: BackupOptions) => {
      const passphrase = await readPassphrase(terminal, options.passphraseFile);
      const made = await makeBackup(terminal, target, { ...options, passphrase });
      terminal.write(options.json ? jsonText(made) : madeText(made));
      exitWith(EXIT.ok);
    });
}

/** The passphrase in a file: its first line. @throws {CliError} where it cannot be read */
export async function readPassphrase(
  terminal: Terminal,
  file: string | undefined,
): Promise<string | undefined> {
  if (file === undefined) return undefined;
  const reader = new InputReader(terminal);
  const text = await reader.text(file);
  if (text === null) throw new CliError(reader.problems);
  return text.split(/\r?\n/, 1)[0];
}

async function makeBackup(
  terminal: Terminal,
  target: string | undefined,
  { dir, passphrase, ...options }: BackupOptions & { readonly passphrase: string | undefined },
): Promise<BackupResult> {
  if (dir === undefined) {
    const name = target === undefined ? {} : { name: target };
    return hallOf(terminal, options).makeBackup({ ...name, ...(passphrase !== undefined && { passphrase }) });
  }
  if (options.url !== undefined) throw usageError('Name a folder with --dir or a Hall with --url, not both.');
  if (target === undefined) throw usageError('Name the folder that the backup is to be made in.');
  const { backUpFolder, DeploymentError } = await import('@wcp/hall');
  try {
    const at = terminal.now();
    return resultOf(target, await backUpFolder(dir, target, { passphrase, at, env: terminal.env }));
  } catch (error) {
    if (!(error instanceof DeploymentError)) throw error;
    throw new CliError(await problemsOfFolder(terminal, dir, error.findings));
  }
}

function resultOf(name: string, { files, ...manifest }: BackupManifest): BackupResult {
  const { made_at, origin, size, root, has_keys, left_out } = manifest;
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  return { name, made_at, origin, size, root, has_keys, files: files.length, bytes, left_out };
}

function madeText({ name, origin, size, has_keys, files, bytes, left_out }: BackupResult): string {
  const table = rows([
    ['backup', escaped(name)],
    ['log', escaped(origin)],
    ['receipts', count(size, 'receipt')],
    ['files', `${count(files, 'file')}, ${count(bytes, 'byte')}; each was read again`],
    ['keys', has_keys ? 'encrypted with the passphrase' : 'left out: keep the folder keys elsewhere'],
    ['left out', left_out.length === 0 ? 'nothing' : left_out.map(escaped).join(', ')],
  ]);
  const warning = has_keys
    ? 'Whoever has it and the passphrase has what was not forgotten by now: destroy older backups when you forget.\n'
    : '';
  return table + warning;
}
