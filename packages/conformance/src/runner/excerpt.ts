import { escapeText } from '@wcp/spec/json';

const MAX_EXCERPT_LENGTH = 120;

/** The beginning of a port's text, safe to show: the port chooses every character of it. */
export function excerpt(text: string): string {
  const start = text.slice(0, MAX_EXCERPT_LENGTH).toWellFormed();
  return `"${escapeText(start)}${text.length > MAX_EXCERPT_LENGTH ? '…' : ''}"`;
}
