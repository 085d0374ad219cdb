import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { HallClient } from '@wcp/client';
import { keyIdOf } from '@wcp/evidence';
import { LOG_STREAM } from '@wcp/evidence/receipt';
import type { PlacedReceipt } from '@wcp/spec/hall';
import { CliError, usageError } from '../base/cli-error.ts';
import { isExposed, OWNER_ONLY } from '../base/file-mode.ts';
import { fileProblem } from '../base/problem.ts';
import { writeReasonOf } from '../base/system-error.ts';
import type { Terminal } from '../base/terminal.ts';
import { refuseExisting } from '../base/write-file.ts';
import { escaped } from '../print/layout.ts';
import { EVIDENCE_FILES } from './evidence-files.ts';
import { LineWriter } from './line-writer.ts';
import { Positions } from './positions.ts';

/** Evidence names tenants and holds what they sent. */
const PRIVATE = { mode: OWNER_ONLY.file } as const;

/** What to export. */
export interface ExportOptions {
  /** Only the receipts of this tenant. */
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
  /** Decisions whose request is no longer held; null without decisions. */
  readonly not_held: number | null;
  readonly worlds: number | null;
  /** Others than their owner can read these files, because the file system grants more than it was asked for. */
  readonly is_exposed: boolean;
}

/**
 * Writes the present log of a Hall into a new folder for its owner alone, as far as the key may see it. The folder
 * appears complete or not at all.
 *
 * @throws {CliError}
 */
export async function exportEvidence(
  client: HallClient,
  dir: string,
  options: ExportOptions,
): Promise<Exported> {
  await refuseExisting([dir], 'Evidence is never overwritten. Name another folder.');
  let temporary: string | null = null;
  try {
    await mkdir(dirname(dir), { recursive: true, mode: OWNER_ONLY.folder });
    temporary = await mkdtemp(join(dirname(dir), '.wcp-export-'));
    const written = await write(client, temporary, options);
    await rename(temporary, dir);
    return { dir, ...written, is_exposed: await isExposed(dir) };
  } catch (error) {
    if (typeof (error as NodeJS.ErrnoException).errno !== 'number') throw error;
    throw new CliError([fileProblem(dir, 'UNWRITABLE', writeReasonOf(error))]);
  } finally {
    if (temporary !== null) await rm(temporary, { recursive: true, force: true });
  }
}

/** Says where evidence can be read by others than its owner. */
export function warnOfExposure(
  terminal: Terminal,
  { dir, is_exposed }: Pick<Exported, 'dir' | 'is_exposed'>,
): void {
  if (!is_exposed) return;
  const message =
    'Others than its owner can read this evidence, because its file system grants more than it was asked for.';
  terminal.warn(`warning: ${escaped(dir)}: ${message} Move it to one that keeps it private.\n`);
}

/** The checkpoint comes first: it fixes the size of the log that everything else is about. */
async function write(client: HallClient, dir: string, { stream, withDecisions }: ExportOptions) {
  const { origin, first_key } = await client.showLog();
  const checkpoint = await client.signCheckpoint();
  const size = sizeOf(checkpoint);
  await writeFile(join(dir, EVIDENCE_FILES.checkpoint), checkpoint, PRIVATE);
  const keys = `${JSON.stringify({ [keyIdOf(first_key)]: first_key }, null, 2)}\n`;
  await writeFile(join(dir, EVIDENCE_FILES.keys), keys, PRIVATE);
  await exportProven(client, dir, size);
  const { positions, made } = await exportReceipts(client, dir, size, stream);
  const is_whole = positions.length === size;
  if (!is_whole) {
    await exportProofs(client, dir, size, positions.all());
    await exportKeyReceipts(client, dir, size, new Set(positions.all()));
  }
  const recorded = withDecisions ? await exportDecisions(client, dir, size, stream) : null;
  const { decisions = null, worlds = null } = recorded ?? {};
  const not_held = decisions === null ? null : made - decisions;
  return { origin, size, receipts: positions.length, is_whole, decisions, not_held, worlds };
}

/** Writes the checkpoints up to that size which witnesses cosigned, and the timestamps on any. */
async function exportProven(client: HallClient, dir: string, size: number): Promise<void> {
  const folder = join(dir, EVIDENCE_FILES.checkpoints);
  for await (const proven of client.items('listCheckpoints', { limit: PAGE })) {
    if (proven.size > size) return;
    await mkdir(folder, { recursive: true, mode: OWNER_ONLY.folder });
    await writeFile(join(folder, `${proven.size}.txt`), proven.checkpoint, PRIVATE);
    for (const [index, timestamp] of proven.timestamps.entries()) {
      await writeFile(join(folder, `${proven.size}.${index}.tsr`), Buffer.from(timestamp, 'base64'), PRIVATE);
    }
  }
}

