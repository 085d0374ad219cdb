import { OPERATIONS, type OperationName } from '../fixtures/operations.ts';
import type { Difference } from '../report/schema/report.ts';
import { comparable } from './comparable.ts';
import { isObject, type Members } from './read-answer.ts';

/** More differences than these help nobody. */
const MAX_DIFFERENCES = 20;

/**
 * Where a result is not what a case expects: the members that the expectation lists at its top level
 * must be equal, and others are ignored; nested values must be equal altogether (WCP-11-40). Sets
 * compare as sets, texts of messages not at all.
 *
 * @example compareResult('check_id', { valid: true }, { valid: false, kind: null })
 * // [{ path: '/valid', expected: true, got: false }]
 */
export function compareResult(op: OperationName, expected: Members, got: Members): readonly Difference[] {
  const { sets } = OPERATIONS[op];
  const listed = Object.fromEntries(Object.entries(got).filter(([name]) => Object.hasOwn(expected, name)));
  return differences(comparable(expected, sets), comparable(listed, sets));
}

/** Where two results of one operation differ in any member. */
export function compareResults(op: OperationName, first: Members, second: Members): readonly Difference[] {
  const { sets } = OPERATIONS[op];
  return differences(comparable(first, sets), comparable(second, sets));
}

function differences(expected: unknown, got: unknown): Difference[] {
  const found: Difference[] = [];
  walk(expected, got, '', found);
  return found.slice(0, MAX_DIFFERENCES);
}

function walk(expected: unknown, got: unknown, path: string, found: Difference[]): void {
  if (isObject(expected) && isObject(got)) walkMembers(expected, got, path, found);
  else if (Array.isArray(expected) && Array.isArray(got) && expected.length === got.length) {
    for (const [index, item] of expected.entries()) walk(item, got[index], `${path}/${index}`, found);
  } else if (expected !== got) found.push({ path, expected, got });
}

function walkMembers(expected: Members, got: Members, path: string, found: Difference[]): void {
  for (const name of [...new Set([...Object.keys(expected), ...Object.keys(got)])].sort()) {
    const place = `${path}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    if (!Object.hasOwn(got, name)) found.push({ path: place, expected: expected[name] });
    else if (!Object.hasOwn(expected, name)) found.push({ path: place, got: got[name] });
    else walk(expected[name], got[name], place, found);
  }
}
