import { canonicalJson } from './canonical-json.ts';
import { WcpError } from './error.ts';
import { escapeText } from './text.ts';

/**
 * Reads a JSON text as I-JSON asks (RFC 7493): a name that occurs twice in one object, a lone
 * surrogate, a number too great for a double or a byte order mark is refused, where `JSON.parse`
 * would quietly keep one of two members.
 *
 * @throws {WcpError} `ERR_WCP_CANONICAL_JSON`
 * @example parseJson('{"a": 1, "\\u0061": 2}') // throws: the name "a" occurs twice
 */
export function parseJson(text: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new WcpError('ERR_WCP_CANONICAL_JSON', 'The text is not JSON.', { cause });
  }
  const twice = duplicateName(text);
  if (twice !== null) {
    throw new WcpError(
      'ERR_WCP_CANONICAL_JSON',
      `The name "${escapeText(twice)}" occurs twice in one object.`,
    );
  }
  canonicalJson(value);
  return value;
}

/** The first name that a syntactically correct text gives twice in one object, or null. */
function duplicateName(text: string): string | null {
  const open: Set<string>[] = [];
  let literal = '';
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (character === '"') {
      literal = literalAt(text, at);
      at += literal.length - 1;
    } else if (character === '{') open.push(new Set());
    else if (character === '}') open.pop();
    else if (character === ':' && !isNew(open, JSON.parse(literal))) return JSON.parse(literal);
  }
  return null;
}

/** The string literal that begins at `start`, with its quotes. */
function literalAt(text: string, start: number): string {
  let end = start + 1;
  while (text[end] !== '"') end += text[end] === '\\' ? 2 : 1;
  return text.slice(start, end + 1);
}

/** Notes a name of the innermost open object; false where it has that name already. */
function isNew(open: readonly Set<string>[], name: string): boolean {
  const names = open.at(-1) as Set<string>;
  return names.size < names.add(name).size;
}
