/** Where a ban list is read from: an address (`http://` or `https://`), or a file of this machine. */
export type BanListSource = { readonly url: string } | { readonly file: string };

/** A ban list of somebody's that a Hall follows (section 8, "Ban list"). */
export type BanListSubscription = BanListSource & {
  /** Whose list it must be. */
  readonly authority: string;
  /** The raw public keys by which that authority is known, 64 hexadecimal digits each. */
  readonly public_keys: readonly string[];
  /** How often it is read while all is well; 300 where it is absent. After a failure it is read sooner. */
  readonly poll_seconds?: number | undefined;
};

/** Which ban lists a Hall follows beside those that it publishes itself. */
export interface BanListOptions {
  readonly subscriptions?: readonly BanListSubscription[];
}
