/** The greatest length of a report in bytes, in each format. */
export const MAX_REPORT_BYTES = 2_000_000;

/** Something that a report tells in brief or as a whole: the bytes of both. */
export interface Told {
  readonly id: string;
  readonly brief: number;
  readonly whole: number;
  /** What passed is left out before what did not. */
  readonly passed: boolean;
}

/** The ids of what is told, and of these the ones told as a whole. */
export interface Fitted {
  readonly told: ReadonlySet<string>;
  readonly whole: ReadonlySet<string>;
}

/**
 * Decides what fits into a number of bytes: everything in brief, if it can be, and as much as possible as a whole.
 *
 * @param urgent the ids in the order in which telling them as a whole matters
 */
export function fitWithin(items: readonly Told[], urgent: readonly string[], bytes: number): Fitted {
  const byId = new Map(items.map((item) => [item.id, item]));
  let left = bytes;
  const told = new Set<string>();
  for (const { id, brief } of items.toSorted((a, b) => Number(a.passed) - Number(b.passed))) {
    if (brief > left) break;
    left -= brief;
    told.add(id);
  }
  const whole = new Set<string>();
  for (const id of urgent) {
    const item = byId.get(id);
    const more = item === undefined || !told.has(id) ? Number.POSITIVE_INFINITY : item.whole - item.brief;
    if (more > left) continue;
    left -= more;
    whole.add(id);
  }
  return { told, whole };
}
