/** Where a host is allowed without a port, the fetcher may use these. */
const WEB_PORTS = [80, 443];

/**
 * The places that an envelope names so that the fetcher reaches a document and the allowed hosts: those of the
 * published record, that of the document, and those allowed.
 *
 * @param url the address of the document; a `data:` URL has no place
 */
export function egressAllowlist(
  published: readonly string[],
  allow: readonly string[],
  url: string,
): string[] {
  const own = placeOf(url);
  // Most servers send plain HTTP on to HTTPS.
  const places = own === null ? [] : [own.place, ...(own.port === 80 ? [`${own.host}:443`] : [])];
  return [...new Set([...published, ...places, ...allowedHosts(allow, url)])];
}

/**
 * The places of the allowed hosts, as an `egress_allowlist` names them. A range such as `10.0.0.0/8` names no place;
 * of it, the host of the document counts, which the fetcher compares with the range.
 */
export function allowedHosts(allow: readonly string[], url: string): string[] {
  const own = placeOf(url);
  return allow.flatMap((entry) => {
    if (entry.includes('/')) return own === null ? [] : [own.place];
    const host = /^[0-9a-f:.]*:[0-9a-f:.]*:[0-9a-f:.]*$/i.test(entry) ? `[${entry}]` : entry;
    if (/:\d+$/.test(host) && !host.endsWith(']')) return [host];
    const ports = own?.host === host.toLowerCase() ? [...WEB_PORTS, own.port] : WEB_PORTS;
    return [...new Set(ports)].map((port) => `${host}:${port}`);
  });
}

interface Place {
  readonly host: string;
  readonly port: number;
  readonly place: string;
}

/** The host and port of an HTTP URL. */
function placeOf(text: string): Place | null {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol)) return null;
  const port = Number(url.port) || (url.protocol === 'http:' ? 80 : 443);
  return { host: url.hostname, port, place: `${url.hostname}:${port}` };
}
