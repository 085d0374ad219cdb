import type { Sha256 } from '@wcp/spec';
import type { HallClock } from '../../base/hall-clock.ts';
import type { Logger } from '../../base/logger.ts';
import type { Journal } from '../../storage/journal.ts';
import type { Store } from '../../storage/store/store.ts';
import type { AuthorityKeys } from '../authority-keys.ts';
import { ActiveBanLists, type BanState } from './active-ban-lists.ts';
import type { BanListOptions } from './ban-list-options.ts';
import { BanListPublisher } from './ban-list-publisher.ts';
import { BanListSubscriber } from './ban-list-subscriber.ts';

/** What a Hall's ban lists are made from. */
export interface BanListsParts {
  readonly store: Store;
  readonly journal: Journal;
  readonly clock: HallClock;
  readonly authorities: AuthorityKeys;
  readonly log: Logger;
  readonly options?: BanListOptions | undefined;
}

/** The ban lists of a Hall (section 8, "Ban list"). */
export interface BanLists {
  /** Publishes lists. */
  readonly publisher: BanListPublisher;
  /** What is banned, and whether every list is current; `now` is in milliseconds since 1970. */
  state(now: number): BanState;
  /** What an operator must know about lists that are not current. */
  findings(now: number): readonly { readonly code: 'BAN_LIST_STALE'; readonly message: string }[];
  /** Reads the lists again that other Halls have put in force. */
  follow(): Promise<void>;
  /** Stops reading lists. */
  close(): Promise<void>;
}

/** Opens with the last good lists in the store, and begins to read the subscriptions. */
export async function openBanLists({
  store,
  authorities,
  options = {},
  ...parts
}: BanListsParts): Promise<BanLists> {
  const lists = await ActiveBanLists.open(store, authorities, options);
  const subscriber = new BanListSubscriber({ ...parts, lists });
  return {
    publisher: new BanListPublisher({ ...parts, lists }),
    state: (now) => lists.state(now),
    findings: (now) =>
      lists
        .inForce()
        .filter((list) => !list.isCurrent(now))
        .map(({ authority, failure }) => ({
          code: 'BAN_LIST_STALE',
          message: findingOf(authority, failure),
        })),
    follow: () => lists.follow(store),
    close: () => subscriber.close(),
  };
}

function findingOf(authority: string, failure: string | null): string {
  const reason = failure === null ? '' : ` The last attempt to read it failed with ${failure}.`;
  return `The ban list of ${authority} is missing or expired: workers whose attestation is required are denied.${reason}`;
}

/**
 * The live hash that the facts state: null while a ban list is not current (WCP-8-86), unless the code is banned,
 * which is denied whether attestation is required or not.
 */
export function statedHash({ banned, isStale }: BanState, hash: Sha256 | null): Sha256 | null {
  return isStale && !banned.has(hash ?? '') ? null : hash;
}
