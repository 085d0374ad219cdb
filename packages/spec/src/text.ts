// biome-ignore lint/suspicious/noMisleadingCharacterClass: single code points, listed on purpose
const UNSAFE =
  /[\\\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

/**
 * Makes an attacker's text safe to show: control characters, line separators and bidirectional
 * controls become `\uXXXX`, a backslash becomes two, so that different texts never look the same
 * (section 3).
 *
 * @example escapeText('a\nb') // 'a\\u000ab'
 */
export function escapeText(text: string): string {
  UNSAFE.lastIndex = 0;
  return UNSAFE.test(text) ? text.replace(UNSAFE, escapeCharacter) : text;
}

function escapeCharacter(character: string): string {
  if (character === '\\') return '\\\\';
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** The length of `text` in UTF-8 bytes. */
export function utf8Length(text: string): number {
  let length = text.length;
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    if (unit < 0x80) continue;
    if (unit < 0x800) length += 1;
    else if (unit >= 0xd800 && unit <= 0xdfff) length += 1;
    else length += 2;
  }
  return length;
}
