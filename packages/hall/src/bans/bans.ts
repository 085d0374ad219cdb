import type { Sha256 } from '@wcp/spec';
import type { HallClock } from '../clock.ts';
import type { HallLog } from '../hall-options.ts';
import type { Journal } from '../journal.ts';
import type { AuthorityKeys } from '../registry/authority-keys.ts';
import type { Store } from '../store/store.ts';
import { BanLists, type BanState } from './ban-lists.ts';
import { BanOffice } from './ban-office.ts';
import type { BanOptions } from './ban-options.ts';
import { BanRounds } from './ban-rounds.ts';

/** What a Hall's ban lists are made from. */
export interface BanParts {
  readonly store: Store;
  readonly journal: Journal;
  readonly clock: HallClock;
  readonly authorities: AuthorityKeys;
  readonly log: HallLog;
  readonly options?: BanOptions | undefined;
}

/** The ban lists of a Hall (section 8, "Ban list"). */
export interface Bans {
  /** Publishes lists. */
  readonly office: BanOffice;
  /** What is banned, and whether every list can be relied on; `now` is in milliseconds since 1970. */
  state(now: number): BanState;
  /** What an operator must know about lists that can't be relied on. */
  troubles(now: number): readonly { readonly code: 'BAN_LIST_STALE'; readonly message: string }[];
  /** Reads no list from then on. */
  close(): Promise<void>;
}

/** Opens with the last good lists that the store knows, and begins to read those that are subscribed to. */
export async function openBans({ store, authorities, options = {}, ...parts }: BanParts): Promise<Bans> {
  const lists = await BanLists.open(store, authorities, options);
  const rounds = new BanRounds({ ...parts, lists });
  return {
    office: new BanOffice({ ...parts, lists }),
    state: (now) => lists.state(now),
    troubles: (now) =>
      lists
        .inForce()
        .filter((list) => !list.isCurrent(now))
        .map(({ authority, failure }) => ({
          code: 'BAN_LIST_STALE',
          message: troubleOf(authority, failure),
        })),
    close: () => rounds.close(),
  };
}

function troubleOf(authority: string, failure: string | null): string {
  const reason = failure === null ? '' : ` The last attempt to get one ended with ${failure}.`;
  return `The ban list of ${authority} is missing or past its greatest age: workers whose attestation is required are refused.${reason}`;
}

/**
 * What a decision is told of a worker's live code: nothing while a list can't be relied on (WCP-8-86), unless
 * the code is banned, which is refused whether attestation is required or not.
 */
export function toldHash({ banned, isStale }: BanState, hash: Sha256 | null): Sha256 | null {
  return isStale && !banned.has(hash ?? '') ? null : hash;
}
