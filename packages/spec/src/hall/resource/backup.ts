import { Type } from 'typebox';
import { closed, hashWritten, time } from '../../document/schema/common.ts';
import { ENDPOINTS } from '../../endpoints/endpoints.ts';
import type { Wire } from '../documents.ts';
import { CHANGE_PROBLEMS, type Operation } from '../operation.ts';

const BackupRequestSchema = closed({
  name: Type.Optional(
    Type.String({
      pattern: '^[A-Za-z0-9][A-Za-z0-9.-]{0,99}$',
      description: 'The name of the backup in the folder of backups; without it, the time.',
    }),
  ),
  passphrase: Type.Optional(
    Type.String({
      minLength: 12,
      maxLength: 1_024,
      description: 'Encrypts the keys of the Hall; without it they are left out.',
    }),
  ),
});

const BackupResultSchema = closed({
  name: Type.String(),
  made_at: time(),
  origin: Type.String(),
  size: Type.Integer({ minimum: 0 }),
  root: hashWritten(),
  has_keys: Type.Boolean(),
  files: Type.Integer({ minimum: 0 }),
  bytes: Type.Integer({ minimum: 0 }),
  left_out: Type.Array(Type.String()),
});

/** Backups (section 8.12). */
export const BACKUP_OPERATIONS = {
  makeBackup: {
    ...ENDPOINTS.makeBackup,
    summary: 'Make a backup of the Hall while it runs, in the folder that its settings name',
    description:
      'It holds what was acknowledged before, and has its name only once it was read again. `left_out` names what of the folder of the Hall it does not hold.',
    access: ['admin'],
    body: BackupRequestSchema,
    answers: { 201: BackupResultSchema },
    problems: CHANGE_PROBLEMS,
  },
} satisfies Readonly<Record<string, Operation>>;

/** How a backup is to be made. */
export type BackupRequest = Wire<typeof BackupRequestSchema>;
/** A backup that was made. */
export type BackupResult = Wire<typeof BackupResultSchema>;