/** The second line of a checkpoint. */
function sizeOf(checkpoint: string): number {
  const size = Number(checkpoint.split('\n')[1]);
  if (Number.isSafeInteger(size)) return size;
  throw usageError('The Hall returned an invalid checkpoint.');
}

/**
 * Writes the receipts at the first `size` positions that the key may see, and returns their positions, and how many
 * decisions were made.
 */
export async function exportReceipts(
  client: HallClient,
  dir: string,
  size: number,
  stream: string | undefined,
): Promise<{ readonly positions: Positions; readonly made: number }> {
  const positions = new Positions();
  let made = 0;
  const writer = await LineWriter.create(join(dir, EVIDENCE_FILES.receipts));
  try {
    for await (const { position, receipt } of receiptsOf(client, stream)) {
      if (position >= size) break;
      await writer.add(receipt);
      positions.add(position);
      if (receipt.kind === 'decision') made += 1;
    }
  } finally {
    await writer.close();
  }
  return { positions, made };
}

/**
 * Those of one stream, or of one tenant, come with those about the log itself, in the order of the log: they say what was
 * forgotten. Who sees the whole log gets those once.
 */
async function* receiptsOf(client: HallClient, stream: string | undefined): AsyncGenerator<PlacedReceipt> {
  const about: PlacedReceipt[] = [];
  if (stream !== LOG_STREAM) {
    for await (const placed of client.items('listReceipts', { limit: PAGE, stream: LOG_STREAM }))
      about.push(placed);
  }
  for await (const placed of client.items('listReceipts', { limit: PAGE, stream })) {
    while (about[0] !== undefined && about[0].position < placed.position)
      yield about.shift() as PlacedReceipt;
    if (about[0]?.position === placed.position) about.shift();
    yield placed;
  }
  yield* about;
}

/** How many receipts, and how many decisions with their facts, are requested at a time. */
const PAGE = 500;
const DECISION_PAGE = 200;
/** How many proofs are requested at a time. */
const PROOFS_AT_A_TIME = 16;

/** Writes for each position the proof that its receipt is in the log of this size. */
async function exportProofs(
  client: HallClient,
  dir: string,
  size: number,
  positions: readonly number[],
): Promise<void> {
  const writer = await LineWriter.create(join(dir, EVIDENCE_FILES.proofs));
  const fetchProof = (position: number) =>
    client.proveInclusion({ position: String(position), size: String(size) });
  try {
    for (let at = 0; at < positions.length; at += PROOFS_AT_A_TIME) {
      for (const proof of await Promise.all(positions.slice(at, at + PROOFS_AT_A_TIME).map(fetchProof)))
        await writer.add(proof);
    }
  } finally {
    await writer.close();
  }
}

/**
 * Writes the receipts from which the keys of the log follow, each with the proof of its place, unless they are among
 * the others.
 */
async function exportKeyReceipts(
  client: HallClient,
  dir: string,
  size: number,
  exported: ReadonlySet<number>,
): Promise<void> {
  const { changes } = await client.showLogKeys();
  const missing = changes.filter(({ position }) => position < size && !exported.has(position));
  if (missing.length === 0) return;
  const writer = await LineWriter.create(join(dir, EVIDENCE_FILES.keyReceipts));
  try {
    for (const { position, receipt } of missing) {
      const proof = await client.proveInclusion({ position: String(position), size: String(size) });
      await writer.add({ receipt, ...proof });
    }
  } finally {
    await writer.close();
  }
}

/** Writes the decisions with everything they were made from, and each world that they were made in. */
async function exportDecisions(
  client: HallClient,
  dir: string,
  size: number,
  tenant_id: string | undefined,
): Promise<{ readonly decisions: number; readonly worlds: number }> {
  const worlds = new Set<string>();
  let decisions = 0;
  await mkdir(join(dir, EVIDENCE_FILES.worlds), { mode: OWNER_ONLY.folder });
  const writer = await LineWriter.create(join(dir, EVIDENCE_FILES.decisions));
  try {
    for await (const record of client.items('listDecisions', { tenant_id, limit: DECISION_PAGE })) {
      if (record.position >= size) break;
      const { world_digest } = record.decision;
      if (world_digest !== null && !worlds.has(world_digest)) {
        worlds.add(world_digest);
        await exportWorld(client, dir, world_digest);
      }
      await writer.add(record);
      decisions += 1;
    }
  } finally {
    await writer.close();
  }
  return { decisions, worlds: worlds.size };
}

async function exportWorld(client: HallClient, dir: string, digest: string): Promise<void> {
  const world = await client.showWorld({ digest });
  await writeFile(join(dir, worldFile(digest)), `${JSON.stringify(world)}\n`, PRIVATE);
}

/** The file of a world in a folder of evidence. */
export function worldFile(digest: string): string {
  return join(EVIDENCE_FILES.worlds, `${digest.replace(/[^0-9a-z]/g, '-')}.json`);
}
