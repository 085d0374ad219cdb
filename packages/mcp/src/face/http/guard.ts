import type { IncomingMessage } from 'node:http';

/** Which names this face answers to, and which web pages may talk to it. */
export interface GuardOptions {
  /** Host names, such as `tools.example.com`, beside those of this machine. */
  readonly hosts?: readonly string[];
  /** Origins of web pages, such as `https://app.example.com`, beside those of this machine. */
  readonly origins?: readonly string[];
}

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/**
 * Whether a request is for this face, and from no foreign web page: a page elsewhere can point its own name at this
 * machine (DNS rebinding), but then its name stands in `Host` and `Origin`. Null where all is well, else a sentence.
 */
export function guard({ headers, rawHeaders }: IncomingMessage, options: GuardOptions): string | null {
  const { hosts = [], origins = [] } = options;
  if (timesIn(rawHeaders, 'host') !== 1) return 'The request must name one host.';
  const host = hostOf(`http://${headers.host ?? ''}`);
  if (host === null || !(LOOPBACK.test(host) || hosts.includes(host)))
    return 'This face does not have that name.';
  const { origin } = headers;
  if (origin === undefined) return null;
  const page = hostOf(origin);
  const isAllowed = origins.includes(origin) || (page !== null && LOOPBACK.test(page) && LOOPBACK.test(host));
  return isAllowed ? null : 'Pages of this origin may not use this face.';
}

/** The host name of a URL that consists of an origin alone. */
function hostOf(text: string): string | null {
  if (!URL.canParse(text)) return null;
  const { hostname, username, password, pathname, search, hash, protocol } = new URL(text);
  const isOrigin =
    `${username}${password}${search}${hash}` === '' && pathname === '/' && /^https?:$/.test(protocol);
  return isOrigin && hostname !== '' ? hostname : null;
}

function timesIn(rawHeaders: readonly string[], name: string): number {
  return rawHeaders.filter((each, index) => index % 2 === 0 && each.toLowerCase() === name).length;
}
