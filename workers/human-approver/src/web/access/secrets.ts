import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/** 256 random bits as text that fits into a URL. */
export function randomSecret(): string {
  return randomBytes(32).toString('base64url');
}

const KEY = randomBytes(32);

/** Whether two texts are equal, in a time that reveals nothing of either. */
export function isSameSecret(a: string, b: string): boolean {
  return timingSafeEqual(digest(a), digest(b));
}

function digest(text: string): Buffer {
  return createHmac('sha256', KEY).update(text).digest();
}

/** Tokens by which a form proves that this server made it, for one visitor and one action. */
export class FormTokens {
  readonly #key = randomBytes(32);

  /** @param visitor the value of the visitor's cookie, which no other page can read */
  tokenFor(visitor: string, action: string): string {
    return createHmac('sha256', this.#key)
      .update(JSON.stringify([visitor, action]))
      .digest('base64url');
  }

  isValid(token: string | null, visitor: string, action: string): boolean {
    return token !== null && isSameSecret(token, this.tokenFor(visitor, action));
  }
}
