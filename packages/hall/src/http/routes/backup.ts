import { makeBackup } from '../../operations/make-backup.ts';
import type { Routes } from '../route.ts';

/** Backups (section 8.12). */
export const BACKUP_ROUTES = {
  makeBackup: {
    handle: ({ hall, body }) => makeBackup(hall, body),
  },
} satisfies Partial<Routes>;
