import { hash, randomBytes, randomInt } from 'node:crypto';

const FORM = /^wcp_([a-z0-9]{12})_([A-Za-z0-9_-]{43})$/;
const ALPHABET = 'abcdefghijklmnopqrstuvwxyz0123456789';
const ID_LENGTH = 12;
const SECRET_BYTES = 32;

/** The two parts of a key's text: the id may be shown, the secret leaves the Hall only once. */
export interface ApiKeyParts {
  readonly id: string;
  readonly secret: string;
}

/** The parts of `wcp_<id>_<secret>`, or null for another text. */
export function readApiKey(text: string): ApiKeyParts | null {
  const [, id, secret] = FORM.exec(text) ?? [];
  return id === undefined || secret === undefined ? null : { id, secret };
}

/** The text of a key, as a client sends it. */
export function writeApiKey({ id, secret }: ApiKeyParts): string {
  return `wcp_${id}_${secret}`;
}

/** Generates a key from the system's randomness, with an id that is not taken. */
export function generateApiKey(isTaken: (id: string) => boolean): ApiKeyParts {
  let id: string;
  do id = Array.from({ length: ID_LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
  while (isTaken(id));
  return { id, secret: randomBytes(SECRET_BYTES).toString('base64url') };
}

/** What is stored of a secret: SHA-256 suffices, because 256 random bits cannot be guessed. */
export function hashSecret(secret: string): Buffer {
  return hash('sha256', secret, 'buffer');
}
