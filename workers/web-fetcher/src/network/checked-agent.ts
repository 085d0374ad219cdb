import { type LookupAddress, type LookupOptions, lookup } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { Agent } from 'undici';
import { Refusal } from '../refusal.ts';
import { isPublic, parseAddress } from './address.ts';
import { type AllowList, allows } from './allow-list.ts';
import { hostOf, portOf } from './url.ts';

/** Resolves a host to all its addresses: `lookup` of `node:dns`, or its replacement in a test. */
export type Resolve = (
  host: string,
  options: LookupOptions & { all: true },
  done: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

/** The rules for connections. */
export interface Network {
  readonly allowed: AllowList;
  readonly resolve?: Resolve;
}

/** Fails a connection when no address of the host is allowed. */
export class AddressRefused extends Error {}

/**
 * Makes an agent for one URL that connects only to checked addresses. A host is resolved once, and the
 * connection goes to the result, so that a second answer of its name server (DNS rebinding) has no effect.
 * Timeouts are up to the caller.
 */
export function checkedAgent(url: URL, network: Network): Agent | Refusal {
  const host = hostOf(url);
  const mayConnect = checkOf(url, network.allowed);
  // An address in a URL needs no lookup.
  if (parseAddress(host) !== null && !mayConnect(host)) return new Refusal('FETCH_ADDRESS_NOT_ALLOWED');
  return new Agent({
    allowH2: false,
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: { timeout: 0, lookup: checkedLookup(mayConnect, network.resolve ?? lookup) },
  });
}

function checkOf(url: URL, allowed: AllowList): (text: string) => boolean {
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
