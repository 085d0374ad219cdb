import { Webhook } from 'standardwebhooks';
import { v7 } from 'uuid';
import type { HallClock } from '../../base/hall-clock.ts';
import type { Logger } from '../../base/logger.ts';
import type { Change, Commit, StatefulRow, Store } from '../../storage/store/store.ts';
import type { ApprovalNotice } from './approval-notice.ts';

/** Where notices of approvals are sent (Standard Webhooks: signed with HMAC-SHA256, retried). */
export interface WebhookTarget {
  readonly url: string;
  /** `whsec_` and the base64 of the key. */
  readonly secret: string;
}

/** What sending works with. */
export interface WebhookParts {
  readonly targets: readonly WebhookTarget[];
  readonly store: Store;
  readonly commit: Commit;
  readonly clock: HallClock;
  readonly log: Logger;
}

/** A delivery that is due. */
interface Due {
  readonly url: string;
  readonly body: string;
  readonly attempt: number;
}

/** Seconds between attempts; after the last attempt a notice is given up, and stays as failed. */
const DELAYS_S = [1, 5, 30, 120, 600, 3_600, 10_800, 21_600];
const TIME_LIMIT_MS = 10_000;
const PAGE = 100;
const CHECK_MS = 1_000;

/** Sends notices: durable together with the change that they are about, and sent until they are accepted. */
export interface Webhooks {
  changes(notice: ApprovalNotice, at: string): readonly Change[];
  /** Sends what is due now. */
  wake(): void;
  close(): Promise<void>;
}

/** Starts sending, what an earlier process left included. */
export function openWebhooks(parts: WebhookParts): Webhooks {
  const { targets } = parts;
  const sender = new Sender(parts);
  const timer = targets.length === 0 ? undefined : setInterval(() => sender.run(), CHECK_MS).unref();
  return {
    changes: (notice, at) =>
      targets.map(({ url }) => outboxChange(v7(), 'due', at, { url, body: bodyOf(notice, at), attempt: 0 })),
    wake: () => sender.run(),
    async close() {
      clearInterval(timer);
      await sender.stop();
    },
  };
}

/** What is sent: never the request itself, which may hold what does not belong in a chat. */
function bodyOf({ kind, approval }: ApprovalNotice, timestamp: string): string {
  const { approval_id, level, tenant_id, correlation_id, capability_id, expires_at, state, decision } =
    approval;
  const data = { approval_id, state, level, tenant_id, correlation_id, capability_id, expires_at };
  return JSON.stringify({
    type: `wcp.approval.${kind}`,
    timestamp,
    data: { ...data, escalation_context: decision.escalation_context },
  });
}

function outboxChange(id: string, state: 'due' | 'failed', at: string, due: Due): Change {
  return { put: 'outbox', row: { id, state, at, document: JSON.stringify(due) } };
}

class Sender {
  readonly #parts: WebhookParts;
  readonly #secrets: ReadonlyMap<string, string>;
  readonly #stop = new AbortController();
  #running: Promise<void> | null = null;

  constructor(parts: WebhookParts) {
    this.#parts = parts;
    this.#secrets = new Map(parts.targets.map(({ url, secret }) => [url, secret]));
  }

  /** Sends what is due, unless that is being done. */
  run(): void {
    if (this.#running !== null || this.#stop.signal.aborted || this.#secrets.size === 0) return;
    this.#running = this.#sendDue()
      .catch((error: Error) => this.#parts.log('warn', error.message))
      .finally(() => {
        this.#running = null;
      });
  }

  /** Does not wait for receivers: what they did not accept is sent again by the next process. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  /** Page by page: notices that wait for another attempt do not delay the first attempt of later ones. */
  async #sendDue(): Promise<void> {
    const now = new Date(this.#parts.clock.now()).toISOString();
    let after = '';
    for (;;) {
      const rows = await this.#parts.store.list('outbox', { where: { state: 'due' }, after, limit: PAGE });
      await Promise.all(rows.filter(({ at }) => at <= now).map((row) => this.#send(row)));
      const last = rows.at(-1);
      if (last === undefined || rows.length < PAGE || this.#stop.signal.aborted) return;
      after = last.id;
    }
  }

  async #send(row: StatefulRow): Promise<void> {
    const due = JSON.parse(row.document) as Due;
    const isAccepted = await this.#post(row.id, due);
    await this.#parts.commit([isAccepted ? { remove: 'outbox', key: row.id } : this.#later(row.id, due)]);
  }

  #later(id: string, due: Due): Change {
    const delay = DELAYS_S[due.attempt];
    const at = new Date(this.#parts.clock.now() + (delay ?? 0) * 1000).toISOString();
    if (delay === undefined) this.#parts.log('error', 'A webhook was given up after its last attempt.');
    return outboxChange(id, delay === undefined ? 'failed' : 'due', at, { ...due, attempt: due.attempt + 1 });
  }

  async #post(id: string, { url, body }: Due): Promise<boolean> {
    const secret = this.#secrets.get(url);
    if (secret === undefined) return true;
    const sentAt = new Date(this.#parts.clock.now());
    const headers = {
      'content-type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(sentAt.getTime() / 1000)),
      'webhook-signature': new Webhook(secret).sign(id, sentAt, body),
    };
    try {
      const signal = AbortSignal.any([this.#stop.signal, AbortSignal.timeout(TIME_LIMIT_MS)]);
      const { ok } = await fetch(url, { method: 'POST', headers, body, redirect: 'error', signal });
      return ok;
    } catch {
      return false;
    }
  }
}
