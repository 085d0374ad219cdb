/** One use of a permit. */
export interface PermitUse {
  /** Identifies the permit: 64 hexadecimal digits. */
  readonly key: string;
  /** When it was issued and when it expires, in seconds since 1970. */
  readonly iat: number;
  readonly exp: number;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** Records the permits that a worker has used. */
export interface ReplayStore {
  /**
   * Records a use. True where it is certainly the first, and then the record is as durable as the store;
   * rejects where the store can't tell.
   */
  use(use: PermitUse): Promise<boolean>;
}
