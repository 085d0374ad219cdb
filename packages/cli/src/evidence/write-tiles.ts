import { existsSync, readdirSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { HallClient } from '@wcp/client';
import { receiptLeaf } from '@wcp/evidence/receipt';
import { TileWriter } from '@wcp/evidence/tiles';
import { WcpError } from '@wcp/spec';
import { CliError } from '../base/cli-error.ts';
import { isExposed, OWNER_ONLY } from '../base/file-mode.ts';
import { fileProblem } from '../base/problem.ts';
import { writeReasonOf } from '../base/system-error.ts';
import { writeWhole } from '../base/write-file.ts';
import { EVIDENCE_FILES } from './evidence-files.ts';

/** What was written. */
export interface TilesWritten {
  readonly dir: string;
  readonly origin: string;
  /** How many receipts the folder holds now. */
  readonly size: number;
  /** How many of them are new. */
  readonly receipts: number;
  /** How many files were written, the checkpoint and the keys apart. */
  readonly files: number;
  /** Others than their owner can read these files, because the file system grants more than it was asked for. */
  readonly is_exposed: boolean;
}

/** Receipts that are requested at a time. */
const PAGE = 1_000;

/**
 * Writes the log of a Hall into a folder as tiles, or adds what is new.
 *
 * @param report called with how many receipts are there, of how many
 * @throws {CliError}
 */
export async function writeTiles(
  client: HallClient,
  dir: string,
  report: (done: number, of: number) => void,
): Promise<TilesWritten> {
  refuseOther(dir);
  try {
    await mkdir(dir, { recursive: true, mode: OWNER_ONLY.folder });
    const writer = await TileWriter.open(dir);
    const { origin, signing_key_id, public_key } = await client.showLog();
    const checkpoint = await client.signCheckpoint();
    const size = Number(checkpoint.split('\n')[1]);
    const from = writer.size;
    await appendAll(client, writer, { size, report });
    await writer.publish(checkpoint);
    const keys = `${JSON.stringify({ [signing_key_id]: public_key }, null, 2)}\n`;
    await writeWhole(join(dir, EVIDENCE_FILES.keys), keys, { force: true });
    const counts = { size, receipts: size - from, files: writer.written };
    return { dir, origin, ...counts, is_exposed: await isExposed(dir) };
  } catch (error) {
    if (error instanceof WcpError) throw new CliError([fileProblem(dir, 'TILES_REFUSED', error.message)]);
    if (typeof (error as NodeJS.ErrnoException).errno !== 'number') throw error;
    throw new CliError([fileProblem(dir, 'UNWRITABLE', writeReasonOf(error))]);
  }
}

async function appendAll(
  client: HallClient,
  writer: TileWriter,
  { size, report }: { readonly size: number; readonly report: (done: number, of: number) => void },
): Promise<void> {
  const after = writer.size === 0 ? {} : { cursor: String(writer.size - 1) };
  for await (const { position, receipt } of client.items('listReceipts', { limit: PAGE, ...after })) {
    if (position >= size) return;
    if (position !== writer.size) break;
    await writer.append(Buffer.from(receiptLeaf(receipt)));
    report(writer.size, size);
  }
  if (writer.size === size) return;
  throw new WcpError(
    'ERR_WCP_TILES',
    `The Hall did not show the receipt at position ${writer.size}. A tenant sees its own alone: use the key of an auditor.`,
  );
}

/** A folder with other files is none that was made for this. */
function refuseOther(dir: string): void {
  if (!existsSync(dir) || existsSync(join(dir, 'checkpoint')) || existsSync(join(dir, 'tile'))) return;
  if (readdirSync(dir).length === 0) return;
  const message =
    'The folder holds other files, and no tiles. Name a new folder, or one that was written before.';
  throw new CliError([fileProblem(dir, 'EXISTS', message)]);
}
