import { LRUCache } from 'lru-cache';

/**
 * A cache of so many entries at most, which forgets the one that was used longest ago. It takes memory as it fills:
 * with `max` alone, room for all entries is set aside at once, which took a third of the time that a Hall needs to open.
 */
export function boundedCache<K extends {}, V extends {}>(entries: number): LRUCache<K, V> {
  return new LRUCache<K, V>({ maxSize: entries, sizeCalculation: () => 1 });
}
