/** Doublings after which the wait is longer than any interval. */
const MAX_DOUBLINGS = 20;

/** Seconds to wait after a number of failures in a row: one, two, four, and never longer than after a success. */
export function waitAfter(failures: number, seconds: number): number {
  if (failures === 0) return seconds;
  return Math.min(seconds, 2 ** Math.min(failures - 1, MAX_DOUBLINGS));
}
