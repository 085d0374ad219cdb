import type { Approval } from '../approval.ts';

/** What a human is notified of: a request on hold, a dispatch that went on, or the end of a hold. */
export interface ApprovalNotice {
  readonly kind: 'pending' | 'advised' | 'resolved';
  readonly approval: Approval;
}

/**
 * How a human is reached (section 9): a web page, a chat, a pager. What it throws is logged and changes
 * nothing else: the request stays on hold in the store.
 */
export type HumanApprovalCallback = (notice: ApprovalNotice) => void | Promise<void>;
