import { createHmac, randomBytes } from 'node:crypto';
import { isSameSecret } from './secret.ts';

/** Tokens by which a form proves that this server made it: for one visitor and one action. */
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
