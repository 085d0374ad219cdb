const RAW = /[\u0000\u0001]/g;
const ESCAPED = /\u0001([\u0001\u0002])/g;

/**
 * A text as PostgreSQL keeps it, which has no U+0000: U+0001 stands before what replaces it and itself, so that no two
 * texts become one, and their order stays what it was.
 */
export function encodeText(text: string): string {
  return text.replace(RAW, (sign) => (sign === '\u0000' ? '\u0001\u0001' : '\u0001\u0002'));
}

/** What was encoded. */
export function decodeText(text: string): string {
  return text.includes('\u0001')
    ? text.replace(ESCAPED, (_, sign) => (sign === '\u0001' ? '\u0000' : '\u0001'))
    : text;
}
