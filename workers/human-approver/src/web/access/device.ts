import { createHmac, randomBytes } from 'node:crypto';
import { isSameSecret } from './secrets.ts';

const ID_BYTES = 16;

/** The cookie of a browser that knew the password; it lets nobody in, and is void once the password changes. */
export function deviceCookie(password: string): string {
  return cookieOf(randomBytes(ID_BYTES), password);
}

/** Whether a cookie is one that {@link deviceCookie} made with this password. */
export function isDeviceCookie(cookie: string, password: string): boolean {
  return isSameSecret(cookie, cookieOf(Buffer.from(cookie, 'base64url').subarray(0, ID_BYTES), password));
}

function cookieOf(id: Buffer, password: string): string {
  const seal = createHmac('sha256', password).update('wcp approver device').update(id).digest();
  return Buffer.concat([id, seal.subarray(0, ID_BYTES)]).toString('base64url');
}
