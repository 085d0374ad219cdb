import { escapeText } from '@wcp/spec/json';

/** The length of a quoted value, in characters. */
export const MAX_QUOTE_LENGTH = 300;
/** What could control a terminal or hide in a text: controls, formats, separators, and half a surrogate pair. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/** A JSON value as the beginning of its JSON text, safe to show: a port chooses every character of it. */
export function quoted(value: unknown): string {
  return visible(cut(JSON.stringify(value) ?? 'nothing', MAX_QUOTE_LENGTH));
}

/**
 * The beginning of a text, and a sign that it goes on. It is a copy: a slice would keep the whole text in memory, and
 * a port may answer with megabytes to each of thousands of cases.
 */
export function cut(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length).split('').join('').toWellFormed()}…` : text;
}

/**
 * A text in which every character is seen: controls, direction marks and the like become `\uXXXX`. Unlike
 * `escapeText` it leaves a backslash alone, because a JSON text has doubled it already.
 */
export function visible(text: string): string {
  return text.replaceAll(UNSEEN, (character) =>
    Array.from({ length: character.length }, (_, at) => codeUnit(character, at)).join(''),
  );
}

function codeUnit(character: string, at: number): string {
  return `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`;
}

const MAX_EXCERPT_LENGTH = 120;

/** The beginning of a port's text in quotes, safe to show. */
export function excerpt(text: string): string {
  return `"${visible(escapeText(cut(text, MAX_EXCERPT_LENGTH).toWellFormed()))}"`;
}
