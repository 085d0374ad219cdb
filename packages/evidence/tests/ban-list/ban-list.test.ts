import { verify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type BanList, canonicalJson } from '@wcp/spec';
import { describe, expect, test } from 'vitest';
import { parseBanList } from '../../src/ban-list/index.ts';
import { signBanList } from '../../src/index.ts';
import { signingKeyFromSeed } from '../../src/key/index.ts';
import { readPublicKey } from '../../src/key/public-key.ts';
import { hostileValues, key, otherKey } from '../support.ts';
import { banDraft, entryOf } from './ban-lists.ts';

/** The bytes 0 to 31: what the examples of the specification are signed with. */
const SEED_OF_THE_TEXT = Buffer.from(Array.from({ length: 32 }, (_, byte) => byte)).toString('hex');

/** The list that the specification shows. */
function exampleOfTheText(): unknown {
  const text = readFileSync(join(import.meta.dirname, '../../../../docs/spec/08-evidence.md'), 'utf8');
  const blocks = [...text.matchAll(/^```json\n([\s\S]*?)^```/gm)].map(([, block]) =>
    JSON.parse(String(block)),
  );
  return blocks.find((block) => block.schema_version === 'wcp-ban-list.v1');
}

const foundIn = (list: unknown) => {
  const parsed = parseBanList(list);
  return parsed.ok ? [] : parsed.findings.map(({ path, code }) => `${path} ${code}`);
};
const signed = signBanList(banDraft(), key);
const without = (name: string) => Object.fromEntries(Object.entries(signed).filter(([has]) => has !== name));

describe('a ban list', () => {
  test('A ban list is signed over the canonical JSON of everything but its signature.', () => {
    const { signature, ...rest } = signed;
    expect(rest).toEqual({
      schema_version: 'wcp-ban-list.v1',
      ...banDraft(),
      signing_key_id: key.keyId,
    });
    const publicKey = readPublicKey(key.publicKey);
    if (publicKey === null) throw new Error('no key');
    expect(verify(null, Buffer.from(canonicalJson(rest)), publicKey, Buffer.from(signature, 'base64'))).toBe(
      true,
    );
  });

  test('A ban list is signed again, whatever signature and key id it has.', () => {
    expect(signBanList({ ...signBanList(banDraft(), otherKey) }, key)).toEqual(signed);
  });

  test('A ban list is one text for one key, as in the example of the specification.', () => {
    const example = signBanList(
      {
        authority: 'org.acme',
        sequence: 7,
        issued_at: '2026-01-01T00:00:00Z',
        max_age_seconds: 86_400,
        entries: [
          {
            sha256: `sha256:${'a'.repeat(64)}`,
            reason: 'sends what it reads to an unknown host',
            reported_at: '2025-12-31T00:00:00Z',
            source: 'org.acme',
            review_status: 'confirmed',
          },
        ],
      },
      signingKeyFromSeed(SEED_OF_THE_TEXT),
    );
    expect(example).toEqual(exampleOfTheText());
  });

  test('A ban list is not signed if a hash occurs twice, whatever the entries say.', () => {
    const bare = 'a'.repeat(64);
    const entries = [entryOf('a'), entryOf('b'), entryOf('a', { sha256: bare, review_status: 'cleared' })];
    expect(() => signBanList(banDraft({ entries }), key)).toThrow(
      expect.objectContaining({ code: 'ERR_WCP_DOCUMENT' }),
    );
    expect(foundIn({ ...signed, entries })).toEqual(['/entries/2/sha256 INVALID_VALUE']);
  });
});

describe('the form of a ban list', () => {
  test('The hashes of a ban list get their prefix.', () => {
    const parsed = parseBanList({ ...signed, entries: [entryOf('a', { sha256: 'a'.repeat(64) })] });
    expect(parsed.ok && parsed.value.entries[0]?.sha256).toBe(`sha256:${'a'.repeat(64)}`);
  });

  test.each(Object.keys(signed))('The member %s of a ban list must be there.', (name) => {
    expect(foundIn(without(name))).toEqual([`/${name} MISSING_MEMBER`]);
  });

  test.each(Object.keys(entryOf('a')))('An entry of a ban list has the member %s.', (name) => {
    const entry = Object.fromEntries(Object.entries(entryOf('a')).filter(([has]) => has !== name));
    expect(foundIn({ ...signed, entries: [entry] })).toEqual([`/entries/0/${name} MISSING_MEMBER`]);
  });

  test.each<[keyof BanList, unknown[]]>([
    ['schema_version', ['wcp-ban-list.v2', 1, null]],
    ['authority', ['acme', 'org.acme.one', 'cap.doc', 1]],
    ['sequence', [-1, 1.5, '7', 2 ** 53]],
    ['issued_at', ['2026-02-30T00:00:00Z', '2026-01-01', 5]],
    ['max_age_seconds', [0, 0.5, 31_536_001, null]],
    ['entries', [{}, null]],
    ['signing_key_id', ['ed25519:', 'rsa:0123456789abcdef']],
    ['signature', [7, null]],
  ])('The member %s of a ban list has its form.', (name, values) => {
    for (const value of values)
      expect(foundIn({ ...signed, [name]: value })).toEqual([`/${name} INVALID_VALUE`]);
  });

  test.each<[string, unknown[]]>([
    ['sha256', ['a'.repeat(63), `SHA256:${'a'.repeat(64)}`, 'A'.repeat(64)]],
    ['reason', ['', 'x'.repeat(2001)]],
    ['reported_at', ['2026-01-01T24:00:00Z']],
    ['source', ['', 'x'.repeat(501)]],
    ['review_status', ['banned', 'CONFIRMED', null]],
  ])('The member %s of an entry has its form.', (name, values) => {
    for (const value of values) {
      const entries = [entryOf('b'), entryOf('a', { [name]: value })];
      expect(foundIn({ ...signed, entries })).toEqual([`/entries/1/${name} INVALID_VALUE`]);
    }
  });

  test('An unknown member is refused.', () => {
    expect(foundIn({ ...signed, zzz: 1, entries: [{ ...entryOf('a'), zzz: 1 }] })).toEqual([
      '/entries/0/zzz UNKNOWN_MEMBER',
      '/zzz UNKNOWN_MEMBER',
    ]);
  });

  test('Any other value is refused, and none throws.', () => {
    for (const value of hostileValues()) expect(parseBanList(value).ok).toBe(false);
  });
});

test('The place of an error in a draft is escaped like every message.', () => {
  const entries = [{ ...entryOf('a'), 'b\u001b[31m': 1 }];
  expect(() => signBanList({ ...banDraft(), entries }, key)).toThrow('/entries/0/b\\u001b[31m');
});
