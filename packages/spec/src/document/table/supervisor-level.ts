/** What one supervisor level asks of a human, and what a hold at it leads to (section 5.16). */
export interface SupervisorLevelEntry {
  readonly level: string;
  readonly meaning: string;
  /** Whether the dispatch waits for a human. */
  readonly holds: boolean;
  /** What follows when the human agrees. */
  readonly leads_to: 'dispatch' | 'human_result' | 'freeze';
}

/**
 * Every supervisor level, from least to most: the order of the rows is the order of the levels
 * (WCP-5-10).
 */
export const SUPERVISOR_LEVEL_TABLE = [
  {
    level: 'advisory',
    meaning: 'A human is informed, and the dispatch proceeds.',
    holds: false,
    leads_to: 'dispatch',
  },
  {
    level: 'gatekeeper',
    meaning: 'A human approves before the worker runs.',
    holds: true,
    leads_to: 'dispatch',
  },
  {
    level: 'executor',
    meaning: 'A human does the work instead of the worker and submits the result.',
    holds: true,
    leads_to: 'human_result',
  },
  {
    level: 'incident_commander',
    meaning: 'A human takes over, and dispatches under that correlation id are frozen until released.',
    holds: true,
    leads_to: 'freeze',
  },
] as const satisfies readonly SupervisorLevelEntry[];

/** How far a human is involved in a decision: the level of a row of {@link SUPERVISOR_LEVEL_TABLE}. */
export type SupervisorLevel = (typeof SUPERVISOR_LEVEL_TABLE)[number]['level'];

/** The supervisor levels, from least to most (WCP-5-10). */
export const SUPERVISOR_LEVELS: readonly SupervisorLevel[] = SUPERVISOR_LEVEL_TABLE.map(({ level }) => level);

/**
 * Whether a value is a supervisor level.
 *
 * @example
 * import { isSupervisorLevel } from '@wcp/spec/document';
 *
 * isSupervisorLevel('gatekeeper'); // true
 */
export function isSupervisorLevel(value: unknown): value is SupervisorLevel {
  return SUPERVISOR_LEVELS.some((level) => level === value);
}

/**
 * Orders two supervisor levels: less than 0 where the first asks less of a human (WCP-5-10).
 *
 * @example
 * import { compareLevels } from '@wcp/spec/document';
 *
 * compareLevels('advisory', 'executor') < 0; // true
 */
export function compareLevels(a: SupervisorLevel, b: SupervisorLevel): number {
  return SUPERVISOR_LEVELS.indexOf(a) - SUPERVISOR_LEVELS.indexOf(b);
}

/**
 * The higher of two supervisor levels (WCP-5-15).
 *
 * @example
 * import { highestLevel } from '@wcp/spec/document';
 *
 * highestLevel('gatekeeper', 'advisory'); // 'gatekeeper'
 */
export function highestLevel(a: SupervisorLevel, b: SupervisorLevel): SupervisorLevel {
  return compareLevels(a, b) >= 0 ? a : b;
}

/**
 * The supervisor levels to which a hold at this one can be escalated, the next one first (section 5.16).
 *
 * @example
 * import { levelsAbove } from '@wcp/spec/document';
 *
 * levelsAbove('executor'); // ['incident_commander']
 */
export function levelsAbove(level: SupervisorLevel): readonly SupervisorLevel[] {
  return SUPERVISOR_LEVELS.slice(SUPERVISOR_LEVELS.indexOf(level) + 1);
}
