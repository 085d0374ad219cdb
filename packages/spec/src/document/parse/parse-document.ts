import type { TSchema } from 'typebox';
import { type Finding, type Parsed, sortFindings } from '../../base/finding.ts';
import { JsonDocument } from './json-document.ts';
import { readSchema } from './schema-reader.ts';

/** What a document's own parser finds beyond its schema; `json` is the document as written. */
type SemanticCheck<T> = (value: T, json: unknown) => readonly Finding[];

const nothing = (): readonly Finding[] => [];

/**
 * Reads any value as a document: once and safely as JSON, then against its schema, then against
 * what no schema can say. Everything that is wrong is found in one go.
 *
 * @example
 * import type { Receipt } from '@wcp/spec';
 * import { parseDocument, ReceiptSchema } from '@wcp/spec/document';
 *
 * const parsed = parseDocument<Receipt>(ReceiptSchema, { kind: 'decision' });
 * if (!parsed.ok) console.log(parsed.findings); // [{ path: '/artifact_hash', code: 'MISSING_MEMBER', … }, …]
 */
export function parseDocument<T>(
  schema: TSchema,
  value: unknown,
  check: SemanticCheck<T> = nothing,
): Parsed<T> {
  const read = JsonDocument.read(value);
  if (!read.ok) return { ok: false, findings: sortFindings(read.findings) };
  const { json } = read.document;
  const reading = readSchema(schema, json);
  const wrong = reading.findings.length > 0 ? reading.findings : check(reading.value as T, json);
  if (wrong.length > 0) return { ok: false, findings: sortFindings(wrong) };
  return { ok: true, value: reading.value as T, diagnostics: reading.diagnostics };
}
