import { RECEIPT_FORM_NAMES, type ReceiptForm } from '@wcp/spec/hall';
import { type Command, Option } from 'commander';
import { usageError } from '../../base/cli-error.ts';
import type { Terminal } from '../../base/terminal.ts';
import { type Exported, exportEvidence, warnOfExposure } from '../../evidence/export-evidence.ts';
import { type ExportedForms, exportForms, type FormSource } from '../../evidence/export-forms.ts';
import { jsonText } from '../../print/json.ts';
import { count, escaped, rows } from '../../print/layout.ts';
import { type HallOptions, hallOf, registerHall } from '../hall-options.ts';
import type { CommandContext } from '../register.ts';

interface Options extends HallOptions {
  readonly stream?: string;
  readonly decisions?: boolean;
  readonly as?: ReceiptForm;
  readonly bundle?: string;
}

/** `wcp receipts export`: the evidence of a Hall as a folder that can be verified anywhere (section 8). */
export function addExport(group: Command, { terminal }: CommandContext): void {
  const command = registerHall(group, 'export', {
    summary:
      'Export receipts, checkpoint and public key of a Hall to a new folder, or receipts in another form.',
    example:
      'wcp receipts export evidence/\n  $ wcp receipts export events.jsonl --as ocsf\n  $ wcp receipts export - --as cloudevents --bundle evidence/',
    details:
      'The forms are signed in-toto statements (dsse), CloudEvents, OCSF events and SCITT signed statements, one a line; scitt as base64. What needs a signature is signed by the Hall.',
    exits: '0 written, 2 wrong usage, or the Hall refused; nothing is written then.',
  });
  command
    .argument(
      '<target>',
      'the folder, or with --as the file, which must not exist yet; - for standard output',
    )
    .addOption(new Option('--as <form>', 'each receipt in this form').choices(RECEIPT_FORM_NAMES))
    .option('--bundle <dir>', 'with --as: read a folder of evidence instead of a Hall; nothing is signed')
    .option('--stream <name>', 'only those of this tenant, each with a proof that it is in the log')
    .option('--decisions', 'also the requests, facts and worlds, for `wcp replay --bundle`')
    .action(async (dir: string, options: Options) => {
      if (options.as !== undefined || options.bundle !== undefined) return exportAs(terminal, dir, options);
      const { stream, decisions: withDecisions = false } = options;
      const exported = await exportEvidence(hallOf(terminal, options), dir, { stream, withDecisions });
      terminal.write(options.json ? jsonText(exported) : exportedText(exported));
      warnOfExposure(terminal, exported);
    });
}

async function exportAs(terminal: Terminal, target: string, options: Options): Promise<void> {
  const { as, bundle, stream, decisions, url, key, json } = options;
  if (as === undefined) throw usageError('--bundle goes with --as.');
  if (decisions) throw usageError('--decisions does not go with --as: the forms hold receipts alone.');
  if (bundle !== undefined && (url ?? key ?? stream) !== undefined) {
    throw usageError('--bundle does not go with --url, --key or --stream.');
  }
  const source: FormSource =
    bundle === undefined ? { client: hallOf(terminal, options), stream } : { bundle };
  const exported = await exportForms(terminal, source, { form: as, target });
  if (exported.unsigned) terminal.warn(UNSIGNED);
  if (target !== '-') terminal.write(json ? jsonText(exported) : formsText(exported));
}

const UNSIGNED =
  'warning: These envelopes have no signatures, because a folder of evidence holds no private key. Ask the Hall for signed ones. The receipts in them keep their own.\n';

function formsText({ file, form, receipts }: ExportedForms): string {
  return `${count(receipts, 'receipt')} as ${form} in ${escaped(file)}.\n`;
}

function exportedText({
  dir,
  origin,
  size,
  receipts,
  is_whole,
  decisions,
  not_held,
  worlds,
}: Exported): string {
  const what = is_whole
    ? `${count(receipts, 'receipt')}: the whole log`
    : `${count(receipts, 'receipt')} of the ${size} in the log, each with a proof`;
  const recorded =
    decisions === null
      ? null
      : [
          count(decisions, 'decision'),
          count(worlds ?? 0, 'world'),
          ...(not_held === null || not_held === 0
            ? []
            : [
                `${count(not_held, 'request')} not held, forgotten or lost (\`wcp receipts verify\` says which)`,
              ]),
        ].join(', ');
  const table = rows([
    ['folder', escaped(dir)],
    ['log', escaped(origin)],
    ['contains', what],
    ['and', recorded],
  ]);
  const key = 'with --keys and a public key of the Hall that you trust';
  return `${table}Anyone can verify it: wcp receipts verify ${escaped(dir)} (${key}).\n`;
}
