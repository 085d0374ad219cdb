import { rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildManifest, generateSigningKey, signManifest } from '@wcp/evidence';
import { signManifestHmac } from '@wcp/evidence/package';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { AuthorityKeys } from '../../src/registry/authority-keys.ts';
import type { EnrolledWorker } from '../../src/registry/enrolled-worker.ts';
import { createManifestVerifier, type ManifestVerifier } from '../../src/registry/manifest-verifier.ts';
import { createMemoryStore } from '../../src/storage/store/memory-store.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { ACME, CODE, FakeDelivery, hashOf, recordOf, SPECIES } from '../support/workers.ts';

const read = vi.hoisted(() => ({ count: 0 }));
vi.mock('@wcp/evidence', async (original) => {
  const evidence = await original<typeof import('@wcp/evidence')>();
  return {
    ...evidence,
    loadManifest: (dir: string) => {
      read.count += 1;
      return evidence.loadManifest(dir);
    },
  };
});

const key = generateSigningKey();
const worker: EnrolledWorker = {
  record: recordOf(ACME),
  enrolled_at: '2026-01-01T00:00:00Z',
  enrolled_by: 'operator',
  signature: null,
  version: 1,
  flag: null,
};
const manifest = buildManifest({
  worker_id: ACME,
  worker_species_id: SPECIES,
  worker_version: '1.0.0',
  package_hash: CODE,
  built_at_utc: '2026-01-01T00:00:00Z',
  attested_at_utc: '2026-01-01T00:00:00Z',
  build_source: 'local',
});

let place: string;
let authorities: AuthorityKeys;
let manifests: ManifestVerifier;
beforeEach(async () => {
  const dir = tempFolder();
  place = join(dir, 'manifest.json');
  writeFileSync(place, JSON.stringify(signManifest(manifest, key)));
  authorities = await AuthorityKeys.open(createMemoryStore());
  await authorities.add('org.acme', key.publicKey, '2026-01-01T00:00:00Z', async () => {});
  const delivery = Object.assign(new FakeDelivery(worker.record), { dir });
  manifests = createManifestVerifier({ deliveries: new Map([[ACME, delivery]]), authorities });
  read.count = 0;
});
afterEach(() => vi.restoreAllMocks());

/** As if the files had been left alone for a while. */
function letTimePass(): void {
  const later = Date.now() + 10_000;
  vi.spyOn(Date, 'now').mockReturnValue(later);
}

test('An unchanged manifest is read once, whatever is verified against it.', async () => {
  letTimePass();
  expect(await manifests.isSigned(worker, CODE)).toBe(true);
  expect(await manifests.isSigned(worker, hashOf('b'))).toBe(false);
  expect(await manifests.isSigned(worker, CODE)).toBe(true);
  expect(await manifests.isSigned(worker, null)).toBe(false);
  expect(read.count).toBe(1);
});

test('A manifest that was written just now is read again, because its times cannot be trusted.', async () => {
  await manifests.isSigned(worker, CODE);
  await manifests.isSigned(worker, CODE);
  expect(read.count).toBe(2);
});

test('The current keys and the current record count, without another reading.', async () => {
  letTimePass();
  expect(await manifests.isSigned(worker, CODE)).toBe(true);
  await authorities.revoke('org.acme', key.keyId, '2026-01-01T00:00:00Z', async () => {});
  expect(await manifests.isSigned(worker, CODE)).toBe(false);
  const next = generateSigningKey();
  await authorities.add('org.acme', next.publicKey, '2026-01-01T00:00:00Z', async () => {});
  expect(await manifests.isSigned(worker, CODE)).toBe(false);
  expect(read.count).toBe(1);
});

test('A manifest that is changed, removed or restored is noticed at once.', async () => {
  letTimePass();
  expect(await manifests.isSigned(worker, CODE)).toBe(true);
  const signed = JSON.stringify(signManifest(manifest, key));
  writeFileSync(place, signed.replace(/"sig":"../, '"sig":"AA'));
  // Its time is that of before; what the system notes of the change is not.
  utimesSync(place, new Date('2020-01-01'), new Date('2020-01-01'));
  expect(await manifests.isSigned(worker, CODE)).toBe(false);
  writeFileSync(place, signed);
  utimesSync(place, new Date('2020-01-01'), new Date('2020-01-01'));
  expect(await manifests.isSigned(worker, CODE)).toBe(true);
  rmSync(place);
  expect(await manifests.isSigned(worker, CODE)).toBe(false);
  writeFileSync(place, signed);
  expect(await manifests.isSigned(worker, CODE)).toBe(true);
});

test('A worker without a folder or without a delivery is not signed.', async () => {
  const none = createManifestVerifier({ deliveries: new Map(), authorities });
  const bare = createManifestVerifier({
    deliveries: new Map([[ACME, new FakeDelivery(worker.record)]]),
    authorities,
  });
  expect([await none.isSigned(worker, CODE), await bare.isSigned(worker, CODE)]).toEqual([false, false]);
  expect(read.count).toBe(0);
});

test('The HMAC form is valid with its own key alone.', async () => {
  writeFileSync(place, JSON.stringify(signManifestHmac(manifest, 'secret')));
  const dir = join(place, '..');
  const deliveries = new Map([[ACME, Object.assign(new FakeDelivery(worker.record), { dir })]]);
  const withKey = (hmac_key?: string) =>
    createManifestVerifier({ deliveries, authorities, hmac_key }).isSigned(worker, CODE);
  expect([await withKey(), await withKey(''), await withKey('other'), await withKey('secret')]).toEqual([
    false,
    false,
    false,
    true,
  ]);
});
