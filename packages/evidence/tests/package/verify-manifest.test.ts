import { createHmac } from 'node:crypto';
import { canonicalJson } from '@wcp/spec';
import { describe, expect, test } from 'vitest';
import {
  buildManifest,
  generateSigningKey,
  hashFiles,
  signManifest,
  verifyManifest,
} from '../../src/index.ts';
import { signManifestHmac } from '../../src/package/index.ts';
import { codeOfFirst, hostileValues, key, otherKey } from '../support.ts';

const files = [{ path: 'worker.js', content: 'export {}' }];
const worker_id = 'org.acme.doc-summarizer.prod-01';
const worker_species_id = 'wrk.doc.summarizer';
const hmac_key = 'secret';
const manifest = buildManifest({
  worker_id,
  worker_species_id,
  worker_version: '1.2.0',
  package_hash: hashFiles(files),
  built_at_utc: '2026-01-01T00:00:00Z',
  attested_at_utc: '2026-01-02T00:00:00Z',
  build_source: 'ci',
});
const refused = expect.objectContaining({ code: 'ERR_WCP_PACKAGE' });

describe('a manifest with an HMAC', () => {
  const signed = signManifestHmac(manifest, hmac_key);
  const codeOf = (change: object = {}, found: unknown = signed) =>
    codeOfFirst(
      verifyManifest({ manifest: found, files, worker_id, worker_species_id, hmac_key, ...change }),
    );
  const changed = (change: object) => codeOf({}, { ...signed, ...change });
  /** Signs whatever members there are, as a careless authority would. */
  const resigned = (change: object) => {
    const {
      attested_at_utc: _,
      trust_statement: __,
      signature_hmac_sha256: ___,
      ...rest
    } = { ...signed, ...change };
    const hmac = createHmac('sha256', hmac_key).update(canonicalJson(rest)).digest('hex');
    return codeOf({}, { ...rest, signature_hmac_sha256: hmac });
  };

  test('A manifest with an HMAC that matches attests the package.', () => {
    expect(verifyManifest({ manifest: signed, files, worker_id, worker_species_id, hmac_key })).toEqual({
      ok: true,
      findings: [],
    });
    expect(codeOf({ files: undefined, package_hash: manifest.package_hash })).toBeNull();
    expect(resigned({})).toBeNull();
  });

  test('A manifest with an HMAC that is not an object is missing.', () => {
    for (const found of [null, undefined, 'text', 5, [], [signed], true]) {
      expect(codeOf({ manifest: found })).toBe('ATTEST_MANIFEST_MISSING');
    }
  });

  test('A manifest with an HMAC of another worker or species is a mismatch.', () => {
    for (const member of ['worker_id', 'worker_species_id']) {
      for (const value of ['org.acme.other', null, undefined, 5]) {
        expect(changed({ [member]: value })).toBe('ATTEST_MANIFEST_ID_MISMATCH');
      }
      expect(codeOf({ [member]: 'org.acme.other' })).toBe('ATTEST_MANIFEST_ID_MISMATCH');
      expect(codeOf({ [member]: undefined }, { ...signed, [member]: undefined })).not.toBeNull();
    }
    expect(codeOf({}, Object.create(signed))).toBe('ATTEST_MANIFEST_ID_MISMATCH');
  });

  test('A manifest with an HMAC of another package is a mismatch.', () => {
    expect(codeOf({ files: [{ path: 'worker.js', content: 'export { }' }] })).toBe('ATTEST_HASH_MISMATCH');
    expect(() => codeOf({ files: [] })).toThrow(refused);
    for (const value of ['', 'sha256:00', null, undefined, 5, manifest.package_hash.toUpperCase()]) {
      expect(changed({ package_hash: value })).toBe('ATTEST_HASH_MISMATCH');
    }
    for (const package_hash of ['', 'none', null])
      expect(codeOf({ package_hash })).toBe('ATTEST_HASH_MISMATCH');
    expect(codeOf({ package_hash: null }, { ...signed, package_hash: null })).toBe('ATTEST_HASH_MISMATCH');
  });

  test('A manifest with an HMAC may state a bare hash, which is signed as it is written.', () => {
    const bare = manifest.package_hash.slice(7);
    expect(resigned({ package_hash: bare })).toBeNull();
    expect(changed({ package_hash: bare })).toBe('ATTEST_SIG_INVALID');
    expect(codeOf({ package_hash: bare })).toBeNull();
  });

  test('A manifest with an HMAC without a signature or a key to check it with is not signed.', () => {
    for (const value of [undefined, null, '']) {
      expect(changed({ signature_hmac_sha256: value })).toBe('ATTEST_SIGNATURE_MISSING');
      expect(codeOf({ hmac_key: value })).toBe('ATTEST_SIGNATURE_MISSING');
    }
    expect(codeOf({}, manifest)).toBe('ATTEST_SIGNATURE_MISSING');
  });

  test('A manifest with an HMAC with another signature or key has an invalid signature.', () => {
    const hmac = signed.signature_hmac_sha256 ?? '';
    for (const value of [
      hmac.toUpperCase(),
      `${hmac}0`,
      hmac.slice(1),
      `${hmac}\n`,
      'zz',
      5,
      true,
      [hmac],
      [...Buffer.from(hmac)],
      '0'.repeat(64),
    ]) {
      expect(changed({ signature_hmac_sha256: value })).toBe('ATTEST_SIG_INVALID');
    }
    for (const value of ['Secret', 'secret ', ' '])
      expect(codeOf({ hmac_key: value })).toBe('ATTEST_SIG_INVALID');
  });

  test.each(['schema_version', 'worker_version', 'built_at_utc', 'build_source'])(
    'A manifest with an HMAC covers %s.',
    (member) => {
      expect(changed({ [member]: 'local' })).toBe('ATTEST_SIG_INVALID');
      expect(changed({ [member]: undefined })).toBe('ATTEST_SIG_INVALID');
      for (const value of [null, 1, {}, ['ci']])
        expect(resigned({ [member]: value })).toBe('ATTEST_SIG_INVALID');
      expect(changed({ [member]: '\ud800' })).toBe('ATTEST_SIG_INVALID');
    },
  );

  test('A manifest with an HMAC of another schema version is invalid, signed or not.', () => {
    expect(resigned({ schema_version: 'awp.v2' })).toBe('ATTEST_SIG_INVALID');
  });

  test('A manifest with an HMAC does not cover attested_at_utc, trust_statement and other members.', () => {
    expect(changed({ attested_at_utc: 'x', trust_statement: '\ud800', more: 1, payload: 'x' })).toBeNull();
  });

  test('A manifest with an HMAC has the code of the first failed check.', () => {
    const wrong = { worker_id: 'x', package_hash: 'x', schema_version: 'x', signature_hmac_sha256: '' };
    expect(changed(wrong)).toBe('ATTEST_MANIFEST_ID_MISMATCH');
    expect(changed({ ...wrong, worker_id })).toBe('ATTEST_HASH_MISMATCH');
    const { package_hash } = manifest;
    expect(changed({ ...wrong, worker_id, package_hash })).toBe('ATTEST_SIGNATURE_MISSING');
    expect(changed({ ...wrong, worker_id, package_hash, signature_hmac_sha256: 'x' })).toBe(
      'ATTEST_SIG_INVALID',
    );
  });

  test('The files of a package are read only when its hash is checked.', () => {
    const bad = [{ path: '../evil', content: '' }];
    expect(codeOf({ files: bad }, null)).toBe('ATTEST_MANIFEST_MISSING');
    expect(codeOf({ files: bad, worker_id: 'org.acme.other' })).toBe('ATTEST_MANIFEST_ID_MISMATCH');
    expect(() => codeOf({ files: bad })).toThrow(refused);
    expect(() => codeOf({ files: null })).toThrow(refused);
    expect(() => codeOf({ files: undefined })).toThrow(refused);
  });

  test('A hostile value in place of a manifest attests nothing, and none of them throws.', () => {
    for (const value of hostileValues()) {
      expect(codeOf({ manifest: value })).not.toBeNull();
      for (const member of Object.keys(signed)) {
        if (member === 'attested_at_utc' || member === 'trust_statement') continue;
        expect(changed({ [member]: value }), member).not.toBeNull();
      }
    }
  });
});

