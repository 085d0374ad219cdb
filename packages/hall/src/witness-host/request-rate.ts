import { LRUCache } from 'lru-cache';

const MINUTE_MS = 60_000;
/** Addresses that are counted; the one that was quiet longest is forgotten first. */
const MAX_ADDRESSES = 10_000;

/** How many requests each address may make within a minute. */
export class RequestRate {
  readonly #limit: number;
  readonly #counts = new LRUCache<string, { count: number }>({ max: MAX_ADDRESSES, ttl: MINUTE_MS });

  constructor(limit: number) {
    this.#limit = limit;
  }

  admits(address: string): boolean {
    const found = this.#counts.get(address) ?? { count: 0 };
    if (found.count === 0) this.#counts.set(address, found);
    found.count += 1;
    return found.count <= this.#limit;
  }
}
