import { Webhook } from 'standardwebhooks';
import { v7 } from 'uuid';
import type { HallClock } from '../../base/hall-clock.ts';
import { loggedError } from '../../base/logged-error.ts';
import type { Logger } from '../../base/logger.ts';
import type { Change, Commit, StatefulRow, Store } from '../../storage/store/store.ts';
import type { ApprovalNotice } from './approval-notice.ts';
import { ReceiverLine } from './receiver-line.ts';

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

/** Looks through the store for what is due, and hands each notice to the line of its receiver. */
class Sender {
  readonly #parts: WebhookParts;
  readonly #secrets: ReadonlyMap<string, string>;
  readonly #lines: ReadonlyMap<string, ReceiverLine>;
  readonly #stop = new AbortController();
  #looking: Promise<void> | null = null;
  #isWoken = false;

  constructor(parts: WebhookParts) {
    this.#parts = parts;
    this.#secrets = new Map(parts.targets.map(({ url, secret }) => [url, secret]));
    const lineOf = () =>
      new ReceiverLine(
        (row) => this.#report(this.#send(row)),
        () => this.run(),
      );
    this.#lines = new Map([...this.#secrets.keys()].map((url) => [url, lineOf()]));
  }

  /** Looks for what is due now; where that is being done, again afterwards. */
  run(): void {
    if (this.#stop.signal.aborted || this.#secrets.size === 0) return;
    this.#isWoken = true;
    this.#looking ??= this.#look().finally(() => {
      this.#looking = null;
    });
  }

  /** Does not wait for receivers: what they did not accept is sent again by the next process. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#looking;
    await Promise.all([...this.#lines.values()].map((line) => line.idle()));
  }

  async #look(): Promise<void> {
    while (this.#isWoken && !this.#stop.signal.aborted) {
      this.#isWoken = false;
      await this.#report(this.#offerDue());
    }
  }

  /** False where it failed, which is logged. */
  #report(work: Promise<void>): Promise<boolean> {
    return work.then(
      () => true,
      (error) => {
        this.#parts.log('warn', `Webhooks are held up: ${loggedError(error)}`);
        return false;
      },
    );
  }

  /** Page by page: notices that wait for another attempt do not delay the first attempt of later ones. */
  async #offerDue(): Promise<void> {
    const { store } = this.#parts;
    let after = '';
    for (;;) {
      const rows = await store.list('outbox', { where: { state: 'due' }, after, limit: PAGE });
      const now = this.#now();
      for (const row of rows) if (row.at <= now) await this.#offer(row);
      const last = rows.at(-1);
      if (last === undefined || rows.length < PAGE || this.#stop.signal.aborted) return;
      after = last.id;
    }
  }

  async #offer(row: StatefulRow): Promise<void> {
    const { url } = JSON.parse(row.document) as Due;
    const line = this.#lines.get(url);
    if (line === undefined) await this.#parts.commit([{ remove: 'outbox', key: row.id }]);
    else line.offer(row);
  }

  /** What was listed may have been sent or put off meanwhile. */
  async #send({ id }: StatefulRow): Promise<void> {
    const row = await this.#parts.store.get('outbox', id);
    if (row === null || row.state !== 'due' || row.at > this.#now() || this.#stop.signal.aborted) return;
    const due = JSON.parse(row.document) as Due;
    const isAccepted = await this.#post(id, due);
    await this.#parts.commit([isAccepted ? { remove: 'outbox', key: id } : this.#later(id, due)]);
  }

  #now(): string {
    return new Date(this.#parts.clock.now()).toISOString();
  }

  #later(id: string, due: Due): Change {
    const delay = DELAYS_S[due.attempt];
    const at = new Date(this.#parts.clock.now() + (delay ?? 0) * 1000).toISOString();
    if (delay === undefined) this.#parts.log('error', 'A webhook was given up after its last attempt.');
    return outboxChange(id, delay === undefined ? 'failed' : 'due', at, { ...due, attempt: due.attempt + 1 });
  }

  async #post(id: string, { url, body }: Due): Promise<boolean> {
    const secret = this.#secrets.get(url) as string;
    const sentAt = new Date(this.#parts.clock.now());
    const headers = {
      'content-type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(sentAt.getTime() / 1000)),
      'webhook-signature': new Webhook(secret).sign(id, sentAt, body),
    };
    try {
      const signal = AbortSignal.any([this.#stop.signal, AbortSignal.timeout(TIME_LIMIT_MS)]);
      const response = await fetch(url, { method: 'POST', headers, body, redirect: 'error', signal });
      // Its body is the receiver's, of any size, and nobody reads it.
      await response.body?.cancel();
      return response.ok;
    } catch {
      return false;
    }
  }
}
