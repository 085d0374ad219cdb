import type { DatabaseSync } from 'node:sqlite';
import type { SealIdentity } from '../ledger/ledger-identity.ts';

/** One step from a version of the tables to the next one. */
export interface Migration {
  /** The version that it begins with; it ends with the next one. */
  readonly from: number;
  /**
   * Changes tables and rows within a transaction of the caller: all of it happens or nothing.
   *
   * @throws {WcpError} `ERR_WCP_STORE_TAMPERED` where the earlier store was changed without the key
   */
  change(database: DatabaseSync, identity: SealIdentity): Promise<void>;
}