describe('a manifest in an envelope', () => {
  const envelope = signManifest(manifest, key);
  const authority_keys = { 'org.acme': [key.publicKey] };
  const codeOf = (change: object = {}, found: unknown = envelope) =>
    codeOfFirst(
      verifyManifest({ manifest: found, files, worker_id, worker_species_id, authority_keys, ...change }),
    );
  const statement = JSON.parse(Buffer.from(envelope.payload, 'base64').toString());
  /** An envelope around any text, signed with the right key. */
  const enclose = (text: string | Buffer, payloadType: string = envelope.payloadType) => {
    const payload = Buffer.from(text);
    const head = `DSSEv1 ${Buffer.byteLength(payloadType)} ${payloadType} ${payload.length} `;
    const sig = key.sign(Buffer.concat([Buffer.from(head), payload])).toString('base64');
    return { payloadType, payload: payload.toString('base64'), signatures: [{ keyid: key.keyId, sig }] };
  };
  const stating = (change: object) => codeOf({}, enclose(JSON.stringify({ ...statement, ...change })));

  test('A manifest in an envelope that matches attests the package.', () => {
    expect(codeOf()).toBeNull();
    expect(stating({})).toBeNull();
  });

  test('A manifest in an envelope is signed with a key that is registered for the authority of the worker and for no other.', () => {
    expect(codeOf({ authority_keys: { 'org.acme': [otherKey.publicKey, key.publicKey] } })).toBeNull();
    for (const wrong of [
      { 'org.acme': [otherKey.publicKey] },
      { 'org.other': [key.publicKey] },
      { 'org.acme': [key.publicKey], 'org.other': [key.publicKey.toUpperCase()] },
      { 'org.acme': [] },
      { 'org.acme': key.publicKey },
      Object.create(authority_keys),
      {},
      undefined,
      null,
    ]) {
      expect(codeOf({ authority_keys: wrong })).toBe('ATTEST_SIG_INVALID');
    }
  });

  test('A manifest in an envelope is not attested by an HMAC key.', () => {
    expect(codeOf({ authority_keys: undefined, hmac_key })).toBe('ATTEST_SIG_INVALID');
    const both = signManifest(signManifestHmac(manifest, hmac_key), generateSigningKey());
    expect(codeOf({ hmac_key }, both)).toBe('ATTEST_SIG_INVALID');
  });

  test('A manifest in an envelope covers everything, even the trust statement.', () => {
    const predicate = { ...manifest, trust_statement: 'Another.' };
    const payload = Buffer.from(JSON.stringify({ ...statement, predicate })).toString('base64');
    expect(codeOf({}, { ...envelope, payload })).toBe('ATTEST_SIG_INVALID');
  });

  test('An envelope without signatures is a manifest that is not signed.', () => {
    for (const signatures of [[], null, undefined, {}, 'x']) {
      expect(codeOf({}, { ...envelope, signatures })).toBe('ATTEST_SIGNATURE_MISSING');
    }
  });

  test('A manifest in an envelope accepts one good signature among others, and treats the key id as a hint.', () => {
    const [good] = envelope.signatures;
    const lines = [null, {}, { keyid: 'x', sig: 'x' }, { keyid: key.keyId, sig: '' }];
    expect(codeOf({}, { ...envelope, signatures: lines })).toBe('ATTEST_SIG_INVALID');
    expect(codeOf({}, { ...envelope, signatures: [...lines, good] })).toBeNull();
    expect(codeOf({}, { ...envelope, signatures: [{ sig: good?.sig }] })).toBeNull();
    expect(codeOf({}, { ...envelope, signatures: [{ keyid: '', sig: good?.sig }] })).toBeNull();
    expect(codeOf({}, { ...envelope, signatures: [{ keyid: otherKey.keyId, sig: good?.sig }] })).toBeNull();
    for (const keyid of ['x', null, 5, 'x'.repeat(9_999)]) {
      expect(codeOf({}, { ...envelope, signatures: [{ keyid, sig: good?.sig }] }), String(keyid)).toBeNull();
    }
    expect(codeOf({}, { ...envelope, signatures: [{ ...good, sig: `${good?.sig}\n` }] })).toBe(
      'ATTEST_SIG_INVALID',
    );
  });

  test('A manifest in an envelope may be written in either alphabet of base64, and in one of them at a time.', () => {
    // In these bytes the two alphabets differ.
    const text = JSON.stringify({ ...statement, more: '~~~???>>>' });
    const standard = enclose(text);
    expect(standard.payload).toMatch(/[+/]/);
    const urlSafe = (base64: string) => base64.replaceAll('+', '-').replaceAll('/', '_');
    const payload = urlSafe(standard.payload);
    const [{ keyid, sig }] = standard.signatures as [{ keyid: string; sig: string }];
    const written = (change: object, signature = sig) =>
      codeOf({}, { ...standard, ...change, signatures: [{ keyid, sig: signature }] });
    expect(written({ payload }, urlSafe(sig))).toBeNull();
    expect(written({ payload: payload.replaceAll('=', '') }, urlSafe(sig).replaceAll('=', ''))).toBeNull();
    expect(written({}, urlSafe(sig))).toBeNull();
    expect(written({ payload: `${standard.payload}-_` })).toBe('ATTEST_MANIFEST_MISSING');
    expect(written({}, `+${'_'.repeat(85)}==`)).toBe('ATTEST_SIG_INVALID');
  });

  test('A manifest in an envelope of another type is invalid.', () => {
    expect(codeOf({}, { ...envelope, payloadType: 'application/json' })).toBe('ATTEST_SIG_INVALID');
    expect(codeOf({}, enclose(JSON.stringify(statement), 'application/json'))).toBe('ATTEST_SIG_INVALID');
    expect(stating({ _type: 'https://in-toto.io/Statement/v0.1' })).toBe('ATTEST_SIG_INVALID');
    expect(stating({ predicateType: 'https://slsa.dev/provenance/v1' })).toBe('ATTEST_SIG_INVALID');
    expect(stating({ predicate: { ...manifest, schema_version: 'awp.v2' } })).toBe('ATTEST_SIG_INVALID');
    expect(stating({ predicate: { ...manifest, worker_version: 1 } })).toBe('ATTEST_SIG_INVALID');
  });

  test('A manifest in an envelope is about one subject: this worker with this package.', () => {
    const [subject] = statement.subject;
    expect(stating({ subject: [{ ...subject, name: 'org.acme.other' }] })).toBe(
      'ATTEST_MANIFEST_ID_MISMATCH',
    );
    expect(stating({ subject: [subject, subject] })).toBe('ATTEST_MANIFEST_ID_MISMATCH');
    expect(stating({ subject: [] })).toBe('ATTEST_MANIFEST_ID_MISMATCH');
    expect(stating({ subject: [{ ...subject, digest: { sha256: '0'.repeat(64) } }] })).toBe(
      'ATTEST_HASH_MISMATCH',
    );
    expect(stating({ subject: [{ ...subject, digest: null }] })).toBe('ATTEST_HASH_MISMATCH');
    expect(stating({ predicate: { ...manifest, worker_id: 'org.acme.x' } })).toBe(
      'ATTEST_MANIFEST_ID_MISMATCH',
    );
    expect(stating({ predicate: { ...manifest, package_hash: 'x' } })).toBe('ATTEST_HASH_MISMATCH');
  });

  test('An envelope without a manifest in it is a missing manifest.', () => {
    expect(stating({ predicate: null })).toBe('ATTEST_MANIFEST_MISSING');
    for (const text of ['', 'null', '[]', '"x"', '{"predicate":{},"predicate":{}}', Buffer.from([0xff])]) {
      expect(codeOf({}, enclose(text))).toBe('ATTEST_MANIFEST_MISSING');
    }
    for (const payload of [`${envelope.payload}=`, '***', 5, null]) {
      expect(codeOf({}, { ...envelope, payload })).toBe('ATTEST_MANIFEST_MISSING');
    }
  });

  test('A hostile value in an envelope attests nothing, and none of them throws.', () => {
    for (const value of hostileValues()) {
      for (const member of Object.keys(envelope))
        expect(codeOf({}, { ...envelope, [member]: value })).not.toBeNull();
      expect(codeOf({ authority_keys: value })).toBe('ATTEST_SIG_INVALID');
      expect(codeOf({ authority_keys: { 'org.acme': value } })).toBe('ATTEST_SIG_INVALID');
      expect(codeOf({ authority_keys: { 'org.acme': [value] } })).toBe('ATTEST_SIG_INVALID');
      expect(codeOf({ worker_id: value })).toBe('ATTEST_MANIFEST_ID_MISMATCH');
    }
  });
});
