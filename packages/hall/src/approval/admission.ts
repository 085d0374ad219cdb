import { ProblemError } from '../base/problem.ts';
import type { Principal } from '../identity/principal.ts';
import type { Approval } from './approval.ts';
import { noApproval } from './approval-problems.ts';

/** @throws {ProblemError} `APPROVAL_SELF` for whoever had a part in asking */
export function admitResolver({ tenant_id, requested_by }: Approval, by: Principal): void {
  if (by.tenant_id !== tenant_id && by.id !== tenant_id && !requested_by.includes(by.id)) return;
  throw new ProblemError(
    'APPROVAL_SELF',
    'Whoever asked for something, or replayed it, cannot resolve it, nor can the tenant that it is for. Ask another steward.',
  );
}

/** @throws {ProblemError} `FORBIDDEN` for whoever had no part in asking; `NOT_FOUND` for another tenant */
export function admitRequester({ tenant_id, requested_by }: Approval, by: Principal): void {
  if (by.tenant_id !== null && by.tenant_id !== tenant_id) throw noApproval();
  if (requested_by.includes(by.id)) return;
  throw new ProblemError(
    'FORBIDDEN',
    'Only whoever asked for something can take it back: the same key, or the same subject of a credential. A steward can deny it.',
  );
}
