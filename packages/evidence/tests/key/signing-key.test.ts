import { createHash, generateKeyPairSync } from 'node:crypto';
import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { generateSigningKey, keyIdOf, publicKeyFromPem, signingKeyFromPem } from '../../src/index.ts';
import { signingKeyFromSeed } from '../../src/key/index.ts';
import { readPublicKey } from '../../src/key/public-key.ts';
import { isSignatureOf } from '../../src/key/signature.ts';
import { key, SEED } from '../support.ts';

const PUBLIC = 'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a';
const badKey = expect.objectContaining({ code: 'ERR_WCP_KEY' });

describe('a signing key', () => {
  test('A signing key from the seed of RFC 8032 has its public key and its signature of nothing.', () => {
    expect(key.publicKey).toBe(PUBLIC);
    expect(key.sign('').toString('hex')).toBe(
      'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
    );
  });

  test('A signing key has as its id ed25519: and 16 hex digits of the SHA-256 of the raw public key.', () => {
    const digest = createHash('sha256').update(Buffer.from(PUBLIC, 'hex')).digest('hex');
    expect(key.keyId).toBe(`ed25519:${digest.slice(0, 16)}`);
    expect(keyIdOf(PUBLIC.toUpperCase())).toBe(key.keyId);
  });

  test('A signing key is the same from a seed in upper case.', () => {
    expect(signingKeyFromSeed(SEED.toUpperCase()).keyId).toBe(key.keyId);
  });

  test.each(['', 'zz'.repeat(32), SEED.slice(1), `${SEED}0`, `${SEED}\n`, ` ${SEED}`])(
    'A signing key has no seed %j.',
    (seed) => {
      expect(() => signingKeyFromSeed(seed)).toThrow(badKey);
    },
  );

  test.each([null, undefined, 7, [SEED], { toString: () => SEED }])(
    'A signing key needs a text as its seed.',
    (seed) => {
      expect(() => signingKeyFromSeed(seed as never)).toThrow(badKey);
    },
  );

  test('A signing key reveals nothing of its secret, however it is written.', () => {
    const shown = [
      JSON.stringify({ key }),
      inspect(key, { showHidden: true, depth: null, getters: true }),
      String(key),
      JSON.stringify(structuredClone({ ...key })),
      JSON.stringify(Object.getOwnPropertyDescriptors(key)),
    ].join();
    const secret = key.exportPrivatePem().split('\n')[1] as string;
    expect(Buffer.from(secret, 'base64').toString('hex')).toContain(SEED);
    for (const form of [SEED, SEED.toUpperCase(), secret, Buffer.from(SEED, 'hex').toString('base64')]) {
      expect(shown).not.toContain(form);
    }
  });

  test('A signing key is the same after a round trip through PEM.', () => {
    const made = generateSigningKey();
    expect(signingKeyFromPem(made.exportPrivatePem()).publicKey).toBe(made.publicKey);
    expect(publicKeyFromPem(made.exportPublicPem())).toBe(made.publicKey);
    expect(made.publicKey).not.toBe(generateSigningKey().publicKey);
  });

  test('A signing key is not a key of another kind, and a private key is not a public one.', () => {
    const rsa = generateKeyPairSync('ed448');
    expect(() =>
      signingKeyFromPem(rsa.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString()),
    ).toThrow(badKey);
    expect(() => publicKeyFromPem(rsa.publicKey.export({ format: 'pem', type: 'spki' }).toString())).toThrow(
      badKey,
    );
    expect(() => publicKeyFromPem(key.exportPrivatePem())).toThrow(badKey);
    expect(() => signingKeyFromPem(key.exportPublicPem())).toThrow(badKey);
    expect(() => signingKeyFromPem('')).toThrow(badKey);
    expect(() => publicKeyFromPem(null as never)).toThrow(badKey);
  });

  test('A signing key that cannot be read is an error that reveals nothing of it.', () => {
    const broken = key.exportPrivatePem().replace('MC4C', 'MC4D');
    const secret = key.exportPrivatePem().split('\n')[1] as string;
    try {
      signingKeyFromPem(broken);
      expect.unreachable();
    } catch (error) {
      expect(inspect(error, { depth: null })).not.toContain(secret.slice(8, 40));
    }
  });
});

describe('a public key', () => {
  test.each(['', 'ff', PUBLIC.slice(1), `${PUBLIC}00`, `0x${PUBLIC}`, null, 5])(
    'A public key of the form %j has no id.',
    (text) => {
      expect(() => keyIdOf(text as never)).toThrow(badKey);
      expect(readPublicKey(text)).toBeNull();
    },
  );

  test('A public key verifies what its secret signed and nothing else.', () => {
    const publicKey = readPublicKey(key.publicKey);
    if (publicKey === null) return expect.unreachable();
    const signature = key.sign('text');
    expect(isSignatureOf(publicKey, Buffer.from('text'), signature)).toBe(true);
    expect(isSignatureOf(publicKey, Buffer.from('texts'), signature)).toBe(false);
    expect(isSignatureOf(publicKey, Buffer.from('text'), signature.subarray(1))).toBe(false);
    expect(isSignatureOf(publicKey, Buffer.from('text'), Buffer.alloc(64, 255))).toBe(false);
  });

  test('A public key of small order is refused, whether or not the runtime would accept a signature under it.', () => {
    const points = [
      '00'.repeat(32),
      `01${'00'.repeat(31)}`,
      '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
      'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
      ...['ec', 'ed', 'ee'].map((low) => `${low}${'ff'.repeat(30)}7f`),
    ];
    for (const point of points) {
      const negative = Buffer.from(point, 'hex');
      negative.writeUInt8(negative.readUInt8(31) | 0x80, 31);
      expect(readPublicKey(point), point).toBeNull();
      expect(readPublicKey(negative.toString('hex')), point).toBeNull();
    }
  });

  test('A public key that is not a point of the curve verifies nothing and does not throw.', () => {
    for (const text of ['02'.repeat(32), 'ff'.repeat(32), `07${'00'.repeat(31)}`]) {
      const publicKey = readPublicKey(text);
      if (publicKey !== null)
        expect(isSignatureOf(publicKey, Buffer.from('text'), Buffer.alloc(64))).toBe(false);
    }
  });
});
