import type { Finding, Parsed } from '../../base/finding.ts';
import { normaliseHash, type Sha256, sha256 } from '../../base/hash.ts';
import { authorityOf } from '../../id/id.ts';
import { canonicalJson } from '../../json/canonical-json.ts';
import { type RegistryRecord, RegistryRecordSchema } from '../schema/record.ts';
import { parseDocument } from './parse-document.ts';

/**
 * The hash that a registry record carries as `artifact_hash`: SHA-256 of its canonical JSON without
 * that member (section 4.2).
 *
 * @throws {WcpError} `ERR_WCP_CANONICAL_JSON` where the record has no canonical JSON
 * @example
 * import { recordHash } from '@wcp/spec';
 *
 * const record = { worker_id: 'org.acme.summarizer', risk_tier: 'low' };
 * const enrolled = { ...record, artifact_hash: recordHash(record) };
 */
export function recordHash(record: object): Sha256 {
  const { artifact_hash: _, ...content } = record as Record<string, unknown>;
  return sha256(canonicalJson(content));
}

/**
 * Reads a registry record (section 4.2). A record whose hash does not verify, whose owner is not its
 * worker's authority, or that another authority attested is not accepted.
 *
 * @example
 * import { parseRecord } from '@wcp/spec';
 *
 * const parsed = parseRecord({ worker_id: 'org.acme.summarizer' });
 * if (!parsed.ok) console.log(parsed.findings); // [{ path: '/artifact_hash', code: 'MISSING_MEMBER', … }, …]
 */
export function parseRecord(value: unknown): Parsed<RegistryRecord> {
  const parsed = parseDocument<RegistryRecord>(RegistryRecordSchema, value, (record, json) => [
    ...checkOwner(record),
    ...checkAttestor(record),
    ...checkHash(record, json),
  ]);
  return parsed.ok ? { ...parsed, value: normaliseRecord(parsed.value) } : parsed;
}

function checkOwner(record: RegistryRecord): Finding[] {
  const authority = authorityOf(record.worker_id);
  if (record.owner === undefined || record.owner === authority) return [];
  return [invalid('/owner', `The owner must be "${authority}", the authority of the worker_id.`)];
}

function checkAttestor(record: RegistryRecord): Finding[] {
  const attestor = record.attestation?.attested_by;
  const expected = `namespace-key@${authorityOf(record.worker_id)}`;
  if (attestor === undefined || attestor === expected) return [];
  return [invalid('/attestation/attested_by', `Only "${expected}" may attest this worker.`)];
}

function checkHash(record: RegistryRecord, written: unknown): Finding[] {
  if (normaliseHash(record.artifact_hash) === recordHash(written as object)) return [];
  return [
    invalid('/artifact_hash', 'The hash is not that of this record: it was changed after it was hashed.'),
  ];
}

function normaliseRecord(record: RegistryRecord): RegistryRecord {
  if (record.determinism !== 'non-deterministic') return record;
  return Object.assign(Object.create(null), record, { determinism: 'nondeterministic' });
}

function invalid(path: string, message: string): Finding {
  return { path, code: 'INVALID_VALUE', message };
}
