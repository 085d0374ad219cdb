import type { KeyObject } from 'node:crypto';
import { decodeBase64 } from '../base/encoding.ts';
import type { ReceiptFindingCode } from '../base/finding.ts';
import { keyIdOf, rawPublicKey, readPublicKey } from '../key/public-key.ts';
import { isSignatureOf } from '../key/signature.ts';

/** The members of a receipt that its signature is made of. */
interface SignedLink {
  readonly receipt_hash: string;
  readonly signing_key_id: string;
  readonly signature: string;
}

/** Finds the public key of an id: any value, undefined where there is none. */
export type KeySource = (keyId: string) => unknown;

/** The keys that an auditor knows; each is parsed once, however many receipts it signed. */
export class Keyring {
  readonly #keys: KeySource;
  readonly #parsed = new Map<string, KeyObject | 'invalid'>();

  constructor(keys: KeySource) {
    this.#keys = keys;
  }

  examine(link: SignedLink): ReceiptFindingCode[] {
    const key = this.#find(link.signing_key_id);
    if (key === 'unknown') return ['RECEIPT_KEY_UNKNOWN'];
    const signature = decodeBase64(link.signature);
    const good =
      key !== 'invalid' &&
      signature !== null &&
      isSignatureOf(key, Buffer.from(link.receipt_hash), signature);
    return good ? [] : ['RECEIPT_SIGNATURE_INVALID'];
  }

  #find(keyId: string): KeyObject | 'unknown' | 'invalid' {
    const known = this.#parsed.get(keyId);
    if (known !== undefined) return known;
    const publicKey = this.#keys(keyId);
    // Not remembered: the log may still name it.
    if (publicKey === undefined) return 'unknown';
    const parsed = parseKey(keyId, publicKey);
    this.#parsed.set(keyId, parsed);
    return parsed;
  }
}

/** A key serves the id that it is registered under only where that id is its own. */
function parseKey(keyId: string, publicKey: unknown): KeyObject | 'invalid' {
  const ownId =
    typeof publicKey === 'string' && rawPublicKey(publicKey) !== null && keyIdOf(publicKey) === keyId;
  return (ownId ? readPublicKey(publicKey) : null) ?? 'invalid';
}
