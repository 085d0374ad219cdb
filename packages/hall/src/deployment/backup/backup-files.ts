import { createHash } from 'node:crypto';
import { copyFile, mkdir, open, readdir, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { withRegularFile } from '@wcp/evidence/file';
import type { Sha256 } from '@wcp/spec';
import type { DeploymentFinding } from '../deployment-error.ts';
import { LAYOUT } from '../layout.ts';
import { backupFinding } from './backup-error.ts';
import { type BackupFile, MANIFEST } from './manifest.ts';

/** The documents of a folder that a backup holds. */
export const DOCUMENTS = [LAYOUT.rules, LAYOUT.config, LAYOUT.server] as const;
/** The keys of the log as an auditor reads them. */
export const LOG_KEYS = 'log-keys.json';
/** The keys of the Hall, encrypted. */
export const SEALED_KEYS = 'keys.sealed.json';

/** Every file below a folder, sorted; none where there is no such folder. Links and special files are not among them. */
export async function filesBelow(dir: string): Promise<string[]> {
  const found = await readdir(dir, { recursive: true, withFileTypes: true }).catch((error) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  });
  const files = found.filter((entry) => entry.isFile());
  return files.map(({ parentPath, name }) => join(parentPath, name).slice(dir.length + 1)).sort();
}

/** Copies a file of one folder to the same place in another, for its owner alone. */
export async function copyInto(from: string, to: string, path: string): Promise<void> {
  const target = join(to, path);
  await mkdir(dirname(target), { recursive: true, mode: 0o700 });
  await copyFile(join(from, path), target);
  const handle = await open(target, 'r+');
  try {
    await handle.chmod(0o600);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** What a manifest says of a file. */
export async function describeFile(dir: string, path: string): Promise<BackupFile> {
  const hash = createHash('sha256');
  let bytes = 0;
  await withRegularFile(join(dir, path), async (file) => {
    for await (const chunk of file.createReadStream({ autoClose: false }) as AsyncIterable<Buffer>) {
      hash.update(chunk);
      bytes += chunk.length;
    }
  });
  return { path, bytes, sha256: `sha256:${hash.digest('hex')}` as Sha256 };
}

/** What is wrong with the files of a folder: missing, changed, or not in the list. */
export async function wrongFiles(dir: string, files: readonly BackupFile[]): Promise<DeploymentFinding[]> {
  const findings: DeploymentFinding[] = [];
  for (const file of files) {
    const found = await describeFile(dir, file.path).catch(() => null);
    if (found?.sha256 === file.sha256) continue;
    const what = found === null ? 'is missing or cannot be read' : 'was changed after the backup was made';
    findings.push(backupFinding('BACKUP_DAMAGED', `${file.path} ${what}. Use another backup.`, file.path));
  }
  const known = new Set<string>([MANIFEST, ...files.map(({ path }) => path)]);
  for (const path of await filesBelow(dir)) {
    if (known.has(path)) continue;
    const message = 'This file does not belong to the backup. Remove it, or use another backup.';
    findings.push(backupFinding('BACKUP_DAMAGED', message, path));
  }
  return findings;
}

/** Makes the names of a folder and of those in it durable, and then gives the folder its final name. */
export async function publishFolder(staging: string, target: string): Promise<void> {
  const folders = await readdir(staging, { recursive: true, withFileTypes: true });
  for (const entry of folders) {
    if (entry.isDirectory()) await syncFolder(join(entry.parentPath, entry.name));
  }
  await syncFolder(staging);
  await rename(staging, target);
  await syncFolder(dirname(target));
}

async function syncFolder(dir: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(dir, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
