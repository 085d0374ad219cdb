import { utf8Length } from '@wcp/spec/json';

/** A request, with its setting, is at most 1 MiB. */
const MAX_BYTES = 1_000_000;

/** Splits values into as few lists as the limits of a worker and of a request allow, in order. */
export function batchesOf<T>(values: readonly T[], most: number): T[][] {
  const batches: T[][] = [];
  let room = 0;
  for (const value of values) {
    const size = utf8Length(JSON.stringify(value)) + 1;
    const current = batches.at(-1);
    if (current === undefined || current.length === most || size > room) {
      batches.push([value]);
      room = MAX_BYTES - size;
    } else {
      current.push(value);
      room -= size;
    }
  }
  return batches;
}
