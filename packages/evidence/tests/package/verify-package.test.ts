import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { buildManifest, packageHash, signManifest, verifyPackage, writeManifest } from '../../src/index.ts';
import { signManifestHmac } from '../../src/package/index.ts';
import { codeOfFirst, key } from '../support.ts';

const expected = {
  worker_id: 'org.acme.doc-summarizer.prod-01',
  worker_species_id: 'wrk.doc.summarizer',
  hmac_key: 'secret',
  authority_keys: { 'org.acme': [key.publicKey] },
};
let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'wcp-package-'));
  writeFileSync(join(dir, 'worker.js'), 'export {}');
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const makeManifest = async () =>
  buildManifest({
    worker_id: expected.worker_id,
    worker_species_id: expected.worker_species_id,
    worker_version: '1.2.0',
    package_hash: await packageHash(dir),
    built_at_utc: '2026-01-01T00:00:00Z',
    attested_at_utc: '2026-01-02T00:00:00Z',
    build_source: 'ci',
  });
const codeOf = async () => codeOfFirst(await verifyPackage(dir, expected));
const putManifest = (text: string | Uint8Array) => writeFileSync(join(dir, 'manifest.json'), text);

describe('a package', () => {
  test('A package with a manifest of either form is attested, with its hash.', async () => {
    const package_hash = await packageHash(dir);
    for (const manifest of [
      signManifestHmac(await makeManifest(), 'secret'),
      signManifest(await makeManifest(), key),
    ]) {
      await writeManifest(dir, manifest);
      expect(await verifyPackage(dir, expected)).toEqual({ ok: true, findings: [], package_hash });
    }
  });

  test('A package that was changed after it was attested is not attested.', async () => {
    await writeManifest(dir, signManifest(await makeManifest(), key));
    mkdirSync(join(dir, 'node_modules'));
    writeFileSync(join(dir, 'node_modules/evil.js'), 'x');
    const attestation = await verifyPackage(dir, expected);
    expect(attestation).toMatchObject({
      ok: false,
      findings: [{ index: 0, code: 'ATTEST_HASH_MISMATCH' }],
      package_hash: await packageHash(dir),
    });
  });

  test('A package without a readable manifest is not attested.', async () => {
    expect(await verifyPackage(dir, expected)).toMatchObject({
      ok: false,
      findings: [{ index: 0, code: 'ATTEST_MANIFEST_MISSING' }],
      package_hash: null,
    });
    for (const text of ['', 'junk', 'null', '[]', '{"a":1,"a":2}', '\ufeff{}', new Uint8Array([0xff])]) {
      putManifest(text);
      expect(await codeOf()).toBe('ATTEST_MANIFEST_MISSING');
    }
    putManifest(
      JSON.stringify({ ...signManifestHmac(await makeManifest(), 'secret'), ext: 'x'.repeat(1_048_576) }),
    );
    expect(await codeOf()).toBe('ATTEST_MANIFEST_MISSING');
  });

  test.each<[string, string | Uint8Array | null, string]>([
    ['is absent', null, 'The package has no manifest.'],
    [
      'begins with a byte order mark',
      '\ufeff{}',
      'The manifest begins with a byte order mark: save it as UTF-8 without one.',
    ],
    ['is not UTF-8', new Uint8Array([0x22, 0xff, 0x22]), 'The manifest is not UTF-8.'],
    ['is not JSON', '{"SECRET":', 'The manifest is not JSON, or has a name twice in one object.'],
    ['is too large', ' '.repeat(1_048_577), 'The manifest is larger than 1 MiB.'],
    ['is no manifest', '[]', 'The package has no readable manifest.'],
  ])('The finding about a manifest that %s says so.', async (_, content, message) => {
    if (content !== null) putManifest(content);
    const found = { ok: false, findings: [{ code: 'ATTEST_MANIFEST_MISSING', message }] };
    expect(await verifyPackage(dir, expected)).toMatchObject(found);
  });

  test('A package with a link or a folder for its manifest is not attested.', async () => {
    const place = join(dir, 'manifest.json');
    await writeManifest(dir, signManifest(await makeManifest(), key));
    writeFileSync(join(dir, 'manifest.sig'), readFileSync(place));
    rmSync(place);
    symlinkSync('manifest.sig', place);
    expect(await codeOf()).toBe('ATTEST_MANIFEST_MISSING');
    rmSync(place);
    mkdirSync(place);
    expect(await codeOf()).toBe('ATTEST_MANIFEST_MISSING');
  });

  test('A package without a hash is an error once the hash is needed, and not before.', async () => {
    const manifest = signManifest(await makeManifest(), key);
    symlinkSync('worker.js', join(dir, 'link'));
    expect(await codeOf()).toBe('ATTEST_MANIFEST_MISSING');
    await writeManifest(dir, manifest);
    const other = await verifyPackage(dir, { ...expected, worker_id: 'org.acme.other' });
    expect(codeOfFirst(other)).toBe('ATTEST_MANIFEST_ID_MISMATCH');
    await expect(codeOf()).rejects.toThrow(expect.objectContaining({ code: 'ERR_WCP_PACKAGE' }));
  });
});

describe('writing a manifest', () => {
  test('Writing a manifest leaves one file, does not change the hash and replaces the previous one.', async () => {
    const hash = await packageHash(dir);
    await writeManifest(dir, await makeManifest());
    await writeManifest(dir, signManifest(await makeManifest(), key));
    expect(readdirSync(dir).sort()).toEqual(['manifest.json', 'worker.js']);
    expect(await packageHash(dir)).toBe(hash);
    expect(JSON.parse(readFileSync(join(dir, 'manifest.json'), 'utf8'))).toEqual(
      signManifest(await makeManifest(), key),
    );
  });

  test('Writing a manifest does not write through a link in its place.', async () => {
    for (const name of ['manifest.tmp', 'manifest.json']) symlinkSync('worker.js', join(dir, name));
    await writeManifest(dir, signManifestHmac({ ...(await makeManifest()) }, 'secret'));
    expect(readFileSync(join(dir, 'worker.js'), 'utf8')).toBe('export {}');
    expect(await codeOf()).toBeNull();
  });

  test('A manifest that cannot be written is an error and leaves the previous one intact.', async () => {
    const refused = expect.objectContaining({ code: 'ERR_WCP_MANIFEST' });
    await expect(writeManifest(join(dir, 'nowhere'), await makeManifest())).rejects.toThrow(refused);
    await writeManifest(dir, signManifest(await makeManifest(), key));
    mkdirSync(join(dir, 'manifest.tmp'));
    await expect(writeManifest(dir, await makeManifest())).rejects.toThrow(refused);
    expect(JSON.parse(readFileSync(join(dir, 'manifest.json'), 'utf8')).payloadType).toBeDefined();
  });
});
