import type { Finding } from '../../base/finding.ts';
import { readCanonical } from '../../json/canonical-json.ts';

/**
 * A value after its one reading: plain JSON that no one else holds, and its canonical text. The
 * parsers of this package accept it as it is, so that a compiler which needs both the digest and the
 * content of a document reads it once.
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
  /** A private member can be neither forged nor trapped by a proxy, as a prototype can. */
  readonly #isRead: boolean;

  private constructor(text: string) {
    this.text = text;
    this.json = JSON.parse(text);
    this.#isRead = true;
  }

  /** Reads any value safely; what is not JSON gives every finding (section 13). */
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
