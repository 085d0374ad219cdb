/** What is wrong with a value, and where (section 13, "Findings of an input"). */
export type FindingCode =
  | 'NOT_JSON'
  /** Of a text: an integer that would change on the way; no finding of an input. */
  | 'NUMBER_NOT_EXACT'
  | 'NOT_AN_OBJECT'
  | 'TOO_DEEP'
  | 'TOO_LARGE'
  | 'UNKNOWN_MEMBER'
  | 'MISSING_MEMBER'
  | 'INVALID_VALUE';

/** One thing wrong with a value. `path` is a JSON Pointer (RFC 6901) from the root of the value. */
export interface Finding {
  readonly path: string;
  readonly code: FindingCode;
  readonly message: string;
}

/** A remark of a document's reader beside the value: an `info` or a `warning` changes nothing. */
export interface Diagnostic {
  readonly level: 'error' | 'warning' | 'info';
  readonly code: string;
  readonly path: string;
  readonly message: string;
}

/** The result of a parse: the normalised value, or every finding at once. */
export type Parsed<T> =
  | { readonly ok: true; readonly value: T; readonly diagnostics: readonly Diagnostic[] }
  | { readonly ok: false; readonly findings: readonly Finding[] };

/** The path from the root of a value to a place in it: member names and indexes. */
export type Path = readonly (string | number)[];

/** Maximum findings of one value: an attacker does not choose how long an answer gets. */
export const MAX_FINDINGS = 100;
const MAX_COLLECTED = 1000;
const MAX_PATH_LENGTH = 1024;

/** Collects any number of findings and keeps the first hundred in their order. */
export class FindingList {
  #found: Finding[] = [];

  add(path: Path, code: FindingCode, message: string): void {
    this.#found.push({ path: jsonPointer(path), code, message });
    if (this.#found.length >= MAX_COLLECTED) this.#found = sortFindings(this.#found);
  }

  sorted(): Finding[] {
    return sortFindings(this.#found);
  }
}

/** The JSON Pointer of `path`; one that is too long is cut back to its nearest ancestor that fits. */
export function jsonPointer(path: Path): string {
  let pointer = '';
  for (const segment of path) {
    const room = MAX_PATH_LENGTH - pointer.length - 1;
    const next = escapeSegment(String(segment), room);
    if (next.length > room) return pointer;
    pointer += `/${next}`;
  }
  return pointer;
}

/** A segment that is too long is not escaped: an attacker's name of a megabyte may occur very often. */
function escapeSegment(segment: string, room: number): string {
  if (segment.length > room || !(segment.includes('~') || segment.includes('/'))) return segment;
  return segment.replaceAll('~', '~0').replaceAll('/', '~1');
}

/** Findings in their one order: by path, then code, by UTF-16 code units; each once, the first hundred. */
export function sortFindings(findings: readonly Finding[]): Finding[] {
  return [...findings].sort(byPathThenCode).filter(isFirstOfItsKind).slice(0, MAX_FINDINGS);
}

function isFirstOfItsKind(finding: Finding, index: number, sorted: readonly Finding[]): boolean {
  const before = sorted[index - 1];
  return before === undefined || byPathThenCode(before, finding) !== 0;
}

function byPathThenCode(a: Finding, b: Finding): number {
  return compareText(a.path, b.path) || compareText(a.code, b.code);
}

/**
 * Orders two strings by UTF-16 code units, as RFC 8785 orders keys.
 *
 * @example
 * import { compareText } from '@wcp/spec/json';
 *
 * ['b', 'a', 'B'].sort(compareText); // ['B', 'a', 'b']
 */
export function compareText(a: string, b: string): -1 | 0 | 1 {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
