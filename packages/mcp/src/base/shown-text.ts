import { escapeText } from '@wcp/spec/json';

/**
 * An attacker's text for a human or a model to read: without control characters, line ends and bidirectional controls,
 * and no longer than `longest` characters.
 */
export function shownText(value: unknown, longest: number): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
  // An escape is six characters long, so no more than this of the text can be shown.
  const escaped = escapeText(text.slice(0, longest + 1).toWellFormed());
  return escaped.length > longest || text.length > longest ? `${escaped.slice(0, longest - 1)}…` : escaped;
}
