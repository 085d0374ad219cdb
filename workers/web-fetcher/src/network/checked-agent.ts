import { type LookupAddress, type LookupOptions, lookup } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { Agent } from 'undici';
import { Refusal } from '../refusal.ts';
import { isPublic, parseAddress } from './address.ts';
import { type AllowList, allows } from './allow-list.ts';
import { hostOf, portOf } from './url.ts';

/** Finds every address of a host: `lookup` of `node:dns`, or what a test has in its place. */
export type Resolve = (
  host: string,
  options: LookupOptions & { all: true },
  done: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

/** What decides where a connection may go. */
export interface Network {
  readonly allowed: AllowList;
  readonly resolve?: Resolve;
}

/** Thrown into a connection whose host has no address that may be connected to. */
export class AddressRefused extends Error {}

/**
 * Makes an agent for one URL that connects to no address but those which were checked. A host is looked
 * up once, and the connection goes to what came of it, so that a second answer of its name server counts
 * for nothing. Time is the caller's matter.
 */
export function checkedAgent(url: URL, network: Network): Agent | Refusal {
  const host = hostOf(url);
  const mayConnect = checkFor(url, network.allowed);
  // An address in a URL is connected to without a lookup.
  if (parseAddress(host) !== null && !mayConnect(host)) return new Refusal('FETCH_ADDRESS_NOT_ALLOWED');
  return new Agent({
    allowH2: false,
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: { timeout: 0, lookup: checkedLookup(mayConnect, network.resolve ?? lookup) },
  });
}

function checkFor(url: URL, allowed: AllowList): (text: string) => boolean {
  const [host, port] = [hostOf(url), portOf(url)];
  return (text) => {
    const address = parseAddress(text);
    return address !== null && (isPublic(address) || allows(allowed, { host, port, address }));
  };
}

function checkedLookup(mayConnect: (address: string) => boolean, resolve: Resolve): LookupFunction {
  return (host, options, done) => {
    resolve(host, { ...options, all: true }, (error, found) => {
      if (error !== null) return done(error, []);
      const checked = found.filter(({ address }) => mayConnect(address));
      const [first] = checked;
      if (first === undefined) return done(new AddressRefused(), []);
      if (options.all === true) return done(null, checked);
      return done(null, first.address, first.family);
    });
  };
}
