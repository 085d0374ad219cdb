import ipaddr from 'ipaddr.js';

/** Where IPv6 gives addresses to the public internet. */
const GLOBAL_UNICAST = ipaddr.parseCIDR('2000::/3');
/** IPv6 for an IPv4 address, behind a NAT64: that address counts. */
const NAT64 = ipaddr.parseCIDR('64:ff9b::/96');
/** A public address at which a cloud answers its own machines with their secrets. */
const METADATA = '168.63.129.16';

/** An address that was read; one of IPv4 that is written as IPv6 is one of IPv4. */
export type Address = ipaddr.IPv4 | ipaddr.IPv6;

/** Reads an address in its usual spelling; null for what is none. */
export function parseAddress(text: string): Address | null {
  if (!ipaddr.IPv4.isValidFourPartDecimal(text) && !ipaddr.IPv6.isValid(text)) return null;
  const address = ipaddr.process(text);
  const isNat64 = address instanceof ipaddr.IPv6 && address.match(NAT64);
  return isNat64 ? ipaddr.fromByteArray(address.toByteArray().slice(12)) : address;
}

/**
 * Whether an address is one of the public internet: not private, loopback, link-local, unique local,
 * multicast, reserved, or of any other special kind.
 */
export function isPublic(address: Address): boolean {
  if (address.range() !== 'unicast') return false;
  if (address instanceof ipaddr.IPv6) return address.match(GLOBAL_UNICAST);
  return address.toString() !== METADATA;
}
