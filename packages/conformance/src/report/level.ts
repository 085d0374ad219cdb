import type { Fixtures } from '../fixtures/conformance-case.ts';
import { LEVELS, type Level } from '../fixtures/schema/common.ts';
import type { ConformanceReport } from './schema/report.ts';

type LevelCounts = ConformanceReport['levels'];

/**
 * How far a port got with each conformance level. A level is reached when every case of it and of the level
 * before it passed (WCP-11-10); a level that adds no case is not reached.
 */
export function levelCounts({ required }: Fixtures, passed: ReadonlySet<string>): LevelCounts {
  const counts: Partial<LevelCounts> = {};
  let before = { required: 0, reached: true };
  for (const level of LEVELS) {
    const ids = required[level];
    const done = ids.filter((id) => passed.has(id)).length;
    const reached = before.reached && ids.length > before.required && done === ids.length;
    counts[level] = { required: ids.length, passed: done, reached };
    before = { required: ids.length, reached };
  }
  return counts as LevelCounts;
}

/** The highest conformance level that was reached, or null. */
export function levelReached(levels: LevelCounts): Level | null {
  return LEVELS.findLast((level) => levels[level].reached) ?? null;
}
