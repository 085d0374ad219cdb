/** One use of a permit. */
export interface PermitUse {
  /** Names the permit: 64 hexadecimal digits. */
  readonly key: string;
  /** When it was issued and when it expires, in seconds since 1970. */
  readonly iat: number;
  readonly exp: number;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** Where a worker remembers the permits that it has used. */
export interface ReplayStore {
  /**
   * Notes a use. True where it is certainly the first one, and then what was noted is durable as far as the
   * store is; rejects where that can't be told.
   */
  use(use: PermitUse): Promise<boolean>;
}
