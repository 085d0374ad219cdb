import type { Logger } from '../../base/logger.ts';
import type { ApprovalNotice, HumanApprovalCallback } from './approval-notice.ts';

/** What is said of each kind of notice. The ids have a restricted alphabet: none moves a terminal's cursor. */
const SENTENCES: Readonly<Record<ApprovalNotice['kind'], (notice: ApprovalNotice) => string>> = {
  pending: ({ approval: { approval_id, tenant_id, capability_id, level, expires_at } }) =>
    `${tenant_id} asks for ${capability_id} and waits for a steward (${level}, until ${expires_at}): wcp approvals show ${approval_id}`,
  advised: ({ approval: { approval_id, tenant_id, capability_id } }) =>
    `${tenant_id} was let do ${capability_id}; a human should know: wcp approvals show ${approval_id}`,
  resolved: ({ approval: { approval_id, state } }) => `The hold ${approval_id} is ${state}.`,
};

/** Tells whoever watches the log of a Hall what waits for a human. */
export function consoleCallback(log: Logger): HumanApprovalCallback {
  return (notice) => log('info', SENTENCES[notice.kind](notice));
}
