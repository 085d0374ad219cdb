import type { QosClass } from '@wcp/spec';
import { LRUCache } from 'lru-cache';
import PQueue from 'p-queue';
import { ProblemError } from '../base/problem.ts';
import { textOrEmpty } from '../base/received-request.ts';
import { FairQueue, priorityOf } from './fair-queue.ts';

/** How many dispatches of one tenant are under way, and how many wait. */
export interface TenantLimits {
  /** 64 where it is absent. */
  readonly concurrency?: number;
  /** Of one class; 1,000 where it is absent. */
  readonly waiting?: number;
}

const TENANT_CACHE_SIZE = 10_000;

/** A door for each tenant, so that one that asks a lot keeps no other waiting; urgent requests go first. */
export class TenantLimiter {
  readonly #concurrency: number;
  readonly #waiting: number;
  readonly #tenantLimiter = new LRUCache<string, PQueue<FairQueue>>({ max: TENANT_CACHE_SIZE });

  constructor({ concurrency = 64, waiting = 1_000 }: TenantLimits = {}) {
    this.#concurrency = concurrency;
    this.#waiting = waiting;
  }

  /**
   * Lets a dispatch in when it is its turn.
   *
   * @throws {ProblemError} `RATE_LIMITED` where too many of its class wait already
   */
  async enter<R>(tenantId: unknown, qosClass: unknown, dispatch: () => Promise<R>): Promise<R> {
    const door = this.#door(textOrEmpty(tenantId));
    const priority = priorityOf(qosClass as QosClass);
    if (door.sizeBy({ priority }) >= this.#waiting) {
      throw new ProblemError(
        'RATE_LIMITED',
        'Too many of your dispatches wait already. Wait for some of them to end.',
      );
    }
    return (await door.add(dispatch, { priority })) as R;
  }

  #door(tenantId: string): PQueue<FairQueue> {
    const known = this.#tenantLimiter.get(tenantId);
    if (known !== undefined) return known;
    const door = new PQueue({ concurrency: this.#concurrency, queueClass: FairQueue });
    this.#tenantLimiter.set(tenantId, door);
    return door;
  }
}
