import type { HallApp } from '../app.ts';
import type { HallParts } from '../hall-parts.ts';
import { addApprovalRoutes } from './approvals.ts';
import { addChainRoutes } from './chained-dispatch.ts';
import { addDeadLetterRoutes } from './dead-letters.ts';
import { addDecideRoutes } from './dispatch.ts';
import { addEventRoutes } from './events.ts';
import { addEvidenceRoutes } from './evidence.ts';
import { addIdentityRoutes } from './identity.ts';
import { addLogRoutes } from './log.ts';
import { addOperationRoutes } from './operations.ts';
import { addRegistryRoutes } from './registry.ts';
import { addRegistryCheckRoutes } from './registry-check.ts';

/** Every group of routes. */
export const ROUTES: readonly ((app: HallApp, parts: HallParts) => void)[] = [
  addDecideRoutes,
  addChainRoutes,
  addDeadLetterRoutes,
  addRegistryRoutes,
  addRegistryCheckRoutes,
  addApprovalRoutes,
  addEvidenceRoutes,
  addLogRoutes,
  addEventRoutes,
  addOperationRoutes,
  addIdentityRoutes,
];
