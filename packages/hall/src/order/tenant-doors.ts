import type { QosClass } from '@wcp/spec';
import { LRUCache } from 'lru-cache';
import PQueue from 'p-queue';
import { wordOf } from '../dispatch/asked.ts';
import { Refusal } from '../refusal.ts';
import { FairLine, priorityOf } from './fair-line.ts';

/** How many dispatches of one tenant are under way, and how many wait. */
export interface TenantLimits {
  /** 64 where it is absent. */
  readonly concurrency?: number;
  /** Of one class; 1,000 where it is absent. */
  readonly waiting?: number;
}

const TENANTS_AT_HAND = 10_000;

/** A door for each tenant, so that one that asks a lot keeps no other waiting; urgent requests go first. */
export class TenantDoors {
  readonly #concurrency: number;
  readonly #waiting: number;
  readonly #doors = new LRUCache<string, PQueue<FairLine>>({ max: TENANTS_AT_HAND });

  constructor({ concurrency = 64, waiting = 1_000 }: TenantLimits = {}) {
    this.#concurrency = concurrency;
    this.#waiting = waiting;
  }

  /**
   * Lets a dispatch in when it is its turn.
   *
   * @throws {Refusal} `RATE_LIMITED` where too many of its class wait already
   */
  async enter<R>(tenantId: unknown, qosClass: unknown, dispatch: () => Promise<R>): Promise<R> {
    const door = this.#door(wordOf(tenantId));
    const priority = priorityOf(qosClass as QosClass);
    if (door.sizeBy({ priority }) >= this.#waiting) {
      throw new Refusal(
        'RATE_LIMITED',
        'Too many of your dispatches wait already. Wait for some of them to end.',
      );
    }
    return (await door.add(dispatch, { priority })) as R;
  }

  #door(tenantId: string): PQueue<FairLine> {
    const known = this.#doors.get(tenantId);
    if (known !== undefined) return known;
    const door = new PQueue({ concurrency: this.#concurrency, queueClass: FairLine });
    this.#doors.set(tenantId, door);
    return door;
  }
}
