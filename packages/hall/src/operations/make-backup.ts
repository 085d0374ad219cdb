import type { BackupRequest, BackupResult, LogKeys } from '@wcp/spec/hall';
import type { HallClock } from '../base/hall-clock.ts';
import { ProblemError } from '../base/problem.ts';
import type { EvidenceStorage } from '../storage/evidence/evidence-storage.ts';
import type { HallKeys } from '../storage/keys/hall-keys.ts';
import { logKeysDocument } from '../storage/keys/log-keys-document.ts';

/** What a running Hall gives for a backup of it. */
interface RunningHall {
  readonly origin: string;
  readonly storage: EvidenceStorage;
  logKeys(): Promise<LogKeys>;
}

/**
 * Makes a backup of a running Hall where its operator wants backups.
 *
 * @throws {ProblemError} `CONFLICT`, `INVALID_BODY`, `STORE_FAILED`
 */
export type MakeBackup = (hall: RunningHall, request: BackupRequest, at: string) => Promise<BackupResult>;

/** What a backup works with. */
interface BackupParts {
  readonly origin: string;
  readonly storage: EvidenceStorage;
  readonly keys: HallKeys;
  readonly clock: HallClock;
  readonly makeBackup: MakeBackup | undefined;
}

/**
 * Makes a backup while the Hall runs (section 8.12).
 *
 * @throws {ProblemError} `CONFLICT` where the operator named no folder for backups, or the name is taken
 */
export async function makeBackup(
  { origin, storage, keys, clock, makeBackup: make }: BackupParts,
  request: BackupRequest,
): Promise<BackupResult> {
  if (make === undefined) {
    throw new ProblemError(
      'CONFLICT',
      'This Hall has no folder for backups. Write "backups": {"dir": "backups"} into server.json and start it again.',
    );
  }
  const hall = { origin, storage, logKeys: () => logKeysDocument(origin, keys) };
  return make(hall, request, clock.timestamp());
}
