import { sha256 } from '@wcp/spec';
import type { Store } from '../../storage/store/store.ts';
import type { AuthorityKeys } from '../authority-keys.ts';
import type { BanListOptions, BanListSubscription } from './ban-list-options.ts';
import { FollowedList } from './followed-list.ts';
import { type BanListRole, readStoredBanList, type StoredBanList } from './stored-ban-list.ts';

/** What the ban lists say at a moment; the same object while they say the same. */
export interface BanState {
  readonly banned: ReadonlySet<string>;
  /** Whether a list in force is missing, expired or signed with a key that was revoked. */
  readonly isStale: boolean;
}

/** A list that another Hall publishes, and where it is read from. */
export interface Subscription {
  readonly source: BanListSubscription;
  readonly list: FollowedList;
}

const MAX_ROWS = 100_000;

/** Every ban list of a Hall: those that it publishes, which it follows too, and those that it subscribes to. */
export class ActiveBanLists {
  readonly subscriptions: readonly Subscription[];
  readonly #own = new Map<string, FollowedList>();
  readonly #authorities: AuthorityKeys;
  #state: BanState = { banned: new Set(), isStale: false };

  private constructor(authorities: AuthorityKeys, subscriptions: readonly Subscription[]) {
    this.#authorities = authorities;
    this.subscriptions = subscriptions;
  }

  /** Opens with the last good lists that the store knows. */
  static async open(
    store: Store,
    authorities: AuthorityKeys,
    { subscriptions = [] }: BanListOptions,
  ): Promise<ActiveBanLists> {
    const lists = new ActiveBanLists(authorities, subscriptions.map(subscribe));
    await lists.follow(store);
    return lists;
  }

  /** Reads the lists again that other Halls have put in force. */
  async follow(store: Store): Promise<void> {
    for (const row of await store.list('ban_lists', { limit: MAX_ROWS })) {
      const held = readStoredBanList(row);
      const role = row.state as BanListRole;
      const list = role === 'followed' ? this.#subscribed(row.id) : this.own(held.list.authority);
      list?.hold(held, role);
    }
    this.#unionAll();
  }

  /** The list that this Hall publishes for an authority, whether there is one yet or not. */
  own(authority: string): FollowedList {
    const known = this.#own.get(authority);
    if (known !== undefined) return known;
    const keys = () => this.#authorities.of(authority).map(({ public_key }) => public_key);
    const list = new FollowedList(`own ${authority}`, authority, 'published', keys);
    this.#own.set(authority, list);
    return list;
  }

  /** Those that are published now, sorted by authority. */
  published(): readonly FollowedList[] {
    return [...this.#own.values()]
      .filter(({ held, role }) => held !== null && role === 'published')
      .sort((a, b) => (a.authority < b.authority ? -1 : 1));
  }

  /** Those that count. */
  inForce(): readonly FollowedList[] {
    return [...this.published(), ...this.subscriptions.map(({ list }) => list)];
  }

  /** Puts a list that is durable in force. */
  hold(list: FollowedList, held: StoredBanList, role?: BanListRole): void {
    list.hold(held, role);
    this.#unionAll();
  }

  /** @param now milliseconds since 1970 */
  state(now: number): BanState {
    const isStale = this.inForce().some((list) => !list.isCurrent(now));
    if (isStale !== this.#state.isStale) this.#state = { ...this.#state, isStale };
    return this.#state;
  }

  #subscribed(id: string): FollowedList | undefined {
    return this.subscriptions.find(({ list }) => list.id === id)?.list;
  }

  /** An expired list still bans what it banned: only a newer one lifts a ban. */
  #unionAll(): void {
    const banned = new Set(this.inForce().flatMap(({ held }) => held?.banned ?? []));
    this.#state = { banned, isStale: this.#state.isStale };
  }
}

function subscribe(source: BanListSubscription): Subscription {
  const { authority, public_keys } = source;
  const place = 'url' in source ? source.url : source.file;
  const id = `from ${authority} ${sha256(place)}`;
  return { source, list: new FollowedList(id, authority, 'followed', () => public_keys) };
}
