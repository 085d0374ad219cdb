import { createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { buildManifest, signManifest } from '../../src/index.ts';
import { signManifestHmac } from '../../src/package/index.ts';
import { key } from '../support.ts';

const package_hash = `sha256:${'a'.repeat(64)}`;
const draft = {
  worker_id: 'org.acme.doc-summarizer.prod-01',
  worker_species_id: 'wrk.doc.summarizer',
  worker_version: '1.2.0',
  package_hash,
  built_at_utc: '2026-01-01T00:00:00Z',
  attested_at_utc: '2026-01-02T00:00:00Z',
  build_source: 'ci',
} as const;
const manifest = buildManifest(draft);

describe('a manifest', () => {
  test('A manifest has the members of the form awp.v1.', () => {
    const { trust_statement, ...rest } = manifest;
    expect(rest).toEqual({ schema_version: 'awp.v1', ...draft });
    expect(buildManifest({ ...draft, trust_statement: 'Mine.' }).trust_statement).toBe('Mine.');
  });

  test('A manifest has a trust statement with namespace, time and hash in one sentence.', () => {
    for (const part of ['org.acme ', draft.attested_at_utc, package_hash])
      expect(manifest.trust_statement).toContain(part);
    expect(manifest.trust_statement?.match(/\.(\s|$)/g)).toHaveLength(1);
  });

  test('A manifest is written with the prefix of its hash.', () => {
    expect(buildManifest({ ...draft, package_hash: 'a'.repeat(64) }).package_hash).toBe(package_hash);
  });

  test.each([
    { worker_id: 'acme.worker' },
    { worker_id: 'org.acme' },
    { worker_species_id: 'cap.doc.summarize' },
    { worker_version: '' },
    { worker_version: 1 },
    { package_hash: 'sha256:aa' },
    { package_hash: null },
    { built_at_utc: 'yesterday' },
    { built_at_utc: '2026-02-30T00:00:00Z' },
    { attested_at_utc: null },
    { build_source: 'laptop' },
  ])('A manifest is not made of %j.', (change) => {
    const refused = expect.objectContaining({ code: 'ERR_WCP_MANIFEST' });
    expect(() => buildManifest({ ...draft, ...change } as never)).toThrow(refused);
  });
});

describe('a signed manifest', () => {
  test('A signed manifest in the older form has the HMAC of the canonical JSON of its seven members.', () => {
    const signed =
      '{"build_source":"ci","built_at_utc":"2026-01-01T00:00:00Z",' +
      `"package_hash":"${package_hash}","schema_version":"awp.v1","worker_id":"org.acme.doc-summarizer.prod-01",` +
      '"worker_species_id":"wrk.doc.summarizer","worker_version":"1.2.0"}';
    const hmac = createHmac('sha256', 'kéy').update(signed).digest('hex');
    expect(signManifestHmac(manifest, 'kéy')).toEqual({ ...manifest, signature_hmac_sha256: hmac });
    expect(manifest.signature_hmac_sha256).toBeUndefined();
  });

  test('A manifest is not signed with an empty key.', () => {
    const refused = expect.objectContaining({ code: 'ERR_WCP_KEY' });
    for (const empty of ['', null, undefined])
      expect(() => signManifestHmac(manifest, empty as never)).toThrow(refused);
  });

  test('A signed manifest in an envelope is an in-toto statement about the package.', () => {
    const envelope = signManifest(manifest, key);
    expect(envelope.payloadType).toBe('application/vnd.in-toto+json');
    expect(JSON.parse(Buffer.from(envelope.payload, 'base64').toString())).toEqual({
      _type: 'https://in-toto.io/Statement/v1',
      subject: [{ name: draft.worker_id, digest: { sha256: 'a'.repeat(64) } }],
      predicateType: 'urn:wcp:manifest:awp.v1',
      predicate: manifest,
    });
    const payload = Buffer.from(envelope.payload, 'base64');
    const message = `DSSEv1 28 application/vnd.in-toto+json ${payload.length} ${payload}`;
    expect(envelope.signatures).toEqual([{ keyid: key.keyId, sig: key.sign(message).toString('base64') }]);
  });

  test('A signed manifest in an envelope needs a package hash.', () => {
    const refused = expect.objectContaining({ code: 'ERR_WCP_MANIFEST' });
    expect(() => signManifest({ ...manifest, package_hash: 'x' }, key)).toThrow(refused);
  });
});
