import type { ConformanceCase, Fixtures } from './conformance-case.ts';
import { misuse } from './misuse.ts';
import { LEVELS, type Level } from './schema/common.ts';

/** Which cases are meant: those that a level requires, and of these those whose id fits a filter. */
export interface Selection {
  readonly level?: Level | undefined;
  /** A part of the id; `*` stands for any text, and a filter with one must fit the whole id. */
  readonly filter?: string | undefined;
}

/**
 * The cases that a selection means, in the order of the fixtures.
 *
 * @throws {WcpError} `ERR_WCP_CONFORMANCE` for an unknown level, and where nothing is selected.
 */
export function selectCases(fixtures: Fixtures, { level, filter }: Selection): readonly ConformanceCase[] {
  if (level !== undefined && !LEVELS.includes(level)) {
    throw misuse(`There is no level "${level}"; the levels are ${LEVELS.join(', ')}.`);
  }
  const required = level === undefined ? null : new Set(fixtures.required[level]);
  const fits = filterOf(filter);
  const selected = fixtures.cases.filter(({ id }) => (required?.has(id) ?? true) && fits(id));
  if (selected.length === 0) throw misuse('No case is selected: check the level and the filter.');
  return selected;
}

function filterOf(filter: string | undefined): (id: string) => boolean {
  if (filter === undefined) return () => true;
  if (!filter.includes('*')) return (id) => id.includes(filter);
  const pattern = new RegExp(`^${filter.split('*').map(escapePattern).join('.*')}$`);
  return (id) => pattern.test(id);
}

function escapePattern(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
