import type { LookupAddress } from 'node:dns';
import { connect, type LookupFunction, type Socket } from 'node:net';
import type { EgressCode } from './inside/codes.ts';

/** A socket that is connected, or why there is none. */
export type Dialled = { readonly socket: Socket } | { readonly code: EgressCode };

/** How long one address is tried before the next is tried beside it, in milliseconds. */
const ATTEMPT_MS = 250;

/** Connects to the first of these addresses that answers, and to no other. */
export function dial(
  addresses: readonly LookupAddress[],
  { host, port, timeout, signal }: { host: string; port: number; timeout: number; signal: AbortSignal },
): Promise<Dialled> {
  return new Promise((resolve) => {
    const socket = connect({
      host,
      port,
      // What was judged is what is dialled.
      lookup: lookupOf(addresses),
      autoSelectFamily: true,
      autoSelectFamilyAttemptTimeout: ATTEMPT_MS,
      allowHalfOpen: true,
      noDelay: true,
      signal,
    });
    const timer = setTimeout(() => end('EGRESS_CONNECT_TIMEOUT'), timeout);
    const end = (code: EgressCode) => {
      clearTimeout(timer);
      socket.destroy();
      resolve({ code });
    };
    socket.once('error', () => end(signal.aborted ? 'EGRESS_CLOSED' : 'EGRESS_UNREACHABLE'));
    socket.once('connect', () => {
      clearTimeout(timer);
      resolve({ socket });
    });
  });
}

function lookupOf(addresses: readonly LookupAddress[]): LookupFunction {
  return (_host, options, done) => {
    const [first = { address: '', family: 0 }] = addresses;
    if (options.all === true) done(null, [...addresses]);
    else done(null, first.address, first.family);
  };
}
