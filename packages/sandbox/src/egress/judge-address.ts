import { isIP } from 'node:net';
import { networkInterfaces } from 'node:os';
import ipaddr from 'ipaddr.js';
import { canonicalHost } from './inside/host-name.ts';

/**
 * Who may be dialled: `public` addresses always, `private` ones where the operator allows them to the host, and
 * `special` ones only where the allowlist itself names the address.
 */
export type AddressKind = 'public' | 'private' | 'special';

/** The part of IPv6 that is the public internet. */
const GLOBAL_UNICAST = ipaddr.parseCIDR('2000::/3');
/** IPv6 addresses that stand for IPv4 behind a NAT64: the IPv4 address counts. */
const NAT64 = ipaddr.parseCIDR('64:ff9b::/96');
/** A public address where a cloud serves secrets to its own machines. */
const METADATA = '168.63.129.16';
/** Networks of an operator. Link-local is not among them: clouds serve secrets there. */
const PRIVATE_RANGES = new Set(['private', 'loopback', 'carrierGradeNat', 'uniqueLocal']);

/** Judges an address; what cannot be read is special. */
export function judgeAddress(text: string): AddressKind {
  const address = parseAddress(text);
  if (address === null) return 'special';
  const range = address.range();
  if (PRIVATE_RANGES.has(range)) return 'private';
  if (range !== 'unicast' || address.toString() === METADATA) return 'special';
  if (address instanceof ipaddr.IPv6 && !address.match(GLOBAL_UNICAST)) return 'special';
  return isOfThisMachine(address) ? 'private' : 'public';
}

/**
 * IPv4 that is mapped into IPv6 is judged as IPv4. The usual spelling is read, because the library takes `::1.2.3.4`
 * for such an address, and the system does not.
 */
function parseAddress(text: string): ipaddr.IPv4 | ipaddr.IPv6 | null {
  const usual = isIP(text) === 0 ? null : canonicalHost(text);
  if (usual === null) return null;
  const address = ipaddr.process(usual);
  const isNat64 = address instanceof ipaddr.IPv6 && address.match(NAT64);
  return isNat64 ? ipaddr.fromByteArray(address.toByteArray().slice(12)) : address;
}

/** A service of this machine may listen for its neighbours only, also where its address is a public one. */
function isOfThisMachine(address: ipaddr.IPv4 | ipaddr.IPv6): boolean {
  const own = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
  return own.some((each) => parseAddress(each.address)?.toString() === address.toString());
}
