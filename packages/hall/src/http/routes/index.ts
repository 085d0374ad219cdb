import type { HallParts } from '../../hall.ts';
import type { HallApp } from '../app.ts';
import { addApprovalRoutes } from './approvals.ts';
import { addDecideRoutes } from './decide.ts';
import { addEventRoutes } from './events.ts';
import { addEvidenceRoutes } from './evidence.ts';
import { addIdentityRoutes } from './identity.ts';
import { addLogRoutes } from './log.ts';
import { addOperationRoutes } from './operation.ts';
import { addRegistryRoutes } from './registry.ts';

/** Every group of routes. */
export const ROUTES: readonly ((app: HallApp, parts: HallParts) => void)[] = [
  addDecideRoutes,
  addRegistryRoutes,
  addApprovalRoutes,
  addEvidenceRoutes,
  addLogRoutes,
  addEventRoutes,
  addOperationRoutes,
  addIdentityRoutes,
];
