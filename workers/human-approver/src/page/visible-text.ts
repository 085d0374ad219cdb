/**
 * Characters that show nothing or change how others are shown: controls but for line feed and tab, what
 * turns the direction of writing, what has no width, lone surrogates, private characters.
 */
const UNSEEN = /[^\P{C}\n\t]|[\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;

/**
 * Writes every character that nobody would see as `\uXXXX`. The text is an attacker's.
 *
 * @example visibleText('abc\u202e') // 'abc\\u202e'
 */
export function visibleText(text: string): string {
  return text.replace(UNSEEN, (character) =>
    Array.from({ length: character.length }, (_, at) => escapeUnit(character.charCodeAt(at))).join(''),
  );
}

function escapeUnit(unit: number): string {
  return `\\u${unit.toString(16).padStart(4, '0')}`;
}
