import { isObject, type Members } from '../protocol/message.ts';
import type { Difference } from './verdict.ts';

const MAX_DIFFERENCES = 20;
/** Messages are never compared (WCP-11-42). */
const NOT_COMPARED = 'message';

/**
 * The differences between a result and what a case expects: the members that the expectation lists at its
 * top level must be equal, others are ignored; nested values must be equal as a whole (WCP-11-40), lists in
 * their order (WCP-11-41), messages not at all.
 */
export function compareResult(expected: Members, got: Members): readonly Difference[] {
  const listed = Object.fromEntries(Object.entries(got).filter(([name]) => Object.hasOwn(expected, name)));
  return compareResults(expected, listed);
}

/** The differences between two results, in any member. */
export function compareResults(first: Members, second: Members): readonly Difference[] {
  return differences(comparable(first), comparable(second));
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

/** A copy of `value` without messages. */
function comparable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(comparable);
  if (!isObject(value)) return value;
  const kept = Object.entries(value).filter(([name]) => name !== NOT_COMPARED);
  return Object.fromEntries(kept.map(([name, member]) => [name, comparable(member)]));
}
