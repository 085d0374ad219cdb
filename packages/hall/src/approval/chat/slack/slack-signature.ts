import { createHmac, timingSafeEqual } from 'node:crypto';

/** How old a callback may be, and how far ahead of the clock: Slack's own advice. */
const WINDOW_S = 300;

/**
 * Whether Slack signed a request: `x-slack-signature` is `v0=` and the HMAC-SHA-256 of `v0:<timestamp>:<body>` with the
 * signing secret, over the body as it came.
 *
 * @param now milliseconds since 1970
 */
export function isSignedBySlack(
  headers: Readonly<Record<string, unknown>>,
  body: Buffer,
  secret: string,
  now: number,
): boolean {
  const { 'x-slack-request-timestamp': timestamp, 'x-slack-signature': signature } = headers;
  if (typeof timestamp !== 'string' || typeof signature !== 'string') return false;
  if (!/^[0-9]{1,12}$/.test(timestamp) || Math.abs(now / 1000 - Number(timestamp)) > WINDOW_S) return false;
  const mac = createHmac('sha256', secret).update(`v0:${timestamp}:`).update(body).digest('hex');
  const [given, own] = [Buffer.from(signature), Buffer.from(`v0=${mac}`)];
  return given.length === own.length && timingSafeEqual(given, own);
}
