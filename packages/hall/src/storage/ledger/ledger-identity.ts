import type { SigningKey } from '@wcp/evidence';
import { keyIdOf } from '@wcp/evidence/key';

/** Who signs a ledger, and what vouches for it outside its store. */
export interface LedgerIdentity {
  readonly key: SigningKey;
  /** The name of the log. */
  readonly origin: string;
  /**
   * The keys that signed it earlier. A whole key vouches for the rows of the store as well; a raw public key, 64
   * hexadecimal digits, for signatures alone.
   */
  readonly former_keys?: readonly (string | SigningKey)[];
  /** The file of the high-water mark; without it, an earlier state of the whole store is not recognised. */
  readonly mark?: string;
  /** The folder of receipts that were moved out of the store; without it, those of an archived log cannot be read. */
  readonly archive?: string;
}

/** The keys whose signatures count, by their ids. */
export function publicKeysOf({ key, former_keys = [] }: LedgerIdentity): Readonly<Record<string, string>> {
  const former = former_keys.map(publicHalf).map((publicKey) => [keyIdOf(publicKey), publicKey] as const);
  return Object.fromEntries([...former, [key.keyId, key.publicKey]]);
}

function publicHalf(key: string | SigningKey): string {
  return typeof key === 'string' ? key : key.publicKey;
}
