import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/** 256 random bits as a text that can stand in a URL. */
export function randomSecret(): string {
  return randomBytes(32).toString('base64url');
}

const KEY = randomBytes(32);

/** Whether two texts are the same, in a time that tells nothing of either. */
export function isSameSecret(a: string, b: string): boolean {
  return timingSafeEqual(digest(a), digest(b));
}

function digest(text: string): Buffer {
  return createHmac('sha256', KEY).update(text).digest();
}
