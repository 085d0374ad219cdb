import { isIP, isIPv6 } from 'node:net';
import { domainToASCII } from 'node:url';

/** A name as the domain name system knows it: labels of letters, digits, `-` and `_`, 253 characters at most. */
const NAME =
  /^(?=.{1,253}$)[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?)*$/;
/** ASCII that may stand in a name; other characters are up to IDNA. What reads names would skip or cut at the rest. */
const WRITTEN = /^(?:[A-Za-z0-9._-]|[^\x00-\x7f])+$/;
/** What a program could mistake for an address: a last label of digits, or a hexadecimal number. */
const NUMBER = /(?:^|\.)(?:[0-9]+|0x[0-9a-f]*)$/;

/**
 * The one spelling of a host: lower case, in its ASCII form, without a dot at the end; an address in its usual
 * spelling, without brackets. Null for what is neither a name nor an address, such as `0x7f.1`.
 */
export function canonicalHost(text: string): string | null {
  const bare = /^\[(.*)\]$/.exec(text)?.[1] ?? text;
  if (isIPv6(bare)) return canonicalIPv6(bare);
  if (bare !== text) return null;
  if (isIP(text) === 4) return text;
  if (!WRITTEN.test(text)) return null;
  const name = domainToASCII(text).toLowerCase().replace(/\.$/, '');
  return NAME.test(name) && !NUMBER.test(name) ? name : null;
}

/** Whether a host is always the machine itself: in a sandbox, the sandbox. */
export function isLoopback(host: string): boolean {
  return (
    host === 'localhost' || host.endsWith('.localhost') || host === '::1' || /^127(?:\.\d+){3}$/.test(host)
  );
}

/** An address with a zone belongs to one interface and is never allowed. */
function canonicalIPv6(text: string): string | null {
  const url = text.includes('%') ? null : URL.parse(`http://[${text}]`);
  return url === null ? null : url.hostname.slice(1, -1);
}
