import type { SigningKey } from '@wcp/evidence';
import { keyIdOf } from '@wcp/evidence/key';

/** Who signs a ledger, and what vouches for it outside its store. */
export interface LedgerIdentity {
  readonly key: SigningKey;
  /** The name of the log. */
  readonly origin: string;
  /** The raw public keys that signed it earlier, 64 hexadecimal digits each. */
  readonly former_keys?: readonly string[];
  /** The file of the high-water mark; without it, an earlier state of the whole store is not recognised. */
  readonly mark?: string;
}

/** The keys whose signatures count, by their ids. */
export function publicKeysOf({ key, former_keys = [] }: LedgerIdentity): Readonly<Record<string, string>> {
  const former = former_keys.map((publicKey) => [keyIdOf(publicKey), publicKey] as const);
  return Object.fromEntries([...former, [key.keyId, key.publicKey]]);
}
