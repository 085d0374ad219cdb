/** Which database a Hall stores in, and how long it waits for it. */
export interface PostgresSettings {
  /** `postgres://user:password@host:port/database?sslmode=verify-full`. */
  readonly url: string;
  /** The schema of the Hall's tables; each Hall has its own. `wcp` where it is absent. */
  readonly schema?: string;
  /** The PEM of the authorities that may vouch for the server; those of Node where it is absent. */
  readonly ca?: string;
  /** Connections that read, beside the one that writes. 4 where it is absent. */
  readonly pool_size?: number;
  /** Milliseconds that one statement may take. 10,000 where it is absent. */
  readonly statement_timeout_ms?: number;
  /** Milliseconds that a connection may take. 5,000 where it is absent. */
  readonly connect_timeout_ms?: number;
  /** Whether other Halls write to the schema as well: one log, one key, one origin. False where it is absent. */
  readonly shared?: boolean;
  /**
   * Milliseconds after which a Hall that gives no sign of life is taken for dead, and others settle what it had begun.
   * The same for all Halls that share a schema. 30,000 where it is absent.
   */
  readonly lease_ms?: number;
}

/** The settings with everything that they may leave out. */
export type WholeSettings = Required<Omit<PostgresSettings, 'ca'>> & Pick<PostgresSettings, 'ca'>;

export function wholeSettings(settings: PostgresSettings): WholeSettings {
  return {
    schema: 'wcp',
    pool_size: 4,
    statement_timeout_ms: 10_000,
    connect_timeout_ms: 5_000,
    shared: false,
    lease_ms: 30_000,
    ...settings,
  };
}
