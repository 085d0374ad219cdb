import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { CliError, usageError } from '../cli-error.ts';
import type { HallClient } from '../client/hall-client.ts';
import type { LogHead } from '../client/wire.ts';
import { fileProblem } from '../input/input-problem.ts';
import { EVIDENCE_FILES } from './evidence-files.ts';
import { exportDecisions } from './export-decisions.ts';
import { exportProofs } from './export-proofs.ts';
import { exportReceipts } from './export-receipts.ts';
import { refuseExisting, writeReasonOf } from './write-file.ts';

/** What is exported. */
export interface ExportOptions {
  /** Of one tenant alone. */
  readonly stream: string | undefined;
  readonly withDecisions: boolean;
}

/** What was exported. */
export interface Exported {
  readonly dir: string;
  readonly origin: string;
  /** How many receipts the log has. */
  readonly size: number;
  readonly receipts: number;
  /** They are the whole log. */
  readonly is_whole: boolean;
  readonly decisions: number | null;
  readonly worlds: number | null;
}

/**
 * Writes the log of a Hall as of now into a new folder, as much of it as the key may see. The folder is
 * there whole or not at all.
 *
 * @throws {CliError}
 */
export async function exportEvidence(
  client: HallClient,
  dir: string,
  wish: ExportOptions,
): Promise<Exported> {
  await refuseExisting([dir], 'Evidence is never overwritten: name another folder.');
  const growing = join(dirname(dir), `.wcp-export-${process.pid}`);
  try {
    await mkdir(dirname(dir), { recursive: true });
    await mkdir(growing);
    const written = await write(client, growing, wish);
    await rename(growing, dir);
    return { dir, ...written };
  } catch (error) {
    if (typeof (error as NodeJS.ErrnoException).errno !== 'number') throw error;
    throw new CliError([fileProblem(dir, 'UNWRITABLE', writeReasonOf(error))]);
  } finally {
    await rm(growing, { recursive: true, force: true });
  }
}

/** The checkpoint comes first: it says how far the log is that everything else is about. */
async function write(client: HallClient, dir: string, { stream, withDecisions }: ExportOptions) {
  const { origin, signing_key_id, public_key } = await client.get<LogHead>('wcp/log');
  const checkpoint = await client.text('wcp/checkpoint');
  const size = sizeOf(checkpoint);
  await writeFile(join(dir, EVIDENCE_FILES.checkpoint), checkpoint);
  const keys = `${JSON.stringify({ [signing_key_id]: public_key }, null, 2)}\n`;
  await writeFile(join(dir, EVIDENCE_FILES.keys), keys);
  const positions = await exportReceipts(client, dir, size, stream);
  const is_whole = positions.length === size;
  if (!is_whole) await exportProofs(client, dir, size, positions);
  const made = withDecisions ? await exportDecisions(client, dir, size, stream) : null;
  const { decisions = null, worlds = null } = made ?? {};
  return { origin, size, receipts: positions.length, is_whole, decisions, worlds };
}

/** The second line of a checkpoint. */
function sizeOf(checkpoint: string): number {
  const size = Number(checkpoint.split('\n')[1]);
  if (Number.isSafeInteger(size)) return size;
  throw usageError('What the Hall gave as its checkpoint is none.');
}
