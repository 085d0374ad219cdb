import type { Finding } from '../../base/finding.ts';
import { readCanonical } from '../../json/canonical-json.ts';

/**
 * A value after its one reading: plain JSON that nobody else holds, and its canonical text. The
 * parsers of this package take it as it is, so that a compiler which needs a document's digest and
 * its content reads the document once.
 *
 * @example
 * import { parseRules } from '@wcp/spec';
 * import { JsonDocument } from '@wcp/spec/document';
 *
 * const read = JsonDocument.read([]);
 * if (read.ok) console.log(read.document.text, parseRules(read.document).ok); // [] true
 */
export class JsonDocument {
  readonly json: unknown;
  readonly text: string;
  /** What nobody can forge and no proxy can trap, as a prototype can be. */
  readonly #isRead: boolean;

  private constructor(text: string) {
    this.text = text;
    this.json = JSON.parse(text);
    this.#isRead = true;
  }

  /** Reads any value, safely; what is no JSON gives every finding (section 13). */
  static read(value: unknown): JsonReading {
    if (typeof value === 'object' && value !== null && #isRead in value) return { ok: true, document: value };
    const { text, findings } = readCanonical(value);
    return findings.length > 0 ? { ok: false, findings } : { ok: true, document: new JsonDocument(text) };
  }
}

/** A document, or what keeps a value from being one. */
export type JsonReading =
  | { readonly ok: true; readonly document: JsonDocument }
  | { readonly ok: false; readonly findings: readonly Finding[] };
