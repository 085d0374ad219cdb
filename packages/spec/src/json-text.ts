import { canonicalJson } from './canonical-json.ts';
import { WcpError } from './error.ts';

/**
 * Reads a JSON text as I-JSON asks (RFC 7493): a name that occurs twice in one object, a lone
 * surrogate, a number too great for a double or a byte order mark is refused, where `JSON.parse`
 * would quietly keep one of two members.
 *
 * @throws {WcpError} `ERR_WCP_CANONICAL_JSON`
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
    throw new WcpError('ERR_WCP_CANONICAL_JSON', `The name ${JSON.stringify(twice)} occurs twice in one object.`);
  }
  canonicalJson(value);
  return value;
}

const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]/g;

/** The first name that a syntactically correct text gives twice in one object, or null. */
function duplicateName(text: string): string | null {
  const open: (Set<string> | null)[] = [];
  let name: string | null = null;
  for (const [token] of text.matchAll(TOKEN)) {
    const names = open.at(-1);
    if (token === '{') open.push(new Set());
    else if (token === '[') open.push(null);
    else if (token === '}' || token === ']') open.pop();
    else if (token === ':' && name !== null && names) {
      if (names.has(name)) return name;
      names.add(name);
    }
    name = token.startsWith('"') ? (JSON.parse(token) as string) : null;
  }
  return null;
}
