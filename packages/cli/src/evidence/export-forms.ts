import type { HallClient } from '@wcp/client';
import { ocsfEvent, type PlacedReceipt, receiptEnvelope, receiptEvent } from '@wcp/evidence/form';
import type { Signer } from '@wcp/evidence/key';
import type { ReceiptForm } from '@wcp/spec/hall';
import { CliError, usageError } from '../base/cli-error.ts';
import { fileProblem } from '../base/problem.ts';
import { writeReasonOf } from '../base/system-error.ts';
import type { Terminal } from '../base/terminal.ts';
import { refuseExisting } from '../base/write-file.ts';
import { bundledReceipts } from './bundled-receipts.ts';
import { LineWriter } from './line-writer.ts';

/** Where receipts come from: a Hall, or a folder of evidence. */
export type FormSource =
  | { readonly client: HallClient; readonly stream: string | undefined }
  | { readonly bundle: string };

/** What is written. */
interface FormExport {
  readonly form: ReceiptForm;
  /** A new file, or `-`. */
  readonly target: string;
}

/** What was written. */
export interface ExportedForms {
  readonly form: ReceiptForm;
  readonly file: string;
  readonly receipts: number;
  /** The form has a place for a signature, and nobody signed. */
  readonly unsigned: boolean;
}

const PAGE = 200;
const NOBODY: Signer | null = null;

/** How a receipt is written without the key of the log; null where that is no form at all. */
const UNSIGNED: Readonly<Record<ReceiptForm, ((placed: PlacedReceipt) => unknown) | null>> = {
  dsse: (placed) => receiptEnvelope(placed, NOBODY),
  cloudevents: receiptEvent,
  ocsf: ocsfEvent,
  scitt: null,
};

/**
 * Writes each receipt in another form, one a line, as it is read: neither the log nor the file needs to fit into memory.
 *
 * @throws {CliError}
 */
export async function exportForms(
  terminal: Terminal,
  source: FormSource,
  { form, target }: FormExport,
): Promise<ExportedForms> {
  if ('bundle' in source && UNSIGNED[form] === null) throw usageError(NEEDS_KEY);
  const writer = await openLines(terminal, target);
  let receipts = 0;
  try {
    for await (const document of documentsOf(source, form)) {
      await writer.addText(typeof document === 'string' ? document : JSON.stringify(document));
      receipts += 1;
    }
  } finally {
    await writer.close();
  }
  return { form, file: target, receipts, unsigned: 'bundle' in source && form === 'dsse' };
}

const NEEDS_KEY =
  'A SCITT statement is made with the key of the log, which is not in a folder of evidence. Leave out --bundle to ask the Hall.';

async function* documentsOf(source: FormSource, form: ReceiptForm): AsyncGenerator<unknown> {
  if ('bundle' in source) {
    const write = UNSIGNED[form] as NonNullable<(typeof UNSIGNED)[ReceiptForm]>;
    for await (const placed of bundledReceipts(source.bundle)) yield await write(placed);
    return;
  }
  const { client, stream } = source;
  for await (const { document } of client.items('listReceiptForms', { form, stream, limit: PAGE }))
    yield document;
}

type Lines = Pick<LineWriter, 'addText' | 'close'>;

async function openLines(terminal: Terminal, target: string): Promise<Lines> {
  if (target === '-') return { addText: (text) => written(terminal, `${text}\n`), close: async () => {} };
  await refuseExisting([target], 'Evidence is never overwritten. Name another file.');
  try {
    return await LineWriter.create(target);
  } catch (error) {
    throw new CliError([fileProblem(target, 'UNWRITABLE', writeReasonOf(error))]);
  }
}

/** Resolves once the reader took it: a slow one holds the export up, not the memory. */
function written(terminal: Terminal, text: string): Promise<void> {
  return new Promise((done) => terminal.write(text, done));
}
