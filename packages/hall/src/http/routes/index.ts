import type { Routes } from '../route.ts';
import { ACCESS_ROUTES } from './access.ts';
import { APPROVAL_ROUTES } from './approval.ts';
import { AUTHORITY_ROUTES } from './authority.ts';
import { BACKUP_ROUTES } from './backup.ts';
import { BAN_LIST_ROUTES } from './ban-list.ts';
import { BUDGET_ROUTES } from './budget.ts';
import { CALL_ROUTES } from './call.ts';
import { DEAD_LETTER_ROUTES } from './dead-letter.ts';
import { DECISION_ROUTES } from './decision.ts';
import { DISPATCH_ROUTES } from './dispatch.ts';
import { ERASURE_ROUTES } from './erasure.ts';
import { EVENT_ROUTES } from './event.ts';
import { EXPORT_ROUTES } from './export.ts';
import { FREEZE_ROUTES } from './freeze.ts';
import { HEALTH_ROUTES } from './health.ts';
import { IDENTITY_ROUTES } from './identity.ts';
import { LOG_ROUTES } from './log.ts';
import { PASSKEY_ROUTES } from './passkey.ts';
import { WORKER_ROUTES } from './worker.ts';

/**
 * Every operation of the table, in the order of the OpenAPI document. This folder holds more than 12 files
 * because each resource has one, under the name that it has in `@wcp/spec/hall`.
 */
export const ROUTES: Routes = {
  ...DISPATCH_ROUTES,
  ...ACCESS_ROUTES,
  ...CALL_ROUTES,
  ...DEAD_LETTER_ROUTES,
  ...WORKER_ROUTES,
  ...AUTHORITY_ROUTES,
  ...BAN_LIST_ROUTES,
  ...APPROVAL_ROUTES,
  ...PASSKEY_ROUTES,
  ...DECISION_ROUTES,
  ...LOG_ROUTES,
  ...EVENT_ROUTES,
  ...HEALTH_ROUTES,
  ...FREEZE_ROUTES,
  ...ERASURE_ROUTES,
  ...BACKUP_ROUTES,
  ...EXPORT_ROUTES,
  ...BUDGET_ROUTES,
  ...IDENTITY_ROUTES,
};
