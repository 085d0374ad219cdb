import type { Approval } from '../approval.ts';

/** What a human is told: a request waits, a dispatch went on under advice, or a hold came to an end. */
export interface ApprovalNotice {
  readonly kind: 'pending' | 'advised' | 'resolved';
  readonly approval: Approval;
}

/**
 * How a human is reached (section 9): a web page, a chat, a pager. What it throws is logged and changes
 * nothing else: the request stays on hold in the store.
 */
export type HumanApprovalCallback = (notice: ApprovalNotice) => void | Promise<void>;
