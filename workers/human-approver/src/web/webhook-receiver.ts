import type { IncomingHttpHeaders } from 'node:http';
import { FOREIGN_TEXT_LIMITS, parseJson } from '@wcp/spec/json';
import type { Webhook } from 'standardwebhooks';

/** The outcome of receiving a notice. */
export type NoticeOutcome = 'new' | 'known' | 'replayed' | 'unsigned' | 'not-a-notice';

/** How far the time of a notice may be from this clock, in seconds, as Standard Webhooks has it. */
const TOLERANCE_S = 300;
/** Without dots, which separate id, time and body in the signed text. */
const ID = /^[A-Za-z0-9_-]{1,128}$/;

/**
 * Receives notices that the Hall signed (Standard Webhooks). A notice that comes again is refused, unless
 * the Hall signed it again later because it got no response. One that is older than this process may be a
 * replay and is refused: the Hall sends it again.
 */
export class WebhookReceiver {
  readonly #webhook: Webhook;
  readonly #now: () => number;
  readonly #since_s: number;
  /** The latest time of each notice, in seconds. */
  readonly #received = new Map<string, number>();

  constructor(webhook: Webhook, now: () => number) {
    this.#webhook = webhook;
    this.#now = now;
    this.#since_s = Math.floor(now() / 1000);
  }

  receive(body: string, headers: IncomingHttpHeaders): NoticeOutcome {
    const id = String(headers['webhook-id'] ?? '');
    // As the library reads it: the number is signed, however it is written.
    const at_s = Number.parseInt(String(headers['webhook-timestamp'] ?? ''), 10);
    if (!ID.test(id) || !this.#isSigned(body, headers)) return 'unsigned';
    if (!isNotice(body)) return 'not-a-notice';
    this.#prune();
    const last_s = this.#received.get(id);
    if (at_s < this.#since_s || (last_s !== undefined && at_s <= last_s)) return 'replayed';
    this.#received.set(id, at_s);
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

  /** A notice that is too old is refused anyway. */
  #prune(): void {
    const oldest_s = this.#now() / 1000 - TOLERANCE_S - 1;
    for (const [id, at_s] of this.#received) if (at_s < oldest_s) this.#received.delete(id);
  }
}

function isNotice(body: string): boolean {
  try {
    const { type } = Object(parseJson(body, FOREIGN_TEXT_LIMITS)) as { type?: unknown };
    return typeof type === 'string' && type.startsWith('wcp.approval.');
  } catch {
    return false;
  }
}
