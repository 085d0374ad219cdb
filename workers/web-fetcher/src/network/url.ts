import { Refusal } from '../refusal.ts';

/** More than any server takes. */
const MAX_HTTP_URL_LENGTH = 8192;

/**
 * The URL that a text means, without its fragment. The parser is that of WHATWG: what is left of a host
 * that is an address in decimal, octal or hexadecimal digits is the address as everyone writes it.
 *
 * @param base what a relative one is relative to: where a redirect came from
 */
export function readUrl(text: string, base?: URL): URL | Refusal {
  const url = URL.parse(text, base?.href);
  if (url === null || !/^https?:$/.test(url.protocol)) return new Refusal('FETCH_INVALID_URL');
  if (url.username !== '' || url.password !== '') {
    return new Refusal('FETCH_INVALID_URL', 'An address with a user name or a password is not fetched.');
  }
  if (url.href.length > MAX_HTTP_URL_LENGTH) {
    return new Refusal(
      'FETCH_INVALID_URL',
      `An address is no longer than ${MAX_HTTP_URL_LENGTH} characters.`,
    );
  }
  url.hash = '';
  return url;
}

/** The host of a URL: a name without its last dot, or an address without brackets. */
export function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$|\.$/g, '');
}

/** The port of a URL. */
export function portOf({ port, protocol }: URL): number {
  if (port !== '') return Number(port);
  return protocol === 'https:' ? 443 : 80;
}
