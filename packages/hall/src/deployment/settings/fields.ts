import { z } from 'zod';

/** A whole number within bounds. */
export const count = (message: string, max: number, min = 1) =>
  z.int(message).min(min, message).max(max, message);

/** A text of one line that is not empty. */
export const text = (message: string) => z.string(message).regex(/^[^\p{Cc}]{1,1024}$/u, message);

/** An address without a password. */
export const url = z
  .string('url must be an address.')
  .refine(isHttp, 'url must begin with http:// or https://.');

/** Whether an address is one of HTTP and holds no password. */
function isHttp(address: string): boolean {
  const { protocol, username, password } = URL.parse(address) ?? {};
  return (protocol === 'http:' || protocol === 'https:') && username === '' && password === '';
}
