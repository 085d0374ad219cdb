import { Refusal } from '../refusal.ts';

/** Longer than any server accepts. */
const MAX_HTTP_URL_LENGTH = 8192;

/**
 * The URL of a text, without its fragment. The parser of WHATWG normalises a host: an address in decimal,
 * octal or hexadecimal digits becomes its usual spelling.
 *
 * @param base the base of a relative URL: where a redirect came from
 */
export function readUrl(text: string, base?: URL): URL | Refusal {
  const url = URL.parse(text, base?.href);
  if (url === null || !/^https?:$/.test(url.protocol)) return new Refusal('FETCH_INVALID_URL');
  if (url.username !== '' || url.password !== '') {
    return new Refusal('FETCH_INVALID_URL', 'A URL must not have a user name or a password.');
  }
  if (url.href.length > MAX_HTTP_URL_LENGTH) {
    return new Refusal('FETCH_INVALID_URL', `A URL has at most ${MAX_HTTP_URL_LENGTH} characters.`);
  }
  url.hash = '';
  return url;
}

/** The host of a URL: a name without its trailing dot, or an address without brackets. */
export function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$|\.$/g, '');
}

/** The port of a URL. */
export function portOf({ port, protocol }: URL): number {
  if (port !== '') return Number(port);
  return protocol === 'https:' ? 443 : 80;
}
