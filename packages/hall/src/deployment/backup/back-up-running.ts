import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { BackupResult } from '@wcp/spec/hall';
import { ProblemError } from '../../base/problem.ts';
import { SerialQueue } from '../../base/serial-queue.ts';
import type { MakeBackup } from '../../operations/make-backup.ts';
import type { StoreKey } from '../../storage/seal/store-key.ts';
import { DeploymentError } from '../deployment-error.ts';
import type { BackupManifest } from './manifest.ts';
import { writeBackup } from './write-backup.ts';

/** Where a running Hall puts its backups. */
export interface BackupPlace {
  /** The folder of the Hall. */
  readonly dir: string;
  /** The folder of backups, relative to it. */
  readonly backups: string;
  readonly store_key: StoreKey;
}

/** What makes backups of the Hall in a folder while it runs, one after another. */
export function backupsOf({ dir, backups, store_key }: BackupPlace): MakeBackup {
  const queue = new SerialQueue();
  return (hall, { name, passphrase }, at) =>
    queue.run(async () => {
      const chosen = name ?? at.replaceAll(/[:.]/g, '-');
      const place = resolve(dir, backups);
      try {
        await mkdir(place, { recursive: true, mode: 0o700 });
        const source = { ...hall, dir, store_key };
        return resultOf(chosen, await writeBackup(source, join(place, chosen), { passphrase, at }));
      } catch (error) {
        throw problemOf(error);
      }
    });
}

function resultOf(name: string, { files, ...manifest }: BackupManifest): BackupResult {
  const { made_at, origin, size, root, has_keys, left_out } = manifest;
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  return { name, made_at, origin, size, root, has_keys, files: files.length, bytes, left_out: [...left_out] };
}

function problemOf(error: unknown): unknown {
  if (!(error instanceof DeploymentError)) return error;
  const isTaken = error.findings.some(({ code }) => code === 'BACKUP_EXISTS');
  return new ProblemError(isTaken ? 'CONFLICT' : 'STORE_FAILED', error.message);
}
