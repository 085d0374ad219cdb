const UNSAFE = /[\\\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

/**
 * Makes an attacker's text safe to show: control characters, line separators and bidirectional
 * controls become `\uXXXX`, a backslash becomes two, so that different texts never look the same
 * (section 3).
 *
 * @example
 * import { escapeText } from '@wcp/spec/json';
 *
 * escapeText('a\nb'); // 'a\\u000ab'
 */
export function escapeText(text: string): string {
  UNSAFE.lastIndex = 0;
  return UNSAFE.test(text) ? text.replace(UNSAFE, escapeCharacter) : text;
}

function escapeCharacter(character: string): string {
  if (character === '\\') return '\\\\';
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** What some reader takes for the end of a line, and JSON allows in a string. */
const LINE_ENDS = /[\u0085\u2028\u2029]/g;

/**
 * A JSON text as one line for every reader: U+0085, U+2028 and U+2029, at which readers such as Node's `readline`
 * and Python's `splitlines` end a line, become escapes. They stand in strings alone, so the value stays the same.
 *
 * @example
 * import { lineOf } from '@wcp/spec/json';
 *
 * lineOf(JSON.stringify(['\u2028'])); // '["\\u2028"]'
 */
export function lineOf(json: string): string {
  LINE_ENDS.lastIndex = 0;
  return LINE_ENDS.test(json) ? json.replace(LINE_ENDS, escapeCharacter) : json;
}

/**
 * The length of `text` in UTF-8 bytes; a lone surrogate counts as U+FFFD, as every encoder writes it.
 *
 * @example
 * import { utf8Length } from '@wcp/spec/json';
 *
 * utf8Length('é😀'); // 6
 */
export function utf8Length(text: string): number {
  let length = 0;
  for (const character of text) length += bytesOf(character.codePointAt(0) as number);
  return length;
}

function bytesOf(codePoint: number): number {
  if (codePoint < 0x80) return 1;
  if (codePoint < 0x800) return 2;
  return codePoint < 0x10000 ? 3 : 4;
}
