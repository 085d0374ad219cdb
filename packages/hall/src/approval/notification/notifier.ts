import type { Change } from '../../storage/store/store.ts';
import type { Approval } from '../approval.ts';

/** What a human is told: a hold waits, a dispatch went on under advice, or a hold came to an end. */
export interface ApprovalNotice {
  readonly kind: 'pending' | 'advised' | 'resolved';
  readonly approval: Approval;
}

/**
 * How a human is reached (section 9): a web page, a chat, a pager. What it throws is logged and changes
 * nothing: the hold waits in the store all the same.
 */
export type HumanApprovalCallback = (notice: ApprovalNotice) => void | Promise<void>;

/** Tells humans, at once and where it must not be lost by way of the store. */
export interface Notifier {
  /** What has to be durable together with what is told of. */
  changes(notice: ApprovalNotice, at: string): readonly Change[];
  /** Called once it is durable. */
  tell(notice: ApprovalNotice): void;
}
