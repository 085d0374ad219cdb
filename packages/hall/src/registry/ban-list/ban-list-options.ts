/** Where a ban list is read from: an address (`http://` or `https://`) or a local file. */
export type BanListSource = { readonly url: string } | { readonly file: string };

/** A ban list that a Hall subscribes to (section 8, "Ban list"). */
export type BanListSubscription = BanListSource & {
  /** The authority whose list it must be. */
  readonly authority: string;
  /** The authority's raw public keys, 64 hexadecimal digits each. */
  readonly public_keys: readonly string[];
  /** Seconds between two readings (default 300); after a failure it is read sooner. */
  readonly poll_seconds?: number | undefined;
};

/** The ban lists that a Hall follows beside those that it publishes itself. */
export interface BanListOptions {
  readonly subscriptions?: readonly BanListSubscription[];
}
