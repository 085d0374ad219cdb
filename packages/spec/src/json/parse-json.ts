import { WcpError } from '../base/error.ts';
import { escapeText } from '../base/text.ts';
import { canonicalJson } from './canonical-json.ts';
import { scanText, type TextLimits } from './text-limits.ts';

/**
 * Reads a JSON text as I-JSON requires (RFC 7493): a name that occurs twice in one object, a lone
 * surrogate, a number too great for a double or a byte order mark is refused, where `JSON.parse`
 * would silently keep one of two members. Depth and number of values are judged before a tree is built.
 *
 * @param limits for a text that somebody else sent: {@link FOREIGN_TEXT_LIMITS} (default: 10,000 levels)
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
export function parseJson(text: string, limits?: TextLimits): unknown {
  const { value, deepest } = readUnique(text, limits);
  if (deepest > MAX_UNCHECKED_DEPTH || SUSPICIOUS.test(text) || !text.isWellFormed()) canonicalJson(value);
  return value;
}

/** Levels that canonical JSON certainly follows. */
const MAX_UNCHECKED_DEPTH = 500;
/**
 * What a text has that holds a lone surrogate as an escape, or a number too great for a double: one with fewer
 * than 100 digits in a row and no exponent of three digits is less than 1e200.
 */
const SUSPICIOUS = /\\u[dD][89a-fA-F]|[0-9][eE]\+?[0-9]{3}|[0-9]{100}/;

/**
 * Reads a JSON text and refuses only a name that occurs twice in one object: for a text whose value goes
 * to `decide`, which judges everything else. As fast as `JSON.parse` where nothing is wrong.
 *
 * @param limits as for {@link parseJson}
 * @throws {WcpError} `ERR_WCP_CANONICAL_JSON`
 * @example
 * import { parseUniqueJson } from '@wcp/spec/json';
 *
 * parseUniqueJson('{"a": 1e999}'); // { a: Infinity }, which decide denies
 */
export function parseUniqueJson(text: string, limits?: TextLimits): unknown {
  return readUnique(text, limits).value;
}

function readUnique(
  text: string,
  limits?: TextLimits,
): { readonly value: unknown; readonly deepest: number } {
  if (text.startsWith(BYTE_ORDER_MARK)) {
    const message = 'The text begins with a byte order mark. Save it as UTF-8 without one.';
    throw new WcpError('ERR_WCP_CANONICAL_JSON', message);
  }
  const { colons, deepest, finding } = scanText(text, limits);
  if (finding !== null) throw new WcpError('ERR_WCP_CANONICAL_JSON', finding.message);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new WcpError('ERR_WCP_CANONICAL_JSON', 'The text is not JSON.', { cause });
  }
  if (colons === membersIn(value)) return { value, deepest };
  const twice = duplicateName(text) as string;
  throw new WcpError('ERR_WCP_CANONICAL_JSON', `The name "${escapeText(twice)}" occurs twice in one object.`);
}

/** Editors and shells of some systems write it before a text; nobody sees it, so it is named. */
const BYTE_ORDER_MARK = '\ufeff';

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
