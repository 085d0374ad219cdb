import { loggedError } from '../../base/logged-error.ts';
import type { Logger } from '../../base/logger.ts';
import type { Change } from '../../storage/store/store.ts';
import type { ApprovalNotice, HumanApprovalCallback } from './approval-notice.ts';
import { openWebhooks, type WebhookParts, type WebhookTarget } from './webhooks.ts';

/** How humans are notified of requests on hold. */
export interface NotifierOptions {
  readonly callbacks?: readonly HumanApprovalCallback[];
  readonly webhooks?: readonly WebhookTarget[];
}

/** Notifies humans: callbacks at once, webhooks by way of the store. */
export interface Notifier {
  /** What must become durable together with the change that a notice is about. */
  changes(notice: ApprovalNotice, at: string): readonly Change[];
  /** Sends the notice; called once the change is durable. */
  send(notice: ApprovalNotice): void;
  close(): Promise<void>;
}

/** What a notifier works with. */
type NotifierParts = NotifierOptions & Omit<WebhookParts, 'targets'>;

/** Creates a notifier. Webhooks that an earlier process could not deliver are sent again. */
export function createNotifier({
  callbacks = [],
  webhooks: targets = [],
  ...parts
}: NotifierParts): Notifier {
  const webhooks = openWebhooks({ ...parts, targets });
  return {
    changes: (notice, at) => webhooks.changes(notice, at),
    send(notice) {
      webhooks.wake();
      for (const callback of callbacks) void runCallback(callback, notice, parts.log);
    },
    close: () => webhooks.close(),
  };
}

async function runCallback(
  callback: HumanApprovalCallback,
  notice: ApprovalNotice,
  log: Logger,
): Promise<void> {
  try {
    await Promise.resolve(notice).then(callback);
  } catch (error) {
    log('warn', `An approval callback failed: ${loggedError(error)}`);
  }
}
