import { escapeText } from '@wcp/spec';

const LONGEST_EXCERPT = 120;

/** The beginning of a port's text, safe to show: the port chooses every character of it. */
export function excerpt(text: string): string {
  const start = text.slice(0, LONGEST_EXCERPT).toWellFormed();
  return `"${escapeText(start)}${text.length > LONGEST_EXCERPT ? '…' : ''}"`;
}
