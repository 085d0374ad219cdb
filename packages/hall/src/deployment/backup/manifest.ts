import { isSignedBy } from '@wcp/evidence/key';
import { canonicalJson, type Sha256, sha256 } from '@wcp/spec';
import { z } from 'zod';
import { readJsonFile } from '../settings/json-file.ts';
import { backupRefused } from './backup-error.ts';

/** The description of a backup: what is in it, and what vouches for that. */
export const MANIFEST = 'backup.json';

const hash = z
  .string()
  .regex(/^sha256:[0-9a-f]{64}$/)
  .transform((text) => text as Sha256);
const count = z.int().min(0).max(Number.MAX_SAFE_INTEGER);
const name = z.string().min(1).max(256);
/** Relative, without a way out of the folder. */
const path = z
  .string()
  .max(1_024)
  .refine((text) => text.split('/').every((part) => /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/.test(part)));

const manifest = z.strictObject({
  schema_version: z.literal('wcp-backup.v1'),
  made_at: z.iso.datetime(),
  origin: name,
  size: count,
  root: hash,
  has_keys: z.boolean(),
  files: z.array(z.strictObject({ path, bytes: count, sha256: hash })).max(1_000_000),
  left_out: z.array(z.string().max(1_024)).max(100_000),
  signing_key_id: name,
  signature: z.string().max(1_024),
});

/** What a backup says of itself. */
export type BackupManifest = Readonly<z.infer<typeof manifest>>;
/** A file of a backup. */
export type BackupFile = BackupManifest['files'][number];

/** A manifest that nobody has signed yet. */
export type UnsignedManifest = Omit<BackupManifest, 'signature'>;

/** What the key of the log signs: unlike anything else that it signs. */
export function manifestStatement(unsigned: UnsignedManifest): string {
  return `wcp-backup.v1\n${unsigned.origin}\n${sha256(canonicalJson(unsigned))}\n`;
}

/** Whether a key of the log signed a manifest. */
export function isManifestSignedBy(public_key: unknown, { signature, ...unsigned }: BackupManifest): boolean {
  return isSignedBy(public_key, manifestStatement(unsigned), signature);
}

/**
 * Reads the manifest of a backup; nothing vouches for it yet.
 *
 * @throws {DeploymentError} `BACKUP_MALFORMED` where there is none
 */
export async function readManifest(backup: string): Promise<BackupManifest> {
  const file = await readJsonFile(backup, MANIFEST);
  if (!file.ok) {
    const message = file.isAbsent
      ? 'This is not a backup of a Hall: it has no backup.json. Name the folder that `wcp backup` made.'
      : `The description of the backup cannot be read. ${file.message}`;
    throw backupRefused('BACKUP_MALFORMED', message, MANIFEST);
  }
  const read = manifest.safeParse(file.value);
  if (read.success && areDistinct(read.data.files)) return read.data;
  throw backupRefused(
    'BACKUP_MALFORMED',
    'This is not the description of a backup of this version.',
    MANIFEST,
  );
}

function areDistinct(files: readonly BackupFile[]): boolean {
  return new Set(files.map((each) => each.path)).size === files.length;
}
