import { canonicalJson } from './canonical-json.ts';

/** Text that JSON writes without escapes. */
const PLAIN = /^[\x20\x21\x23-\x5b\x5d-\x7e]*$/;

/**
 * The canonical JSON of plain data that this program made itself: the text of `canonicalJson`, without
 * its guards against getters, proxies and circles, which such data does not have.
 *
 * @throws {WcpError} `ERR_WCP_CANONICAL_JSON` for a lone surrogate or a number that is not finite
 */
export function writePlain(value: unknown): string {
  if (typeof value === 'string') return PLAIN.test(value) ? `"${value}"` : canonicalJson(value);
  if (typeof value !== 'object' || value === null) return writeScalar(value);
  return Array.isArray(value) ? writeList(value) : writeObject(value as Readonly<Record<string, unknown>>);
}

function writeScalar(value: unknown): string {
  return value === null || typeof value === 'boolean' || Number.isSafeInteger(value)
    ? JSON.stringify(value)
    : canonicalJson(value);
}

function writeList(list: readonly unknown[]): string {
  if (list.length === 0) return '[]';
  let text = '';
  for (const item of list) text += text === '' ? writePlain(item) : `,${writePlain(item)}`;
  return `[${text}]`;
}

function writeObject(object: Readonly<Record<string, unknown>>): string {
  let text = '';
  for (const name of sortedNames(object)) {
    const member = `${writePlain(name)}:${writePlain(object[name])}`;
    text += text === '' ? member : `,${member}`;
  }
  return `{${text}}`;
}

/** What is sorted already, as most of what the engine makes, is not sorted again. */
function sortedNames(object: object): string[] {
  const names = Object.keys(object);
  for (let index = 1; index < names.length; index += 1) {
    if ((names[index - 1] as string) > (names[index] as string)) return names.sort();
  }
  return names;
}
