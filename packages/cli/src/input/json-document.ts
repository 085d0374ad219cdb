import type { Finding } from '@wcp/spec';
import {
  exceededLimit,
  FOREIGN_TEXT_LIMITS,
  inexactNumber,
  parseUniqueJson,
  readCanonical,
} from '@wcp/spec/json';
import jsonc, { type Node, type ParseError } from 'jsonc-parser';
import type { Place, Problem } from '../base/problem.ts';
import { byteOrderMarkProblem, hasByteOrderMark } from './byte-order-mark.ts';
import { findDuplicates, nodeAt } from './json-tree.ts';

/** A JSON file with the places of its parts. */
export interface JsonDocument {
  readonly file: string;
  /** The value; null if the text is not JSON. */
  readonly value: unknown;
  /** Why the text is not JSON; empty if it is. */
  readonly problems: readonly Problem[];
  /** The place of a part or, if it is absent, of the nearest part around it. */
  placeOf(pointer: string, code?: string): Place | null;
}

/** Strict JSON: no comments, no trailing commas, not empty. */
const STRICT = { disallowComments: true, allowTrailingComma: false, allowEmptyContent: false };

/** What is wrong at a place, by the parser's code. */
const SYNTAX: Readonly<Record<number, string>> = {
  1: 'This is not a JSON value.',
  2: 'This is not a valid number.',
  3: 'Expected a member name in double quotes. Is there an extra comma before it?',
  4: 'Expected a value.',
  5: 'Expected a colon after the member name.',
  6: 'Expected a comma between two members or values.',
  7: 'Expected a closing brace }.',
  8: 'Expected a closing bracket ].',
  9: 'Expected the end of the file: a file holds one document.',
  10: 'JSON does not allow comments.',
  12: 'This string has no closing quote.',
  13: 'This number is cut off.',
  14: 'This \\u escape is not four hexadecimal digits.',
  15: 'This escape is not allowed in a JSON string.',
  16: 'Control characters in a string must be escaped, for example as \\n.',
};
const MAX_SYNTAX_ERRORS = 50;

/**
 * Reads a text as strict JSON (I-JSON: no duplicate names in an object), with every mistake and its place.
 *
 * @param firstLine the line of the file on which the text begins, from 1
 */
export function readJsonDocument(file: string, text: string, firstLine = 1): JsonDocument {
  if (hasByteOrderMark(text)) return broken(file, [byteOrderMarkProblem(file, firstLine)]);
  // Judged before anything is built: a tree of millions of values takes the memory of a machine.
  const exceeded = exceededLimit(text, FOREIGN_TEXT_LIMITS);
  if (exceeded !== null) return broken(file, [problem(file, null, '', exceeded.code, exceeded.message)]);
  return readSound(file, text, firstLine) ?? readWithPlaces(file, text, firstLine);
}

/** A text with nothing wrong, its tree built only where a place is asked for; null for any other. */
function readSound(file: string, text: string, firstLine: number): JsonDocument | null {
  let value: unknown;
  try {
    value = parseUniqueJson(text);
  } catch {
    return null;
  }
  if (inexactNumber(text) !== null || readCanonical(value).findings.length > 0) return null;
  let read: JsonDocument | undefined;
  const placeOf: JsonDocument['placeOf'] = (pointer, code) => {
    read ??= readWithPlaces(file, text, firstLine);
    return read.placeOf(pointer, code);
  };
  return { file, value, problems: [], placeOf };
}

function readWithPlaces(file: string, text: string, firstLine: number): JsonDocument {
  const placeOf = shifted(placesOf(text), firstLine);
  const errors: ParseError[] = [];
  let tree: Node | undefined;
  try {
    tree = jsonc.parseTree(text, errors, STRICT);
  } catch {
    return broken(file, [problem(file, null, '', 'TOO_DEEP', 'This is nested too deeply.')]);
  }
  if (errors.length > 0) return broken(file, syntaxProblems(file, errors, placeOf));
  return readTree(file, text, tree, placeOf);
}

type PlaceOf = (offset: number) => Place;

function readTree(file: string, text: string, tree: Node | undefined, placeOf: PlaceOf): JsonDocument {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return broken(file, [problem(file, placeOf(0), '', 'NOT_JSON', 'This is not JSON.')]);
  }
  const locate = (pointer: string, code?: string) => {
    const node = nodeAt(tree, pointer, code === 'UNKNOWN_MEMBER');
    return node === undefined ? null : placeOf(node.offset);
  };
  const duplicates = findDuplicates(tree).map(({ pointer, offset }) =>
    problem(file, placeOf(offset), pointer, 'DUPLICATE_MEMBER', 'This name occurs twice in the object.'),
  );
  const invalid = readCanonical(value).findings.map((finding) => findingProblem(file, finding, locate));
  const inexact = inexactNumber(text);
  const changed = inexact === null ? [] : [findingProblem(file, inexact, locate)];
  return { file, value, problems: [...duplicates, ...invalid, ...changed], placeOf: locate };
}

function broken(file: string, problems: readonly Problem[]): JsonDocument {
  return { file, value: null, problems, placeOf: () => null };
}

function shifted(placeOf: PlaceOf, firstLine: number): PlaceOf {
  return (offset) => {
    const { line, column } = placeOf(offset);
    return { line: line + firstLine - 1, column };
  };
}

/** The parser may report several errors at one place; the first is the mistake. */
function syntaxProblems(file: string, errors: readonly ParseError[], placeOf: PlaceOf): Problem[] {
  const first = errors.filter(
    ({ offset }, index) => errors.findIndex((other) => other.offset === offset) === index,
  );
  return first
    .slice(0, MAX_SYNTAX_ERRORS)
    .map(({ error, offset }) =>
      problem(file, placeOf(offset), null, 'NOT_JSON', SYNTAX[error] ?? 'This is not JSON.'),
    );
}

/** A finding of a document's reader, at its place in the file. */
export function findingProblem(
  file: string,
  { path, code, message }: Pick<Finding, 'path' | 'message'> & { readonly code: string },
  placeOf: JsonDocument['placeOf'],
  level: Problem['level'] = 'error',
): Problem {
  return { level, file, place: placeOf(path, code), path, code, message };
}

function problem(
  file: string,
  place: Place | null,
  path: string | null,
  code: string,
  message: string,
): Problem {
  return { level: 'error', file, place, path, code, message };
}

/** Returns a function that turns an offset in `text` into its line and column, both from 1. */
function placesOf(text: string): (offset: number) => Place {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return (offset) => {
    let [low, high] = [0, starts.length - 1];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - (starts[low] ?? 0) + 1 };
  };
}
