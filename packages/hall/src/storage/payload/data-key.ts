import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createSecretKey,
  type KeyObject,
  randomBytes,
  randomFillSync,
} from 'node:crypto';

/** The length of a key of AES-256, of a nonce of GCM and of its tag, in bytes. */
const [KEY, NONCE, TAG] = [32, 12, 16];
/** The bytes of a key's id, which stands before each text that the key encrypted. */
const ID = 8;
const CIPHER = 'aes-256-gcm';

/** Encrypts the payload of one tenant. Where it is gone, so is every text that it encrypted. */
export class DataKey {
  /** Sixteen hexadecimal digits; nothing of the key follows from them. */
  readonly id: string;
  readonly secret: Buffer;
  readonly #idBytes: Buffer;
  /** Made once: a cipher from the bytes of a key costs five times as much. */
  readonly #key: KeyObject;

  constructor(secret: Buffer) {
    this.secret = secret;
    this.#key = createSecretKey(secret);
    this.#idBytes = createHash('sha256').update('wcp-data-key.v1\n').update(secret).digest().subarray(0, ID);
    this.id = this.#idBytes.toString('hex');
  }

  static generate(): DataKey {
    return new DataKey(randomBytes(KEY));
  }

  /**
   * Encrypts a text for one place.
   *
   * @param place what it is read back with: at another place it cannot be read
   */
  encrypt(text: string, place: string): Buffer {
    const nonce = nextNonce();
    const cipher = createCipheriv(CIPHER, this.#key, nonce);
    cipher.setAAD(Buffer.from(place));
    const encrypted = cipher.update(text, 'utf8');
    cipher.final();
    return Buffer.concat([this.#idBytes, nonce, encrypted, cipher.getAuthTag()]);
  }

  /** The text of {@link encrypt}; null where it was changed, or belongs to another key or place. */
  decrypt(sealed: Uint8Array, place: string): string | null {
    const bytes = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength);
    if (bytes.length < ID + NONCE + TAG || !bytes.subarray(0, ID).equals(this.#idBytes)) return null;
    const decipher = createDecipheriv(CIPHER, this.#key, bytes.subarray(ID, ID + NONCE));
    decipher.setAAD(Buffer.from(place));
    decipher.setAuthTag(bytes.subarray(-TAG));
    const text = decipher.update(bytes.subarray(ID + NONCE, -TAG));
    try {
      return Buffer.concat([text, decipher.final()]).toString('utf8');
    } catch {
      return null;
    }
  }
}

const pool = Buffer.alloc(NONCE * 256);
let used = pool.length;

/** Random bytes that were never used; drawn many at a time, because each call costs more than its bytes. */
function nextNonce(): Buffer {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += NONCE;
  return pool.subarray(used - NONCE, used);
}

/** The id of the key that encrypted something. */
export function keyIdOfPayload(sealed: Uint8Array): string {
  return Buffer.from(sealed.buffer, sealed.byteOffset, Math.min(ID, sealed.byteLength)).toString('hex');
}

/** The length of the secret of a key, in bytes. */
export const DATA_KEY_LENGTH = KEY;
