import { setTimeout as wait } from 'node:timers/promises';
import { isObject, ownMember } from '../../base/members.ts';
import type { Connection } from '../connect.ts';
import type { Listeners } from '../listeners.ts';
import { UpstreamError } from '../upstream-error.ts';

const FIRST_WITHOUT_SESSIONS = '2026-07-28';
const LEVELS = ['debug', 'info', 'notice', 'warning', 'error', 'critical', 'alert', 'emergency'];
const ACKNOWLEDGED = 'notifications/subscriptions/acknowledged';
const [MAX_WATCHED, ANSWER_MS, PAUSE_MS, WITHOUT_END_MS] = [64, 10_000, 1_000, 2 ** 31 - 1];

/** What was asked of a server once and holds on: which resources it tells of, and what it logs. A new connection gets it again. */
export class StandingWishes {
  readonly #notified: Listeners<[method: string, params: unknown]>;
  /** How often each owner wants to be told of a resource. */
  readonly #watched = new Map<string, Map<string, number>>();
  /** What ends the stream of a resource, where there is one. */
  readonly #streams = new Map<string, AbortController>();
  #level: string | null = null;

  constructor(notified: Listeners<[method: string, params: unknown]>) {
    this.#notified = notified;
  }

  /** Asks for all of it again: of changes meanwhile nobody was told. */
  renew(connection: Connection): void {
    if (this.#level !== null) this.#sendLevel(connection, this.#level);
    for (const uri of this.#watched.keys()) {
      this.#watch(connection, uri).catch(() => {});
      this.#notified.tell('notifications/resources/updated', { uri });
    }
  }

  /** @throws {UpstreamError} where the server does not do that */
  async subscribe(connection: Connection, uri: string, owner: string): Promise<void> {
    const owners = this.#watched.get(uri);
    if (owners === undefined) {
      if (this.#watched.size >= MAX_WATCHED) throw new UpstreamError('DELIVERY_BUSY');
      await this.#watch(connection, uri);
    }
    const wishes = this.#watched.get(uri) ?? new Map<string, number>();
    this.#watched.set(uri, wishes.set(owner, (wishes.get(owner) ?? 0) + 1));
  }

  /** @throws {UpstreamError} where the server was not told */
  async unsubscribe(connection: Connection, uri: string, owner: string): Promise<void> {
    const owners = this.#watched.get(uri);
    const wishes = owners?.get(owner);
    if (owners === undefined || wishes === undefined) return;
    if (wishes > 1) owners.set(owner, wishes - 1);
    else owners.delete(owner);
    if (owners.size > 0) return;
    this.#watched.delete(uri);
    this.#streams.get(uri)?.abort();
    if (hasSessions(connection)) await connection.peer.request('resources/unsubscribe', { uri }, {});
  }

  /** The least severe level that anybody asked for counts: each client gets what it wants of that. */
  useLevel(connection: Connection, level: string): void {
    if (this.#level !== null && LEVELS.indexOf(this.#level) <= LEVELS.indexOf(level)) return;
    this.#level = level;
    this.#sendLevel(connection, level);
  }

  #sendLevel({ peer, capabilities, revision }: Connection, level: string): void {
    if (!hasSessions({ revision }) || !isObject(ownMember(capabilities, 'logging'))) return;
    // A server that refuses logs what it likes.
    peer.request('logging/setLevel', { level }, {}).catch(() => {});
  }

  async #watch(connection: Connection, uri: string): Promise<void> {
    if (hasSessions(connection)) {
      await connection.peer.request('resources/subscribe', { uri }, {});
      return;
    }
    this.#streams.get(uri)?.abort();
    const ending = new AbortController();
    this.#streams.set(uri, ending);
    try {
      await this.#listen(connection, uri, ending);
    } catch (error) {
      ending.abort();
      throw error;
    }
  }

  /** Resolves once the server has said that it tells of the resource; keeps the stream open after that. */
  async #listen(connection: Connection, uri: string, ending: AbortController): Promise<void> {
    const call = { timeout_ms: WITHOUT_END_MS, signal: ending.signal };
    const notifications = { resourceSubscriptions: [uri] };
    const heard = this.#acknowledgement(uri);
    const over = connection.peer.request('subscriptions/listen', { notifications }, call, connection.meta);
    over
      .catch(() => {})
      .then(() => wait(PAUSE_MS, undefined, { signal: ending.signal, ref: false }))
      // A stream that the server ended is opened again; where the connection is lost, the next one does that.
      .then(() => (this.#watched.has(uri) ? this.#watch(connection, uri) : undefined))
      .catch(() => {});
    try {
      await Promise.race([heard.promise, over.then(() => Promise.reject(refused()))]);
    } finally {
      heard.stop();
    }
  }

  #acknowledgement(uri: string): { readonly promise: Promise<void>; readonly stop: () => void } {
    let stop = () => {};
    const promise = new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => reject(refused()), ANSWER_MS);
      const end = this.#notified.add((method, params) => {
        const uris = ownMember(ownMember(params, 'notifications'), 'resourceSubscriptions');
        if (method === ACKNOWLEDGED && Array.isArray(uris) && uris.includes(uri)) resolve();
      });
      stop = () => {
        clearTimeout(timer);
        end();
      };
    });
    promise.catch(() => {});
    return { promise, stop };
  }
}

function hasSessions({ revision }: Pick<Connection, 'revision'>): boolean {
  return revision < FIRST_WITHOUT_SESSIONS;
}

function refused(): UpstreamError {
  return new UpstreamError('DELIVERY_INVALID_RESULT', {
    message: 'The MCP server does not tell of changes of this resource.',
  });
}
