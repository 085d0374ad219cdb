/** The text of a policy and where it begins. */
export interface PlacedText {
  readonly text: string;
  /** From 1. */
  readonly line: number;
}

/** Strings and comments of Cedar: a comment may hold what looks like a policy. */
const STRING_OR_COMMENT = /"(?:[^"\\]|\\.)*"|\/\/[^\n]*/gs;

/**
 * Finds the policies of a file in it: the engine gives their texts, and not their places.
 *
 * @param parts in the order in which they stand in the file
 */
export function placeParts(file: string, parts: readonly string[]): PlacedText[] {
  const code = blankComments(file);
  let from = 0;
  let line = 1;
  let counted = 0;
  return parts.map((text) => {
    const at = Math.max(code.indexOf(blankComments(text), from), from);
    line += lineAt(file.slice(counted, at), at) - 1;
    counted = at;
    from = at + text.length;
    return { text, line };
  });
}

function blankComments(text: string): string {
  return text.replace(STRING_OR_COMMENT, (found) =>
    found.startsWith('//') ? ' '.repeat(found.length) : found,
  );
}

/**
 * The parts of a policy set in the order of the file. The engine sorts them by names that it gives them, `policy0`,
 * `policy1`, `policy10`, `policy2`.
 */
export function inFileOrder(parts: readonly string[]): string[] {
  const names = parts.map((_, index) => ({ index, name: `policy${index}` }));
  const sorted = names.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const ordered = new Array<string>(parts.length);
  for (const [place, { index }] of sorted.entries()) ordered[index] = parts[place] ?? '';
  return ordered;
}

/** The line of a place in a text, from 1. */
function lineAt(text: string, index: number): number {
  return text.slice(0, index).split('\n').length;
}

/** The line of a place that the engine gave, in bytes of UTF-8. */
export function lineAtByte(text: string, offset: number): number {
  return Buffer.from(text).subarray(0, offset).toString().split('\n').length;
}

/** How deep brackets may be nested: the engine's stack ends somewhat beyond that. */
export const MAX_NESTING = 100;

/** The line on which brackets are nested too deep, those in strings and comments not counted; null where none are. */
export function tooDeepAt(text: string): number | null {
  const code = text.replace(STRING_OR_COMMENT, (found) => ' '.repeat(found.length));
  let depth = 0;
  for (const { 0: bracket, index } of code.matchAll(/[()[\]{}]/g)) {
    depth += '([{'.includes(bracket) ? 1 : -1;
    if (depth > MAX_NESTING) return lineAt(text, index);
  }
  return null;
}
