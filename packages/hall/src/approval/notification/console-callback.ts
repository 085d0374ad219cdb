import type { Logger } from '../../base/logger.ts';
import type { ApprovalNotice, HumanApprovalCallback } from './approval-notice.ts';

/** A sentence for each kind of notice. Ids have a restricted alphabet: none moves a terminal's cursor. */
const SENTENCES: Readonly<Record<ApprovalNotice['kind'], (notice: ApprovalNotice) => string>> = {
  pending: ({ approval: { approval_id, tenant_id, capability_id, level, expires_at } }) =>
    `${tenant_id} requests ${capability_id} and waits for a steward (supervisor level ${level}, until ${expires_at}): wcp approvals show ${approval_id}`,
  advised: ({ approval: { approval_id, tenant_id, capability_id } }) =>
    `${tenant_id} was allowed ${capability_id}, which a human should know of: wcp approvals show ${approval_id}`,
  resolved: ({ approval: { approval_id, state } }) => `The approval ${approval_id} is ${state}.`,
};

/** Logs what waits for a human. */
export function consoleCallback(log: Logger): HumanApprovalCallback {
  return (notice) => log('info', SENTENCES[notice.kind](notice));
}
