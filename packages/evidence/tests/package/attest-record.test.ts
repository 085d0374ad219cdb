import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseRecord, type RegistryRecord } from '@wcp/spec';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  buildManifest,
  generateSigningKey,
  packageHash,
  signManifest,
  writeManifest,
} from '../../src/index.ts';
import { attestRecord, signManifestHmac } from '../../src/package/index.ts';
import { key } from '../support.ts';

const record: Omit<RegistryRecord, 'artifact_hash'> = {
  worker_id: 'org.acme.doc-summarizer.prod-01',
  worker_species_id: 'wrk.doc.summarizer',
  capabilities: ['cap.doc.summarize'],
  risk_tier: 'low',
};
const keys = { authority_keys: { 'org.acme': [key.publicKey] } };

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'wcp-attest-record-'));
  writeFileSync(join(dir, 'worker.js'), 'export {};');
  writeFileSync(join(dir, 'registry_record.json'), JSON.stringify(record));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const manifestOf = async () =>
  buildManifest({
    worker_id: record.worker_id,
    worker_species_id: record.worker_species_id,
    worker_version: '1.0.0',
    package_hash: await packageHash(dir),
    built_at_utc: '2026-01-01T00:00:00Z',
    attested_at_utc: '2026-01-02T00:00:00Z',
    build_source: 'local',
  });

test('A record gets the hash that the signed manifest of its package attests, and is sealed.', async () => {
  await writeManifest(dir, signManifest(await manifestOf(), key));
  const attested = await attestRecord(dir, record, keys);
  expect(attested).toMatchObject({
    ok: true,
    record: {
      ...record,
      attestation: {
        code_hash: await packageHash(dir),
        hash_method: 'signed-manifest',
        attested_at: '2026-01-02T00:00:00Z',
        attested_by: 'namespace-key@org.acme',
      },
    },
  });
  expect(parseRecord(attested.ok ? attested.record : null).ok).toBe(true);
});

test('In the HMAC form only the time of the build is signed, so that is the time of the attestation.', async () => {
  await writeManifest(dir, signManifestHmac(await manifestOf(), 'secret'));
  const attested = await attestRecord(dir, record, { hmac_key: 'secret' });
  expect(attested).toMatchObject({ record: { attestation: { attested_at: '2026-01-01T00:00:00Z' } } });
});

test('A manifest that is absent, of a changed package, or of another key attests nothing.', async () => {
  const code = async () => {
    const attested = await attestRecord(dir, record, keys);
    return attested.ok ? null : attested.findings[0].code;
  };
  expect(await code()).toBe('ATTEST_MANIFEST_MISSING');
  await writeManifest(dir, signManifest(await manifestOf(), generateSigningKey()));
  expect(await code()).toBe('ATTEST_SIG_INVALID');
  await writeManifest(dir, signManifest(await manifestOf(), key));
  writeFileSync(join(dir, 'worker.js'), 'export { process };');
  expect(await code()).toBe('ATTEST_HASH_MISMATCH');
});
