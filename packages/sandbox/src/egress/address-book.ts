import type { LookupAddress } from 'node:dns';
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { EgressTarget } from './allowlist.ts';
import type { EgressCode } from './inside/codes.ts';
import { judgeAddress } from './judge-address.ts';

/** The addresses of a target that may be dialled, or why there are none. */
export type JudgedAddresses =
  | { readonly addresses: readonly LookupAddress[] }
  | { readonly code: EgressCode };

type Resolve = (host: string) => Promise<readonly LookupAddress[]>;

/** How long an answer is used again, in milliseconds. */
const FRESH_MS = 5_000;

/**
 * Resolves the listed hosts and judges every address. One question for a host is under way at a time: a worker must
 * not occupy the threads with which this process resolves names and reads files.
 */
export class AddressBook {
  readonly #resolve: Resolve;
  readonly #isPrivateAllowed: (target: EgressTarget) => boolean;
  readonly #isTrusted: (target: EgressTarget) => boolean;
  readonly #answers = new Map<
    string,
    { readonly until: number; readonly found: Promise<readonly LookupAddress[]> }
  >();

  constructor(
    isPrivateAllowed: (target: EgressTarget) => boolean,
    resolve: Resolve = resolveBySystem,
    isTrusted: (target: EgressTarget) => boolean = () => false,
  ) {
    this.#isPrivateAllowed = isPrivateAllowed;
    this.#isTrusted = isTrusted;
    this.#resolve = resolve;
  }

  /** The addresses to dial, exactly these: nobody asks for the name again. Takes so many milliseconds at most. */
  async addressesOf(target: EgressTarget, timeout: number): Promise<JudgedAddresses> {
    const asked = this.#find(target.host).catch(() => []);
    const found = await within(timeout, asked);
    if (found === null) return { code: 'EGRESS_CONNECT_TIMEOUT' };
    if (found.length === 0) return { code: 'EGRESS_NAME_UNRESOLVED' };
    const addresses = found.filter(({ address }) => this.#mayDial(target, address));
    return addresses.length === 0 ? { code: 'EGRESS_ADDRESS_REFUSED' } : { addresses };
  }

  #mayDial(target: EgressTarget, address: string): boolean {
    const kind = judgeAddress(address);
    if (kind === 'public' || this.#isTrusted(target)) return true;
    return this.#isPrivateAllowed(target) && (kind === 'private' || target.host === address);
  }

  async #find(host: string): Promise<readonly LookupAddress[]> {
    const family = isIP(host);
    if (family !== 0) return [{ address: host, family }];
    const known = this.#answers.get(host);
    if (known !== undefined && known.until > performance.now()) return known.found;
    const found = this.#resolve(host);
    this.#answers.set(host, { until: Number.POSITIVE_INFINITY, found });
    found.then(
      () => this.#answers.set(host, { until: performance.now() + FRESH_MS, found }),
      () => this.#answers.delete(host),
    );
    return found;
  }
}

function resolveBySystem(host: string): Promise<LookupAddress[]> {
  return lookup(host, { all: true });
}

/** The value of a promise, or null where it takes longer. */
async function within<T>(milliseconds: number, promise: Promise<T>): Promise<T | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(resolve, milliseconds, null);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
