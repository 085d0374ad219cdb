/** Where a server of policies is, and how it is asked. */
export interface ServerOptions {
  /** Its address, `http:` or `https:`, without password, query or fragment; it may end in a path. */
  readonly url: string;
  /** Sent as `Authorization: Bearer …`. */
  readonly token?: string;
  /** Certificates of the authorities to trust in place of those of Node, in PEM. */
  readonly ca?: string;
}
