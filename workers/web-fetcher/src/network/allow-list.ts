import ipaddr from 'ipaddr.js';
import { type Address, parseAddress } from './address.ts';
import { hostOf } from './url.ts';

/** Where a connection would go. */
export interface Target {
  /** The host of the URL. */
  readonly host: string;
  readonly port: number;
  readonly address: Address;
}

/** One entry: a host, an address or a range, with a port or null for any. */
interface Rule {
  readonly host: string | null;
  readonly range: [Address, number] | null;
  readonly port: number | null;
}

/** The targets that an operator allows although they are not public. */
export type AllowList = readonly Rule[];

/**
 * Reads the value of `WCP_WEB_FETCH_ALLOW`: hosts, `host:port`, addresses or ranges such as
 * `10.0.0.0/8`, separated by commas. Any other entry allows nothing.
 */
export function readAllowList(text = ''): AllowList {
  return text.split(',').flatMap((entry) => readRule(entry.trim()) ?? []);
}

/** Whether an operator allows a target. */
export function allows(list: AllowList, { host, port, address }: Target): boolean {
  return list.some((rule) => {
    if (rule.port !== null && rule.port !== port) return false;
    return rule.range === null ? rule.host === host : isWithin(address, rule.range);
  });
}

const ENTRY = /^(\[[0-9a-f:.]+\]|[^\s:/@?#[\]]+)(?::(\d{1,5}))?$/i;

function readRule(entry: string): Rule | null {
  if (entry.includes('/')) return rangeRule(entry);
  if (ipaddr.IPv6.isValid(entry)) return hostRule(`[${entry}]`, null);
  const [, host, port] = ENTRY.exec(entry) ?? [];
  return host === undefined ? null : hostRule(host, port === undefined ? null : Number(port));
}

function rangeRule(entry: string): Rule | null {
  return ipaddr.isValidCIDR(entry) ? { host: null, range: ipaddr.parseCIDR(entry), port: null } : null;
}

/** A host is normalised like the host of a URL. */
function hostRule(text: string, port: number | null): Rule | null {
  const url = URL.parse(`http://${text}`);
  if (url === null) return null;
  const host = hostOf(url);
  const address = parseAddress(host);
  if (address === null) return { host, range: null, port };
  return { host, range: [address, address.kind() === 'ipv4' ? 32 : 128], port };
}

function isWithin(address: Address, [range, bits]: [Address, number]): boolean {
  return address.kind() === range.kind() && address.match(range, bits);
}
