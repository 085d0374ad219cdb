import type { HallClock } from '../../base/hall-clock.ts';
import type { Change, Store } from '../../storage/store/store.ts';
import type { HumanApprovalCallback, Notifier } from './notifier.ts';
import { openWebhooks, type WebhookTarget } from './webhooks.ts';

/** How humans are told of holds. */
export interface NotifierOptions {
  readonly callbacks?: readonly HumanApprovalCallback[];
  readonly webhooks?: readonly WebhookTarget[];
}

/** What a notifier works with. */
export interface NotifierParts extends NotifierOptions {
  readonly store: Store;
  readonly commit: (changes: readonly Change[]) => Promise<void>;
  readonly clock: HallClock;
  readonly log: (level: 'info' | 'warn' | 'error', message: string) => void;
}

/** Tells callbacks at once, and webhooks by way of the store, so that a restart loses none. */
export async function createNotifier(parts: NotifierParts): Promise<Notifier & { close(): Promise<void> }> {
  const { callbacks = [], log } = parts;
  const webhooks = await openWebhooks(parts);
  return {
    changes: (notice, at) => webhooks.changes(notice, at),
    tell(notice) {
      webhooks.wake();
      for (const callback of callbacks) {
        Promise.resolve(notice)
          .then(callback)
          .catch((error: Error) => log('warn', `A callback for approvals failed: ${error.message}`));
      }
    },
    close: () => webhooks.close(),
  };
}
