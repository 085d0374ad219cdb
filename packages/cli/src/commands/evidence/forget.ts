import type { ErasureRequest, ErasureResult } from '@wcp/spec/hall';
import type { Command } from 'commander';
import { usageError } from '../../base/cli-error.ts';
import { EXIT } from '../../base/exit-code.ts';
import type { Terminal } from '../../base/terminal.ts';
import { jsonText } from '../../print/json.ts';
import { count, escaped } from '../../print/layout.ts';
import { forgetInFolder } from '../../serve/forget-in-folder.ts';
import { type HallOptions, hallOf, registerHall } from '../hall-options.ts';
import type { CommandContext } from '../register.ts';

interface ForgetOptions extends HallOptions {
  readonly tenant?: string;
  readonly before?: string;
  readonly label?: string;
  readonly decision?: string;
  readonly note?: string;
  readonly dir?: string;
  readonly yes?: boolean;
}

/** `wcp evidence forget`: payloads go, receipts and proofs stay (section 8.9). */
export function addForget(group: Command, { terminal, exitWith }: CommandContext): void {
  const command = registerHall(group, 'forget', {
    summary: 'Forget requests, results and what else belongs to them; receipts and proofs stay.',
    details:
      'Without --yes nothing is forgotten: it says what would be. A tenant is forgotten with its data key, so that copies of the store say nothing of it either. What is forgotten cannot be brought back.',
    example: 'wcp evidence forget --tenant agent.newsroom --note "Article 17 GDPR" --yes',
    exits:
      '0 forgotten, or said what would be, 1 something waits for a steward or an outcome, or was not found, 2 wrong usage, or the Hall refused.',
  });
  command
    .option('--tenant <id>', 'of this tenant alone; without --before everything, and its data key')
    .option('--before <time>', 'what was decided before this time, RFC 3339')
    .option('--label <label>', 'with --before: only what has this data label')
    .option('--decision <id>', 'of one decision, and of the one that was made when a human had approved it')
    .option('--note <text>', 'why; it stands in the receipt for ever')
    .option('--dir <folder>', 'the folder of a Hall that does not run, instead of a Hall that does')
    .option('--yes', 'forget it now')
    .action(async (options: ForgetOptions) => {
      const request = requestOf(options);
      const result = await forget(terminal, request, options);
      terminal.write(options.json ? jsonText(result) : resultText(result));
      exitWith(EXIT.ok);
    });
}

function forget(terminal: Terminal, request: ErasureRequest, options: ForgetOptions): Promise<ErasureResult> {
  if (options.dir === undefined) return hallOf(terminal, options).forgetPayloads(request);
  if (options.url !== undefined) throw usageError('Name a folder with --dir or a Hall with --url, not both.');
  return forgetInFolder(terminal, options.dir, request);
}

function requestOf({ tenant, before, label, decision, note, yes }: ForgetOptions): ErasureRequest {
  if (tenant === undefined && before === undefined && decision === undefined) {
    throw usageError('Say what is to be forgotten: --tenant, --before or --decision.');
  }
  if (before !== undefined && Number.isNaN(Date.parse(before))) {
    throw usageError('The time of --before must be RFC 3339, such as 2026-11-01T00:00:00Z.');
  }
  return {
    ...(tenant !== undefined && { tenant_id: tenant }),
    ...(before !== undefined && { before: new Date(before).toISOString() }),
    ...(label !== undefined && { data_label: label as ErasureRequest['data_label'] }),
    ...(decision !== undefined && { decision_id: decision }),
    ...(note !== undefined && { note }),
    dry_run: yes !== true,
  } as ErasureRequest;
}

function resultText({ dry_run, decisions, in_flight, receipt, is_done }: ErasureResult): string {
  const what = `the payload of ${count(decisions, 'decision')}`;
  const waiting =
    in_flight === 0 ? '' : `${count(in_flight, 'request')} in flight, on hold or running: not forgotten.\n`;
  if (dry_run) return `This would forget ${what}. Nothing was forgotten: add --yes.\n${waiting}`;
  const rest = is_done
    ? ''
    : 'The rest is being removed in the background; `wcp health` shows when nothing is left.\n';
  return `Forgot ${what}. The receipt ${escaped(receipt?.receipt_id ?? '-')} says so.\n${waiting}${rest}`;
}
