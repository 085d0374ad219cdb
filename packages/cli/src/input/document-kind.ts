import { parseBanList } from '@wcp/evidence/ban-list';
import {
  type Parsed,
  parseFacts,
  parseHallConfig,
  parseRecord,
  parseRouteInput,
  parseRules,
} from '@wcp/spec';
import { HallConfigSchema, parseDocument, SCHEMAS } from '@wcp/spec/document';

/** The kinds of document that can be validated, by the names of their schemas. */
export const DOCUMENT_KINDS: readonly string[] = Object.keys(SCHEMAS);

type Reader = (value: unknown) => Parsed<unknown>;

/** The kinds that say more about a document than their schema can. */
const READERS: Readonly<Record<string, Reader>> = {
  'route-input': parseRouteInput,
  rules: parseRules,
  'registry-record': parseRecord,
  'hall-config': parseHallConfig,
  facts: parseFacts,
  'ban-list': parseBanList,
};

/** The reader of a kind of document; every one of them reads by the published JSON Schema. */
export function readerOf(kind: string): Reader {
  return READERS[kind] ?? ((value) => parseDocument(SCHEMAS[kind] ?? {}, value));
}

/** By kind, members that only such a document has; the first row that fits decides. */
const TELLTALE_MEMBERS: readonly (readonly [kind: string, ...members: readonly string[]])[] = [
  ['receipt-statement', '_type', 'predicateType'],
  ['receipt', 'receipt_id'],
  ['receipt', 'receipt_hash'],
  ['route-decision', 'outcome', 'matched_rule_id'],
  ['telemetry-event', 'event_id'],
  ['ban-list', 'max_age_seconds'],
  ['code-attestation', 'nonce', 'code_hash'],
  ['code-attestation-request', 'nonce', 'audience'],
  ['manifest', 'schema_version'],
  ['manifest', 'package_hash'],
  ['worker-result', 'status', 'telemetry'],
  ['worker-context', 'deadline'],
  ['registry-record', 'worker_id'],
  ['registry-record', 'worker_species_id'],
  ['rules', 'rules'],
  ['rules', 'rule_id'],
  ['rules', 'match'],
  ['facts', 'now'],
  ['facts', 'chain'],
  ['facts', 'banned_hashes'],
  ['route-input', 'capability_id'],
  ['route-input', 'tenant_id'],
  ['route-input', 'qos_class'],
];

/** The kind of document that a value, or the first item of a list, seems to be; null if nothing tells. */
export function guessKind(value: unknown): string | null {
  if (Array.isArray(value)) return value.length === 0 ? 'rules' : guessKind(value[0]);
  if (typeof value !== 'object' || value === null) return null;
  const row = TELLTALE_MEMBERS.find(([, ...members]) => members.every((name) => Object.hasOwn(value, name)));
  if (row !== undefined) return row[0];
  const settings = Object.keys(HallConfigSchema.properties);
  return Object.keys(value).some((name) => settings.includes(name)) ? 'hall-config' : null;
}
