import type { FastifyRequest } from 'fastify';
import { boundedCache } from '../base/bounded-cache.ts';
import { ProblemError } from '../base/problem.ts';

/** How much of a Hall one caller may take: a tenant with all its keys, another key, or an address without one. */
export interface CallerLimits {
  /** Streams of events that are open at a time (default 100). */
  readonly streams?: number;
  /** Bytes of requests to decide about that are kept a minute (default 32 MiB); the first 8 KiB of each are free. */
  readonly request_bytes_per_minute?: number;
}

const STREAMS = 100;
const REQUEST_BYTES = 32 * 1_048_576;
/** What a request of the usual size has: `requests_per_minute` is its limit. */
const FREE_BYTES = 8_192;
const MINUTE_MS = 60_000;
/** Callers whose bytes are counted; of more, the one that sent nothing for longest starts anew. */
const MAX_CALLERS = 10_000;

interface Sent {
  /** Milliseconds of {@link performance.now}. */
  readonly until: number;
  bytes: number;
}

/** Who takes the place of whom: all keys of a tenant are one caller. */
export function callerOf({ principal, ip }: FastifyRequest): string {
  return principal === null || principal.id === 'anonymous' ? ip : (principal.tenant_id ?? principal.id);
}

/** Counts what each caller takes, and refuses more. */
export class CallerUsage {
  readonly #limits: Required<CallerLimits>;
  readonly #streams = new Map<string, number>();
  readonly #sent = boundedCache<string, Sent>(MAX_CALLERS);

  constructor({ streams = STREAMS, request_bytes_per_minute = REQUEST_BYTES }: CallerLimits = {}) {
    this.#limits = { streams, request_bytes_per_minute };
  }

  /**
   * Takes a place for a stream until the returned function is called.
   *
   * @throws {ProblemError} `RATE_LIMITED`
   */
  openStream(caller: string): () => void {
    const open = this.#streams.get(caller) ?? 0;
    if (open >= this.#limits.streams) {
      throw new ProblemError('RATE_LIMITED', `You have ${open} streams open already. Close one first.`);
    }
    this.#streams.set(caller, open + 1);
    let isOpen = true;
    return () => {
      if (isOpen) this.#closeStream(caller);
      isOpen = false;
    };
  }

  /**
   * Counts a request that is kept as evidence, whatever is decided.
   *
   * @throws {ProblemError} `RATE_LIMITED`
   */
  keep(caller: string, text: string): void {
    const bytes = Math.max(0, Buffer.byteLength(text) - FREE_BYTES);
    if (bytes === 0) return;
    const now = performance.now();
    const known = this.#sent.get(caller);
    const sent = known !== undefined && known.until > now ? known : { until: now + MINUTE_MS, bytes: 0 };
    const { request_bytes_per_minute: most } = this.#limits;
    if (sent.bytes + bytes > most) {
      const seconds = Math.ceil((sent.until - now) / 1000);
      throw new ProblemError(
        'RATE_LIMITED',
        `Large requests may have ${most} bytes a minute together. Try again in ${seconds} s, or send less.`,
      );
    }
    sent.bytes += bytes;
    this.#sent.set(caller, sent);
  }

  #closeStream(caller: string): void {
    const open = (this.#streams.get(caller) ?? 1) - 1;
    if (open === 0) this.#streams.delete(caller);
    else this.#streams.set(caller, open);
  }
}
