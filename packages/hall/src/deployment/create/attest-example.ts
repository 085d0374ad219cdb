import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  buildManifest,
  generateSigningKey,
  packageHash,
  type SigningKey,
  signingKeyFromPem,
  signManifest,
  writeManifest,
} from '@wcp/evidence';
import { readRegularFile } from '@wcp/evidence/file';
import { attestRecord, MANIFEST_FILE } from '@wcp/evidence/package';
import { authorityOf, type RegistryRecord } from '@wcp/spec';
import type { HallWorker } from '../../hall/hall-options.ts';
import { enrolmentStatement } from '../../registry/authority-keys.ts';
import { LAYOUT, RECORD_FILE } from '../layout.ts';

const WORKER = 'workers/hello';
const OWNER_ONLY = 0o600;
/** What this module created is shorter, in bytes. */
const MAX_LENGTH = 65_536;

/**
 * Attests the worker of a new example with a key of its own authority, as whoever writes a worker would.
 *
 * @returns the files that were created, relative to the folder
 */
export async function attestExample(dir: string): Promise<string[]> {
  const key = generateSigningKey();
  const worker = join(dir, WORKER);
  const { worker_id, worker_species_id } = await readRecord(worker);
  const now = new Date().toISOString();
  const manifest = buildManifest({
    worker_id,
    worker_species_id,
    worker_version: '1.0.0',
    package_hash: await packageHash(worker),
    built_at_utc: now,
    attested_at_utc: now,
    build_source: 'local',
  });
  await writeFile(join(dir, LAYOUT.exampleKey), key.exportPrivatePem(), { flag: 'wx', mode: OWNER_ONLY });
  await writeManifest(worker, signManifest(manifest, key));
  await chmod(join(worker, MANIFEST_FILE), OWNER_ONLY);
  return [`${WORKER}/${MANIFEST_FILE}`, LAYOUT.exampleKey];
}

/** How the worker of a new example is enrolled: with its attestation, and signed. */
export interface ExampleEnrolment extends Required<Pick<HallWorker, 'record' | 'signature'>> {
  readonly authority: string;
  readonly public_key: string;
}

/** The enrolment of the example's worker; null in a folder of another kind, or where its code was changed since. */
export async function enrolExample(dir: string, audience: string): Promise<ExampleEnrolment | null> {
  try {
    const key = signingKeyFromPem(await readText(join(dir, LAYOUT.exampleKey)));
    const worker = join(dir, WORKER);
    const written = await readRecord(worker);
    const authority = authorityOf(written.worker_id) as string;
    const authority_keys = { [authority]: [key.publicKey] };
    const attested = await attestRecord(worker, written, { authority_keys });
    if (!attested.ok) return null;
    const { record } = attested;
    return { record, signature: signatureOf(record, audience, key), authority, public_key: key.publicKey };
  } catch {
    // Without its key or its files it is enrolled like any other worker, and without an attestation.
    return null;
  }
}

function signatureOf(record: RegistryRecord, audience: string, key: SigningKey) {
  const signed_at = new Date().toISOString();
  const signature = key.sign(enrolmentStatement(record, audience, signed_at)).toString('base64');
  return { signing_key_id: key.keyId, signed_at, signature };
}

async function readRecord(worker: string): Promise<RegistryRecord> {
  return JSON.parse(await readText(join(worker, RECORD_FILE))) as RegistryRecord;
}

async function readText(file: string): Promise<string> {
  return (await readRegularFile(file, MAX_LENGTH)).toString('utf8');
}
