import type { IncomingHttpHeaders } from 'node:http';
import type { Webhook } from 'standardwebhooks';

/** What becomes of a notice. */
export type Notice = 'new' | 'known' | 'replayed' | 'unsigned' | 'no-notice';

/** How far its time may be from this clock, in seconds: that of Standard Webhooks. */
const TOLERANCE_S = 300;
/** Without dots: they are what the signature separates id, time and body by. */
const ID = /^[A-Za-z0-9_-]{1,128}$/;

/**
 * Takes what the Hall sends (Standard Webhooks) and nobody else. A notice that was taken and comes again is
 * refused, unless the Hall itself signed it later, since it did not hear that it was taken. One from before
 * this process cannot be known to be new: the Hall sends it again.
 */
export class WebhookGate {
  readonly #webhook: Webhook;
  readonly #now: () => number;
  readonly #since_s: number;
  /** The latest time of each notice, in seconds. */
  readonly #taken = new Map<string, number>();

  constructor(webhook: Webhook, now: () => number) {
    this.#webhook = webhook;
    this.#now = now;
    this.#since_s = Math.floor(now() / 1000);
  }

  take(body: string, headers: IncomingHttpHeaders): Notice {
    const id = String(headers['webhook-id'] ?? '');
    // As the library reads it: what is signed is the number, however it is written.
    const at_s = Number.parseInt(String(headers['webhook-timestamp'] ?? ''), 10);
    if (!ID.test(id) || !this.#isSigned(body, headers)) return 'unsigned';
    if (!isNotice(body)) return 'no-notice';
    this.#forget();
    const last_s = this.#taken.get(id);
    if (at_s < this.#since_s || (last_s !== undefined && at_s <= last_s)) return 'replayed';
    this.#taken.set(id, at_s);
    return last_s === undefined ? 'new' : 'known';
  }

  #isSigned(body: string, headers: IncomingHttpHeaders): boolean {
    try {
      this.#webhook.verify(body, headers as Record<string, string>, { jsonParse: false });
      return true;
    } catch {
      return false;
    }
  }

  /** What is too old is refused for that, and need not be known. */
  #forget(): void {
    const oldest_s = this.#now() / 1000 - TOLERANCE_S - 1;
    for (const [id, at_s] of this.#taken) if (at_s < oldest_s) this.#taken.delete(id);
  }
}

function isNotice(body: string): boolean {
  try {
    const { type } = Object(JSON.parse(body)) as { type?: unknown };
    return typeof type === 'string' && type.startsWith('wcp.approval.');
  } catch {
    return false;
  }
}
