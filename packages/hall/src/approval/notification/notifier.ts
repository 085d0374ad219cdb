import { loggedError } from '../../base/logged-error.ts';
import type { Logger } from '../../base/logger.ts';
import type { Change } from '../../storage/store/store.ts';
import type { ApprovalNotice, HumanApprovalCallback } from './approval-notice.ts';
import { type Channel, type OutboxParts, openOutbox } from './outbox.ts';
import { type WebhookTarget, webhookChannel } from './webhooks.ts';

/** How humans are notified of requests on hold. */
export interface NotifierOptions {
  readonly callbacks?: readonly HumanApprovalCallback[];
  readonly webhooks?: readonly WebhookTarget[];
}

/** Notifies humans: callbacks at once, everything else by way of the store. */
export interface Notifier {
  /** What must become durable together with the change that a notice is about. */
  changes(notice: ApprovalNotice, at: string): readonly Change[];
  /** Sends the notice; called once the change is durable. */
  send(notice: ApprovalNotice): void;
  close(): Promise<void>;
}

/** What a notifier works with. */
type NotifierParts = NotifierOptions &
  Omit<OutboxParts, 'channels'> & {
    /** Chats and mail. */
    readonly channels?: readonly Channel[];
  };

/** Creates a notifier. What an earlier process could not deliver is sent again. */
export function createNotifier({
  callbacks = [],
  webhooks = [],
  channels = [],
  ...parts
}: NotifierParts): Notifier {
  const hooks = webhooks.map((target) => webhookChannel(target, parts.clock));
  const outbox = openOutbox({ ...parts, channels: [...hooks, ...channels] });
  return {
    changes: (notice, at) => outbox.changes(notice, at),
    send(notice) {
      outbox.wake();
      for (const callback of callbacks) void runCallback(callback, notice, parts.log);
    },
    close: () => outbox.close(),
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
