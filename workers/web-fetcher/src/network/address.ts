import ipaddr from 'ipaddr.js';

/** The part of IPv6 that is the public internet. */
const GLOBAL_UNICAST = ipaddr.parseCIDR('2000::/3');
/** IPv6 addresses that stand for IPv4 behind a NAT64: the IPv4 address counts. */
const NAT64 = ipaddr.parseCIDR('64:ff9b::/96');
/** A public address where a cloud serves secrets to its own machines. */
const METADATA = '168.63.129.16';

/** An address; IPv4 that is written as IPv6 is read as IPv4. */
export type Address = ipaddr.IPv4 | ipaddr.IPv6;

/** Reads an address in its usual spelling; null for anything else. */
export function parseAddress(text: string): Address | null {
  if (!ipaddr.IPv4.isValidFourPartDecimal(text) && !ipaddr.IPv6.isValid(text)) return null;
  const address = ipaddr.process(text);
  const isNat64 = address instanceof ipaddr.IPv6 && address.match(NAT64);
  return isNat64 ? ipaddr.fromByteArray(address.toByteArray().slice(12)) : address;
}

/**
 * Whether an address is on the public internet: not private, loopback, link-local, unique local,
 * multicast, reserved, or otherwise special.
 */
export function isPublic(address: Address): boolean {
  if (address.range() !== 'unicast') return false;
  if (address instanceof ipaddr.IPv6) return address.match(GLOBAL_UNICAST);
  return address.toString() !== METADATA;
}
