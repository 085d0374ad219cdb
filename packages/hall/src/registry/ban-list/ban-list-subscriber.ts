import type { BanListCode } from '@wcp/evidence';
import type { HallEvent } from '@wcp/spec/hall';
import type { HallClock } from '../../base/hall-clock.ts';
import { loggedError } from '../../base/logged-error.ts';
import type { Logger } from '../../base/logger.ts';
import type { Journal } from '../../storage/journal.ts';
import { Overtaken } from '../../storage/overtaken.ts';
import type { ActiveBanLists, Subscription } from './active-ban-lists.ts';
import { type BanListSourceCode, readBanListSource } from './ban-list-source.ts';
import type { FollowedList } from './followed-list.ts';
import { Poller } from './poller.ts';
import { storedBanListChange } from './stored-ban-list.ts';

/** What a subscriber works with. */
export interface BanListSubscriberParts {
  readonly lists: ActiveBanLists;
  readonly journal: Journal;
  readonly clock: HallClock;
  readonly log: Logger;
}

const POLL_SECONDS = 300;
const EXPIRY_CHECK_MS = 1_000;

/** Reads the lists that a Hall subscribes to, and announces when one has expired or is current again. */
export class BanListSubscriber {
  readonly #parts: BanListSubscriberParts;
  readonly #pollers: readonly Poller[];
  readonly #timer: NodeJS.Timeout;
  /** The lists that were announced as stale. */
  readonly #announced = new Set<FollowedList>();
  #announcing: Promise<void> = Promise.resolve();

  constructor(parts: BanListSubscriberParts) {
    this.#parts = parts;
    this.#pollers = parts.lists.subscriptions.map(
      (subscription) =>
        new Poller({
          seconds: subscription.source.poll_seconds ?? POLL_SECONDS,
          poll: (signal) => this.#poll(subscription, signal),
        }),
    );
    this.#timer = setInterval(() => this.#announce(), EXPIRY_CHECK_MS).unref();
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all(this.#pollers.map((poller) => poller.close()));
    await this.#announcing;
  }

  async #poll({ source, list }: Subscription, signal: AbortSignal): Promise<boolean> {
    const { clock, journal, lists } = this.#parts;
    const reading = await readBanListSource(source, { signal });
    if (signal.aborted) return false;
    const at = clock.timestamp();
    const taking = reading.ok ? list.prepare(reading.value, at) : reading;
    if (!taking.ok) return this.#fail(list, taking.code);
    list.failure = null;
    if (!taking.isNew) return true;
    const { held } = taking;
    const { authority, sequence } = held.list;
    const event = banEvent('taken', at, { authority, sequence, banned: held.banned.length });
    const changes = [storedBanListChange(list.id, held, 'followed')];
    try {
      await journal.append({ changes, events: { tenant_id: null, list: [event] } });
    } catch (error) {
      // Another Hall has taken the same list.
      if (error instanceof Overtaken) return true;
      throw error;
    }
    lists.hold(list, held);
    return true;
  }

  /** Logged once for each reason, not at every attempt. */
  #fail(list: FollowedList, code: BanListCode | BanListSourceCode): false {
    if (list.failure !== code) {
      this.#parts.log('warn', `The ban list of ${list.authority} was not accepted: ${code}.`);
    }
    list.failure = code;
    return false;
  }

  #announce(): void {
    const { lists, clock, log } = this.#parts;
    const now = clock.latest();
    const stale = new Set(lists.inForce().filter((list) => !list.isCurrent(now)));
    const turned = [...new Set([...stale, ...this.#announced])].filter(
      (list) => stale.has(list) !== this.#announced.has(list),
    );
    if (turned.length === 0) return;
    for (const list of turned) {
      if (stale.has(list)) this.#announced.add(list);
      else this.#announced.delete(list);
      log(...sentenceOf(list.authority, stale.has(list)));
    }
    const at = new Date(now).toISOString();
    const events = turned.map((list) =>
      banEvent(stale.has(list) ? 'stale' : 'current', at, { authority: list.authority }),
    );
    this.#announcing = this.#parts.journal
      .append({ events: { tenant_id: null, list: events } })
      .then(() => {})
      .catch((error) => log('warn', `A ban list could not be stored: ${loggedError(error)}`));
  }
}

function banEvent(what: 'taken' | 'stale' | 'current', timestamp: string, details: object): HallEvent {
  return { event_id: `org.wcp.hall.ban-list-${what}`, timestamp, ...details };
}

function sentenceOf(authority: string, isStale: boolean): ['error' | 'info', string] {
  return isStale
    ? [
        'error',
        `BAN_LIST_STALE: the ban list of ${authority} is missing or expired. Workers whose attestation is required are denied.`,
      ]
    : ['info', `The ban list of ${authority} is current again.`];
}
