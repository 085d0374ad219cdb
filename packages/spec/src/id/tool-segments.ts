import { sha256 } from '../base/hash.ts';

/** Lower snake or kebab case: such a name becomes kebab case and is otherwise kept. */
const PLAIN = /^[a-z0-9]+(?:_[a-z0-9]+)*$|^[a-z0-9]+(?:-[a-z0-9]+)*$/;
/** Digits of the hash behind a folded name, more where those are taken. */
const HASH_DIGITS = [8, 16, 32, 64] as const;

/** The last segments of ids, by the name of the tool. */
export type ToolSegments = ReadonlyMap<string, string>;

/**
 * The last segment of the id of each tool of one server or agent: `read_file` becomes `read-file`. Any other name is folded,
 * cut, and gets a part of the SHA-256 of the name behind it, and so do names that would otherwise have one segment
 * together. What is pinned never changes: a tool that appears later gets the longer segment, not the one before it.
 *
 * @param pinned the segments of an earlier enrolment, which stay as they are
 * @param longest characters that a segment may have, at least 10
 * @example
 * import { assignSegments } from '@wcp/spec/id';
 *
 * console.log(assignSegments(['read_file'], new Map(), 40).get('read_file')); // read-file
 */
export function assignSegments(
  names: readonly string[],
  pinned: ToolSegments,
  longest: number,
): Map<string, string> {
  const segments = new Map(pinned);
  const taken = new Set(pinned.values());
  const added = [...new Set(names)].filter((name) => !pinned.has(name)).sort();
  const wanted = new Map(added.map((name) => [name, plainSegment(name, longest)]));
  const counts = countOf(wanted.values());
  for (const [name, segment] of wanted) {
    if (segment === null || counts.get(segment) !== 1 || taken.has(segment)) continue;
    segments.set(name, segment);
    taken.add(segment);
  }
  for (const name of added) {
    if (segments.has(name)) continue;
    const segment = hashedSegment(name, longest, taken);
    segments.set(name, segment);
    taken.add(segment);
  }
  return segments;
}

/** Null for a name that has to be folded or cut. */
function plainSegment(name: string, longest: number): string | null {
  return PLAIN.test(name) && name.length <= longest ? name.replaceAll('_', '-') : null;
}

function hashedSegment(name: string, longest: number, taken: ReadonlySet<string>): string {
  const hash = sha256(name.toWellFormed()).slice('sha256:'.length);
  for (const digits of HASH_DIGITS) {
    const segment = `${foldedSegment(name, Math.max(1, longest - digits - 1))}-${hash.slice(0, digits)}`;
    if (segment.length <= longest && !taken.has(segment)) return segment;
  }
  // Only names that differ in lone surrogates alone come here: they share one hash.
  for (let count = 2; ; count += 1) {
    const segment = `${foldedSegment(name, 1)}-${hash.slice(0, 4)}-${count}`;
    if (!taken.has(segment)) return segment;
  }
}

/** What remains of a name in the characters of an id. */
function foldedSegment(name: string, longest: number): string {
  const folded = name
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1-$2')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, longest)
    .replaceAll(/^-+|-+$/g, '');
  return folded === '' ? 't' : folded;
}

function countOf(segments: Iterable<string | null>): ReadonlyMap<string | null, number> {
  const counts = new Map<string | null, number>();
  for (const segment of segments) counts.set(segment, (counts.get(segment) ?? 0) + 1);
  return counts;
}
