import type { LookupAddress } from 'node:dns';
import { connect, type LookupFunction, type Socket } from 'node:net';
import type { EgressTarget } from './allowlist.ts';
import type { EgressCode } from './inside/codes.ts';

/** A socket that is connected, or why there is none. */
export type Dialled = { readonly socket: Socket } | { readonly code: EgressCode };

/** How long one address is tried before the next is tried beside it, in milliseconds. */
const ATTEMPT_MS = 250;

/** Connects to hosts for one sandbox, until it is closed. */
export class Dialler {
  /** Those that are not connected yet. A signal for each would cost a listener each. */
  readonly #dialling = new Set<Socket>();
  #isClosed = false;

  /** Connects to the first of these addresses that answers, and to no other. */
  dial(addresses: readonly LookupAddress[], { host, port }: EgressTarget, timeout: number): Promise<Dialled> {
    if (this.#isClosed) return Promise.resolve({ code: 'EGRESS_CLOSED' });
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
      });
      this.#dialling.add(socket);
      const end = (dialled: Dialled) => {
        clearTimeout(timer);
        this.#dialling.delete(socket);
        if ('code' in dialled) socket.destroy();
        resolve(dialled);
      };
      const timer = setTimeout(end, timeout, { code: 'EGRESS_CONNECT_TIMEOUT' });
      socket.once('error', () => end({ code: 'EGRESS_UNREACHABLE' }));
      socket.once('close', () => end({ code: 'EGRESS_CLOSED' }));
      socket.once('connect', () => {
        socket.removeAllListeners('error').removeAllListeners('close');
        end({ socket });
      });
    });
  }

  /** Gives up what is being dialled, and dials no more. */
  close(): void {
    this.#isClosed = true;
    for (const socket of this.#dialling) socket.destroy();
  }
}

function lookupOf(addresses: readonly LookupAddress[]): LookupFunction {
  return (_host, options, done) => {
    const [first = { address: '', family: 0 }] = addresses;
    if (options.all === true) done(null, [...addresses]);
    else done(null, first.address, first.family);
  };
}
