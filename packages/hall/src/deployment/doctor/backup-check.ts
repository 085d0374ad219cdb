import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { FOREIGN_TEXT_LIMITS } from '@wcp/spec/json';
import { z } from 'zod';
import { wrongFiles } from '../backup/backup-files.ts';
import { type BackupManifest, readManifest } from '../backup/manifest.ts';
import { DeploymentError } from '../deployment-error.ts';
import { LAYOUT } from '../layout.ts';
import { readJsonFile } from '../settings/json-file.ts';
import { type CheckBase, type DeploymentCheck, fail, ok, warn } from './check.ts';
import { shellWord } from './shell-command.ts';

const note = z.object({
  made_at: z.iso.datetime(),
  size: z.int().min(0),
  root: z.string(),
  place: z.string(),
});
type Note = Readonly<z.infer<typeof note>>;

/** The largest backup that is read, in bytes. */
const MAX_READ = 2 * 1024 ** 3;

/** When the last backup was made, and whether each of its files is as it was written. */
export async function backupCheck({ dir }: CheckBase): Promise<DeploymentCheck> {
  if (!existsSync(join(dir, LAYOUT.lastBackup)))
    return ok('backup', 'No backup was made yet; `wcp backup` makes one.');
  const file = await readJsonFile(dir, LAYOUT.lastBackup, FOREIGN_TEXT_LIMITS);
  const read = note.safeParse(file.ok ? file.value : null);
  const remedy = `wcp backup NAME --dir ${shellWord(dir)}`;
  if (!read.success) {
    return warn('backup', 'The note of the last backup cannot be read: nothing was verified.', {
      subject: LAYOUT.lastBackup,
      remedy,
    });
  }
  return judge(read.data, remedy);
}

async function judge(last: Note, remedy: string): Promise<DeploymentCheck> {
  const subject = last.place;
  const made = `The last backup was made at ${last.made_at}, of ${last.size} receipts`;
  if (!existsSync(last.place)) {
    const message = `${made}, and is no longer there: it was not verified.`;
    return warn('backup', message, { subject, remedy });
  }
  try {
    const manifest = await readManifest(last.place);
    if (manifest.root !== last.root)
      return fail('backup', `${made}, and another one is in its place.`, { subject, remedy });
    if (sizeOf(manifest) > MAX_READ) {
      return ok('backup', `${made}. It is too large to be read here: it was not verified.`, { subject });
    }
    const [first] = await wrongFiles(last.place, manifest.files);
    if (first !== undefined)
      return fail('backup', `${made}, and is damaged. ${first.message}`, { subject, remedy });
    return ok('backup', `${made}. Each of its files is as it was written.`, { subject });
  } catch (error) {
    if (!(error instanceof DeploymentError)) throw error;
    return fail('backup', `${made}, and is damaged. ${error.message}`, { subject, remedy });
  }
}

function sizeOf({ files }: BackupManifest): number {
  return files.reduce((sum, { bytes }) => sum + bytes, 0);
}
