import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type NotChecked, notChecked } from '@wcp/evidence/log';
import { verifyTiles } from '@wcp/evidence/tiles';
import { usageError } from '../base/cli-error.ts';
import { fileProblem } from '../base/problem.ts';
import type { Terminal } from '../base/terminal.ts';
import { InputReader } from '../input/input-reader.ts';
import { loadReceiptKeys } from '../input/keys.ts';
import { Progress } from '../print/progress.ts';
import { EVIDENCE_FILES, type EvidenceNames } from './evidence-files.ts';
import type { LocatedFinding } from './examine-evidence.ts';

/** What came of verifying a folder of tiles. */
export interface VerifiedTiles {
  readonly size: number;
  readonly checkpoints: number;
  readonly findings: readonly LocatedFinding[];
  readonly is_cut_off: boolean;
  /** It is the whole log of its checkpoint, not an archive of its beginning. */
  readonly is_whole: boolean;
  readonly keysAreGiven: boolean;
  readonly not_checked: readonly NotChecked[];
}

/** What a folder of tiles is not checked for. */
const NOT_CHECKED = ['TIMESTAMPS_NOT_CHECKED', 'TIMES_NOT_CHECKED'] as const;
const ONLY_IN_BUNDLES =
  'Witnesses and timestamps are verified in the folder of `wcp receipts export`, not in tiles. Leave out --witness-policy and --timestamp-certificates.';

/** Whether a folder holds a log as tiles. */
export function isTileFolder(target: string): boolean {
  return existsSync(join(target, 'tile')) && !existsSync(join(target, EVIDENCE_FILES.receipts));
}

/**
 * Verifies a folder of tiles on all cores.
 *
 * @throws {CliError} where a file that was named cannot be read
 */
export async function verifyTileFolder(
  terminal: Terminal,
  dir: string,
  names: EvidenceNames & { readonly origin?: string },
): Promise<VerifiedTiles> {
  if (names.witnessPolicy !== undefined || names.timestampCertificates !== undefined) {
    throw usageError(ONLY_IN_BUNDLES);
  }
  const reader = new InputReader(terminal);
  const { origin } = names;
  const keys = await keysOf(reader, dir, names.keys);
  const files = names.checkpoint || [];
  const checkpoints: string[] = [];
  for (const file of files) checkpoints.push((await reader.text(file)) ?? '');
  reader.throwErrors();
  const progress = new Progress(terminal, 'receipts verified');
  const { findings, size, is_cut_off, is_whole, not_checked } = await verifyTiles(dir, {
    keys: keys ?? {},
    checkpoints,
    ...(origin !== undefined && { origin }),
    onProgress: (verified, of) => progress.report(verified, of),
  });
  const notes = [join(dir, 'checkpoint'), ...files];
  return {
    size,
    checkpoints: notes.length,
    findings: findings.map((found) => {
      const isAboutNote = /^(?:CHECKPOINT|LOG)_/.test(found.code);
      return { ...found, file: (isAboutNote ? notes[found.index] : undefined) ?? dir, line: null };
    }),
    is_cut_off,
    is_whole,
    keysAreGiven: names.keys !== undefined,
    not_checked: [...not_checked, ...NOT_CHECKED.map(notChecked)],
  };
}

async function keysOf(reader: InputReader, dir: string, named: string | undefined) {
  const beside = join(dir, EVIDENCE_FILES.keys);
  if (named !== undefined || existsSync(beside)) return loadReceiptKeys(reader, named ?? beside);
  reader.add(
    fileProblem(dir, 'KEYS_MISSING', 'A public key is needed to verify receipts. Give one with --keys.'),
  );
  return null;
}
