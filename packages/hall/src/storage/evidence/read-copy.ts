import type { Signer } from '@wcp/evidence/key';
import type { KeyTerm } from '@wcp/evidence/log';
import { type Sha256, WcpError } from '@wcp/spec';
import { checkLedger } from '../ledger/ledger.ts';
import type { LedgerIdentity } from '../ledger/ledger-identity.ts';
import { readSqliteStore } from '../store/sqlite-store.ts';

/** The log of a copy of a store. */
export interface CopiedLog {
  readonly size: number;
  readonly root: Sha256;
}

/** What vouches for a copy: the key in force, which signs nothing, and that of the rows. */
export interface CopyIdentity extends Pick<LedgerIdentity, 'origin' | 'store_key'> {
  readonly inForce: KeyTerm;
}

/**
 * Checks all of a copy of a store that is checked when a log is opened, and changes nothing.
 *
 * @throws {WcpError} `ERR_WCP_STORE`, `ERR_WCP_STORE_TAMPERED`; `ERR_WCP_LOG_KEY` where another key was in force
 */
export async function readCopy(file: string, { inForce, ...identity }: CopyIdentity): Promise<CopiedLog> {
  const store = readSqliteStore(file);
  try {
    const { frontier } = await checkLedger(store, { ...identity, key: passive(inForce) });
    return { size: frontier.size, root: frontier.root() };
  } finally {
    await store.close();
  }
}

function passive({ key_id, public_key }: KeyTerm): Signer {
  return {
    keyId: key_id,
    publicKey: public_key,
    sign: async () => {
      throw new WcpError('ERR_WCP_SIGNER', 'A copy of a log signs nothing.');
    },
  };
}
