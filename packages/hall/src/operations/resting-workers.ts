import type { HallClock } from '../base/hall-clock.ts';
import type { Delivery } from '../delivery/delivery.ts';

/** What is read to see which workers are left alone. */
export interface RestingSources {
  readonly clock: HallClock;
  readonly deliveries: ReadonlyMap<string, Delivery>;
}

/** Until when a worker gets no calls because it kept failing, as the wire writes a time; null where it gets them. */
export function restingUntil({ clock, deliveries }: RestingSources, workerId: string): string | null {
  const left = deliveries.get(workerId)?.restsFor?.() ?? 0;
  return left > 0 ? new Date(clock.latest() + left).toISOString() : null;
}

/** A finding of health for each worker that is left alone. */
export function restingFindings(sources: RestingSources): { code: 'WORKER_RESTING'; message: string }[] {
  return [...sources.deliveries.keys()].sort().flatMap((workerId) => {
    const until = restingUntil(sources, workerId);
    if (until === null) return [];
    const message = `${workerId} kept failing and is resting until ${until}: it gets no calls before.`;
    return [{ code: 'WORKER_RESTING' as const, message }];
  });
}
