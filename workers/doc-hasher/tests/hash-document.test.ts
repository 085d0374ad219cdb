import { execFileSync } from 'node:child_process';
import { createHash, createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { contextFor } from '@wcp/worker-kit/testing';
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { worker } from '../src/index.ts';
import type { SignedHash } from '../src/schema.ts';

/** The first key of RFC 8032, section 7.1, as PKCS8. */
const SEED = '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60';
const PUBLIC = 'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a';
const DER = Buffer.from(`302e020100300506032b657004220420${SEED}`, 'hex').toString('base64');
const PEM = `-----BEGIN PRIVATE KEY-----\n${DER}\n-----END PRIVATE KEY-----\n`;

const run = (request: unknown) => worker.execute(request, contextFor(worker));
const hashed = async (request: unknown) => (await run(request)).result as SignedHash;
const sha256 = (text: string) => `sha256:${createHash('sha256').update(text).digest('hex')}`;
const isSigned = ({ sha256: text, signature, public_key }: SignedHash) => {
  const x = Buffer.from(public_key, 'hex').toString('base64url');
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
  return verify(null, Buffer.from(text, 'utf8'), key, Buffer.from(signature, 'base64'));
};

beforeEach(() => {
  vi.stubEnv('WCP_HASHER_KEY', undefined);
  vi.stubEnv('WCP_HASHER_KEY_FILE', undefined);
});
afterEach(() => void vi.unstubAllEnvs());

describe('hashing', () => {
  test.each(['', 'abc', 'é', 'e\u0301', '😀', ' abc\n'])('The text %j is hashed as UTF-8.', async (text) => {
    expect((await hashed({ text })).sha256).toBe(sha256(text));
  });

  test.each([
    [{}, '{}'],
    [{ b: 1, a: [true, null, 'x'], c: {} }, '{"a":[true,null,"x"],"b":1,"c":{}}'],
    [
      { n: [1e21, 1e-7, -0, 0.1, 333333333.3333333, 1e30, 4.5, 2e-3] },
      '{"n":[1e+21,1e-7,0,0.1,333333333.3333333,1e+30,4.5,0.002]}',
    ],
    [
      { '\u20ac': 1, '\r': 2, '\ufb33': 3, '1': 4, '😀': 5, '\u0080': 6, '\u00f6': 7 },
      '{"\\r":2,"1":4,"\u0080":6,"ö":7,"€":1,"😀":5,"\ufb33":3}',
    ],
    [{ s: '\u000f\n"\\/€$' }, '{"s":"\\u000f\\n\\"\\\\/€$"}'],
    [{ '10': 1, '9': 2 }, '{"10":1,"9":2}'],
  ])('The document %j is hashed as canonical JSON.', async (document, text) => {
    expect((await hashed({ document })).sha256).toBe(sha256(text));
  });

  test('The order of members does not change the hash.', async () => {
    const one = await hashed({ document: { a: { x: 1, y: 2 }, b: 3 } });
    expect(await hashed({ document: { b: 3, a: { y: 2, x: 1 } } })).toEqual(one);
  });

  test('A member named __proto__ changes the hash.', async () => {
    const document = JSON.parse('{"a":1,"__proto__":{"b":2}}');
    expect((await hashed({ document })).sha256).toBe(sha256('{"__proto__":{"b":2},"a":1}'));
  });

  test('The largest and deepest document that a request can hold is hashed.', async () => {
    let deep: object = {};
    for (let level = 0; level < 60; level += 1) deep = { a: [deep], level }.a;
    const list = Array.from({ length: 200_000 }, (_, n) => n);
    expect((await hashed({ document: { deep, list } })).sha256).toBe(sha256(JSON.stringify({ deep, list })));
  });

  test('A string that is not well-formed Unicode is denied.', async () => {
    expect(await run({ text: '\ud800' })).toMatchObject({ status: 'denied' });
  });
});

describe('signing', () => {
  test('The key in WCP_HASHER_KEY signs the hash.', async () => {
    vi.stubEnv('WCP_HASHER_KEY', PEM);
    const result = await hashed({ text: 'abc' });
    expect(result).toMatchObject({
      key: 'configured',
      public_key: PUBLIC,
      signing_key_id: `ed25519:${createHash('sha256').update(Buffer.from(PUBLIC, 'hex')).digest('hex').slice(0, 16)}`,
    });
    expect(isSigned(result)).toBe(true);
    expect(isSigned({ ...result, sha256: sha256('abd') })).toBe(false);
    expect(await hashed({ text: 'abc' })).toEqual(result);
  });

  test('A key may be written on one line with escaped line feeds.', async () => {
    vi.stubEnv('WCP_HASHER_KEY', PEM.replaceAll('\n', '\\n'));
    expect(await hashed({ text: 'abc' })).toMatchObject({ key: 'configured', public_key: PUBLIC });
  });

  test('Without a configured key, an ephemeral key of the process signs.', async () => {
    const [one, two] = [await hashed({ text: 'abc' }), await hashed({ document: {} })];
    expect([one.key, isSigned(one), isSigned(two)]).toEqual(['ephemeral', true, true]);
    expect(two.public_key).toBe(one.public_key);
    expect(one.public_key).not.toBe(PUBLIC);
  });
});

describe('a key in a file', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'doc-hasher-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  test.skipIf(process.platform === 'win32')(
    'A named pipe in the place of the key file is refused, and never waited for.',
    async () => {
      const folder = mkdtempSync(join(tmpdir(), 'hasher-'));
      onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
      execFileSync('mkfifo', [join(folder, 'key.pem')]);
      vi.stubEnv('WCP_HASHER_KEY_FILE', join(folder, 'key.pem'));
      expect(await run({ text: 'a' })).toMatchObject({ status: 'denied' });
    },
  );

  test('A key is read from the file in WCP_HASHER_KEY_FILE.', async () => {
    writeFileSync(join(folder, 'key.pem'), PEM);
    vi.stubEnv('WCP_HASHER_KEY_FILE', join(folder, 'key.pem'));
    expect(await hashed({ text: '' })).toMatchObject({ key: 'configured', public_key: PUBLIC });
  });

  test.each(['', 'absent.pem'])(
    'A path that is not a file (%j) is denied without revealing the path.',
    async (name) => {
      vi.stubEnv('WCP_HASHER_KEY_FILE', join(folder, name));
      const result = await run({ text: '' });
      expect(result).toMatchObject({
        status: 'denied',
        result: null,
        deny_reason: { code: 'HASHER_KEY_UNUSABLE' },
      });
      expect(JSON.stringify(result)).not.toContain(folder);
    },
  );

  test('Setting both the key and the key file is denied.', async () => {
    writeFileSync(join(folder, 'key.pem'), PEM);
    vi.stubEnv('WCP_HASHER_KEY', PEM);
    vi.stubEnv('WCP_HASHER_KEY_FILE', join(folder, 'key.pem'));
    expect(await run({ text: '' })).toMatchObject({ deny_reason: { code: 'HASHER_KEY_UNUSABLE' } });
  });
});

describe('an unusable key', () => {
  const rsa = () => generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  const encrypted = { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'secret' } as const;
  test.each<[string, () => string]>([
    ['is empty', () => ''],
    ['is not PEM', () => 'nonsense'],
    ['is truncated', () => PEM.slice(0, 60)],
    ['is a public key', () => createPublicKey(PEM).export({ type: 'spki', format: 'pem' }).toString()],
    ['is an RSA key', () => rsa().export({ type: 'pkcs8', format: 'pem' }).toString()],
    [
      'is an X25519 key',
      () => generateKeyPairSync('x25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    ],
    ['is encrypted', () => generateKeyPairSync('ed25519').privateKey.export(encrypted).toString()],
  ])('A key that %s is denied without revealing any of it.', async (_, pem) => {
    const text = pem();
    vi.stubEnv('WCP_HASHER_KEY', text);
    const result = await run({ text: 'abc' });
    expect(result).toMatchObject({ status: 'denied', result: null });
    expect(result.deny_reason).toEqual({
      code: 'HASHER_KEY_UNUSABLE',
      message: 'WCP_HASHER_KEY does not hold the PEM of an unencrypted Ed25519 private key in PKCS8.',
    });
  });
});
