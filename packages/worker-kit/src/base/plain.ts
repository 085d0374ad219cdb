import type { Finding } from '@wcp/spec';
import { INPUT_DEPTH } from '@wcp/spec/input';
import { escapeText, nestingOf, readCanonical } from '@wcp/spec/json';

/** A value that was read once and copied, or why it has no JSON. */
export type Plain =
  | { readonly ok: true; readonly value: unknown; readonly text: string }
  | { readonly ok: false; readonly findings: readonly Finding[] };

/**
 * Reads any value once and returns a copy as plain JSON, with its canonical text. The depth is limited to that
 * of an input: a result may become the next worker's request.
 */
export function readPlain(value: unknown): Plain {
  const { text, findings } = readCanonical(value);
  if (findings.length > 0) return { ok: false, findings };
  if (nestingOf(text) > INPUT_DEPTH) {
    const message = `Nested deeper than ${INPUT_DEPTH} levels.`;
    return { ok: false, findings: [{ path: '', code: 'TOO_DEEP', message }] };
  }
  return { ok: true, value: JSON.parse(text), text };
}

const MAX_MESSAGE_LENGTH = 500;

/** A text from outside, safe for a message: escaped, well-formed, of limited length. */
export function messageText(text: unknown): string {
  return typeof text === 'string' ? escapeText(text.slice(0, MAX_MESSAGE_LENGTH).toWellFormed()) : '';
}
