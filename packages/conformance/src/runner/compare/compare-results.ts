import { sortedJson } from '../../fixtures/sorted-json.ts';
import { isObject, type Members } from '../../protocol/message.ts';
import type { Difference } from '../verdict.ts';

/** Messages are never compared (WCP-11-42). */
const NOT_COMPARED = 'message';
/** The members that are causes where others are symptoms, the first cause first. */
const CAUSES = [
  '/outcome',
  '/deny_code',
  '/deny_reason_if_denied',
  '/candidate_workers_ranked',
  '/valid',
  '/ok',
];

/**
 * The differences between a result and what a case expects: the members that the expectation lists at its
 * top level must be equal, others are ignored; nested values must be equal as a whole (WCP-11-40), lists in
 * their order (WCP-11-41), messages not at all. What explains the others comes first.
 */
export function compareResult(expected: Members, got: Members): readonly Difference[] {
  const listed = Object.fromEntries(Object.entries(got).filter(([name]) => Object.hasOwn(expected, name)));
  return compareResults(expected, listed);
}

/** The differences between two results, in any member. */
export function compareResults(first: Members, second: Members): readonly Difference[] {
  const found: Difference[] = [];
  walk(comparable(first), comparable(second), '', found);
  return found.sort((a, b) => rankOf(a) - rankOf(b));
}

/** A copy of `value` without messages: what is compared. */
export function comparable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(comparable);
  if (!isObject(value)) return value;
  const kept = Object.entries(value).filter(([name]) => name !== NOT_COMPARED);
  return Object.fromEntries(kept.map(([name, member]) => [name, comparable(member)]));
}

function rankOf({ path }: Difference): number {
  const rank = CAUSES.findIndex((cause) => path === cause || path.startsWith(`${cause}/`));
  return rank === -1 ? CAUSES.length : rank;
}

function walk(expected: unknown, got: unknown, path: string, found: Difference[]): void {
  if (isObject(expected) && isObject(got)) walkMembers(expected, got, path, found);
  else if (Array.isArray(expected) && Array.isArray(got)) walkItems(expected, got, path, found);
  else if (expected !== got) found.push({ path, expected, got });
}

function walkMembers(expected: Members, got: Members, path: string, found: Difference[]): void {
  for (const name of [...new Set([...Object.keys(expected), ...Object.keys(got)])].sort()) {
    const place = `${path}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    if (!Object.hasOwn(got, name)) found.push({ path: place, expected: expected[name] });
    else if (!Object.hasOwn(expected, name)) found.push({ path: place, got: got[name] });
    else walk(expected[name], got[name], place, found);
  }
}

/** Lists of one length differ item by item, or in their order alone; others in the items that one of them lacks. */
function walkItems(
  expected: readonly unknown[],
  got: readonly unknown[],
  path: string,
  found: Difference[],
): void {
  const within: Difference[] = [];
  if (expected.length === got.length) {
    for (const [index, item] of expected.entries()) walk(item, got[index], `${path}/${index}`, within);
    if (within.length === 0) return;
  }
  const [missing, surplus] = [without(expected, got), without(got, expected)];
  if (missing.length + surplus.length === 0) found.push({ path, kind: 'order', expected, got });
  else if (expected.length === got.length) found.push(...within);
  else found.push({ path, kind: 'items', ...side('expected', missing), ...side('got', surplus) });
}

/** The items of a list that another lacks, each as often as it is lacking. */
function without(list: readonly unknown[], other: readonly unknown[]): readonly unknown[] {
  const left = new Map<string, number>();
  for (const item of other) left.set(sortedJson(item), (left.get(sortedJson(item)) ?? 0) + 1);
  return list.filter((item) => {
    const count = left.get(sortedJson(item)) ?? 0;
    left.set(sortedJson(item), count - 1);
    return count <= 0;
  });
}

function side(name: 'expected' | 'got', items: readonly unknown[]): Pick<Difference, 'expected' | 'got'> {
  return items.length === 0 ? {} : { [name]: items };
}
