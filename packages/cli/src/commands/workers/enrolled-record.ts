import { dirname, join } from 'node:path';
import type { SigningKey } from '@wcp/evidence';
import { attestRecord, MANIFEST_FILE } from '@wcp/evidence/package';
import { authorityOf, parseRecord, type RegistryRecord, recordHash } from '@wcp/spec';
import { usageError } from '../../base/cli-error.ts';
import { fileProblem } from '../../base/problem.ts';
import type { InputReader } from '../../input/input-reader.ts';
import type { JsonDocument } from '../../input/json-document.ts';
import { workerFiles } from '../../input/load-workers.ts';
import { inFolder, isThere } from '../../input/package-folder.ts';
import { attestMeaning } from '../../print/attest-meanings.ts';

/** What a record is enrolled with. */
export interface EnrolmentKeys {
  /** The authority's key, which signs the enrolment; its public half verifies the manifest. */
  readonly key: SigningKey | null;
  /** The key of manifests in the HMAC form. */
  readonly hmac_key: string | undefined;
}

/**
 * The record to enrol. Of a package that is enrolled with a key, it gets the attestation in its manifest, and a
 * record that does not state its own hash is sealed.
 *
 * @throws {CliError} with everything that is wrong with the files
 */
export async function loadEnrolledRecord(
  reader: InputReader,
  named: string,
  keys: EnrolmentKeys,
): Promise<JsonDocument> {
  const files = await workerFiles(reader, [named]);
  if (files.length > 1)
    throw usageError('This folder holds the records of several workers. Name one of them.');
  const [file = named] = files;
  const written = files.length === 0 ? null : await reader.json(file);
  const document = written === null ? null : sealed(written);
  const record = document === null ? null : reader.check(document, parseRecord);
  reader.throwErrors();
  const isPackage = file !== named;
  if (!isPackage || keys.key === null || record === null) return document as JsonDocument;
  return attested(reader, { dir: dirname(file), document: document as JsonDocument, key: keys.key, keys });
}

/** A record need not state its own hash where it is enrolled from. */
function sealed(document: JsonDocument): JsonDocument {
  const { value } = document;
  const isOpen = typeof value === 'object' && value !== null && !Array.isArray(value);
  if (!isOpen || Object.hasOwn(value, 'artifact_hash')) return document;
  try {
    return { ...document, value: { ...value, artifact_hash: recordHash(value) } };
  } catch {
    // Without canonical JSON it is no record: reported by its parser.
    return document;
  }
}

interface Package {
  readonly dir: string;
  readonly document: JsonDocument;
  readonly key: SigningKey;
  readonly keys: EnrolmentKeys;
}

async function attested(reader: InputReader, { dir, document, key, keys }: Package): Promise<JsonDocument> {
  // One that is there and unreadable is a problem: the worker would be enrolled without its attestation.
  if (!(await isThere(join(dir, MANIFEST_FILE)))) return document;
  const record = document.value as RegistryRecord;
  const authority_keys = { [authorityOf(record.worker_id) as string]: [key.publicKey] };
  const { hmac_key } = keys;
  const result = await inFolder(dir, () => attestRecord(dir, record, { authority_keys, hmac_key }));
  if (result.ok) return { ...document, value: result.record };
  const [finding] = result.findings;
  reader.add(fileProblem(dir, finding.code, attestMeaning(finding)));
  reader.throwErrors();
  return document;
}
