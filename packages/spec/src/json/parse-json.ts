import { WcpError } from '../base/error.ts';
import { escapeText } from '../base/text.ts';
import { canonicalJson } from './canonical-json.ts';

/**
 * Reads a JSON text as I-JSON requires (RFC 7493): a name that occurs twice in one object, a lone
 * surrogate, a number too great for a double or a byte order mark is refused, where `JSON.parse`
 * would silently keep one of two members.
 *
 * @throws {WcpError} `ERR_WCP_CANONICAL_JSON`
 * @example
 * import { parseJson } from '@wcp/spec/json';
 *
 * parseJson('{"a": 1}'); // { a: 1 }
 * try {
 *   parseJson('{"a": 1, "\\u0061": 2}');
 * } catch (error) {
 *   console.error(error); // The name "a" occurs twice in one object.
 * }
 */
export function parseJson(text: string): unknown {
  const value = parseUniqueJson(text);
  canonicalJson(value);
  return value;
}

/**
 * Reads a JSON text and refuses only a name that occurs twice in one object: for a text whose value goes
 * to `decide`, which judges everything else. As fast as `JSON.parse` where nothing is wrong.
 *
 * @throws {WcpError} `ERR_WCP_CANONICAL_JSON`
 * @example
 * import { parseUniqueJson } from '@wcp/spec/json';
 *
 * parseUniqueJson('{"a": 1e999}'); // { a: Infinity }, which decide denies
 */
export function parseUniqueJson(text: string): unknown {
  let value: unknown;
  if (text.startsWith(BYTE_ORDER_MARK)) {
    const message = 'The text begins with a byte order mark. Save it as UTF-8 without one.';
    throw new WcpError('ERR_WCP_CANONICAL_JSON', message);
  }
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new WcpError('ERR_WCP_CANONICAL_JSON', 'The text is not JSON.', { cause });
  }
  if (colonsIn(text) === membersIn(value)) return value;
  const twice = duplicateName(text) as string;
  throw new WcpError('ERR_WCP_CANONICAL_JSON', `The name "${escapeText(twice)}" occurs twice in one object.`);
}

/** Editors and shells of some systems write it before a text; nobody sees it, so it is named. */
const BYTE_ORDER_MARK = '\ufeff';
const QUOTE = 0x22;
const COLON = 0x3a;
const BACKSLASH = 0x5c;
/** The closing character is two code points further. */
const BRACKET = 0x5b;
const BRACE = 0x7b;

/** How many members a syntactically correct text writes: each has a colon outside of a string. */
function colonsIn(text: string): number {
  let colons = 0;
  scan(text, (character) => {
    if (character === COLON) colons += 1;
  });
  return colons;
}

/** Visits every character of a JSON text outside of its strings. */
function scan(text: string, visit: (character: number) => void): void {
  let isInString = false;
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charCodeAt(at);
    if (character === QUOTE) isInString = !isInString;
    else if (!isInString) visit(character);
    else if (character === BACKSLASH) at += 1;
  }
}

/** How many members a value has, at any depth: fewer than its text wrote where one replaced another. */
function membersIn(value: unknown): number {
  let members = 0;
  const waiting: unknown[] = [value];
  for (let next = waiting.pop(); waiting.length > 0 || next !== undefined; next = waiting.pop()) {
    if (typeof next !== 'object' || next === null) continue;
    const values = Object.values(next);
    if (!Array.isArray(next)) members += values.length;
    for (const inner of values) if (typeof inner === 'object' && inner !== null) waiting.push(inner);
  }
  return members;
}

/** The first name that a syntactically correct text gives twice in one object. */
function duplicateName(text: string): string | undefined {
  const open: Set<string>[] = [];
  let literal = '';
  let twice: string | undefined;
  for (let at = 0; at < text.length && twice === undefined; at += 1) {
    const character = text[at];
    if (character === '"') {
      literal = literalAt(text, at);
      at += literal.length - 1;
    } else if (character === '{') open.push(new Set());
    else if (character === '}') open.pop();
    else if (character === ':' && !isNew(open, JSON.parse(literal))) twice = JSON.parse(literal);
  }
  return twice;
}

/** The string literal that begins at `start`, with its quotes. */
function literalAt(text: string, start: number): string {
  let end = start + 1;
  while (text[end] !== '"') end += text[end] === '\\' ? 2 : 1;
  return text.slice(start, end + 1);
}

/** Adds a name to the innermost open object; false where it has that name already. */
function isNew(open: readonly Set<string>[], name: string): boolean {
  const names = open.at(-1) as Set<string>;
  return names.size < names.add(name).size;
}

/**
 * How many containers of a syntactically correct JSON text are inside each other at most; for a text of
 * any length.
 *
 * @example
 * import { nestingOf } from '@wcp/spec/json';
 *
 * nestingOf('{"a":["[[["]}'); // 2
 */
export function nestingOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  scan(text, (character) => {
    if (character === BRACKET || character === BRACE) {
      depth += 1;
      deepest = Math.max(deepest, depth);
    } else if (character === BRACKET + 2 || character === BRACE + 2) depth -= 1;
  });
  return deepest;
}
