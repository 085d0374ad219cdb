/** A part of the document: from `start` to `end`, exclusive, in UTF-16 code units. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

const SPACE = /\s/;
/** A character that joins the one before it, even a space, to one grapheme. */
const EXTENDS = /^[\p{M}\p{Grapheme_Extend}\p{Emoji_Modifier}\u200d]/u;
/** More white space before a line is not indentation but a waste of tokens. */
const MAX_INDENT = 40;

/**
 * A span without the white space at its ends, but with the indentation of its first line; null when
 * nothing else is left.
 */
export function trimmed(text: string, { start, end }: Span): Span | null {
  const from = skipSpace(text, start);
  if (from >= end) return null;
  let to = end;
  while (isSpace(text, to - 1)) to -= 1;
  if (from > start && isJoined(text, from)) return { start: from - 1, end: to };
  return { start: indentStart(text, start, from), end: to };
}

/** Whether the code unit at a place is white space. */
export function isSpace(text: string, at: number): boolean {
  return SPACE.test(text.charAt(at));
}

/** The first place from a given one on that is not white space. */
export function skipSpace(text: string, start: number): number {
  let at = start;
  while (isSpace(text, at)) at += 1;
  return at;
}

function isJoined(text: string, at: number): boolean {
  return EXTENDS.test(text.slice(at, at + 2)) && !/[\r\n]/.test(text.charAt(at - 1));
}

function indentStart(text: string, start: number, from: number): number {
  let at = from;
  while (at > start && /[ \t]/.test(text.charAt(at - 1))) at -= 1;
  const isLine = at === 0 || /[\r\n]/.test(text.charAt(at - 1));
  return isLine && from - at <= MAX_INDENT ? at : from;
}
