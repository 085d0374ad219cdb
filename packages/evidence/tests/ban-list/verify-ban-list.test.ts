import { canonicalJson } from '@wcp/spec';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { BanListExpectation } from '../../src/ban-list/index.ts';
import { signBanList, verifyBanList } from '../../src/index.ts';
import { hostileValues, key, otherKey } from '../support.ts';
import { banDraft, entryOf } from './ban-lists.ts';

const list = signBanList(banDraft(), key);
const expected: BanListExpectation = {
  authority: 'org.acme',
  public_keys: [otherKey.publicKey, key.publicKey],
  now: '2026-01-02T00:30:00Z',
  at_least_sequence: 7,
};
const verdictOf = (given: unknown, changes: object = {}) => verifyBanList(given, { ...expected, ...changes });
const codeOf = (given: unknown, changes: object = {}) => {
  const verdict = verdictOf(given, changes);
  return verdict.ok ? null : verdict.findings[0].code;
};

/** Signs whatever members there are, as a careless authority would. */
const resigned = (changes: object) => {
  const { signature: _, ...signed } = { ...list, ...changes };
  return { ...signed, signature: key.sign(canonicalJson(signed)).toString('base64') };
};

describe('a ban list that holds', () => {
  test('A ban list that holds bans what was reported or confirmed, and not what was cleared.', () => {
    expect(verdictOf(list)).toEqual({
      ok: true,
      findings: [],
      banned: [`sha256:${'a'.repeat(64)}`, `sha256:${'b'.repeat(64)}`],
      list: expect.objectContaining({ authority: 'org.acme', sequence: 7 }),
      expires_at: '2026-01-02T01:00:00.000Z',
    });
  });

  test('A ban list that holds may have its members in any order, bare hashes, and no entry at all.', () => {
    expect(codeOf(Object.fromEntries(Object.entries(list).reverse()))).toBeNull();
    const bare = signBanList(banDraft({ entries: [entryOf('a', { sha256: 'a'.repeat(64) })] }), key);
    expect(bare.entries[0]?.sha256).toBe('a'.repeat(64));
    expect(verdictOf(bare)).toMatchObject({ ok: true, banned: [`sha256:${'a'.repeat(64)}`] });
    expect(verdictOf(signBanList(banDraft({ entries: [] }), key))).toMatchObject({ ok: true, banned: [] });
  });

  test('A ban list that holds never expires after the latest time that can be written.', () => {
    const last = signBanList(banDraft({ issued_at: '9999-12-31T23:59:59Z' }), key);
    expect(verdictOf(last, { now: '9999-12-31T23:59:59Z' })).toMatchObject({
      expires_at: '9999-12-31T23:59:59.999Z',
    });
  });
});

describe('each reason to refuse a ban list has its code', () => {
  test.each<[string, string, unknown, object]>([
    ['BAN_LIST_MALFORMED', 'is not a list', 'text', {}],
    ['BAN_LIST_MALFORMED', 'has an unknown member', resigned({ zzz: 1 }), {}],
    ['BAN_LIST_MALFORMED', 'has another version', resigned({ schema_version: 'wcp-ban-list.v2' }), {}],
    ['BAN_LIST_MALFORMED', 'has a hash twice', resigned({ entries: [entryOf('a'), entryOf('a')] }), {}],
    ['BAN_LIST_AUTHORITY_MISMATCH', 'is another authority’s', list, { authority: 'org.rival' }],
    ['BAN_LIST_KEY_UNKNOWN', 'is signed with an unknown key', list, { public_keys: [otherKey.publicKey] }],
    ['BAN_LIST_KEY_UNKNOWN', 'is verified without a key', list, { public_keys: [] }],
    ['BAN_LIST_KEY_UNKNOWN', 'is verified with a malformed key', list, { public_keys: ['x', null, key] }],
    ['BAN_LIST_KEY_UNKNOWN', 'is verified without a list of keys', list, { public_keys: null }],
    ['BAN_LIST_SIGNATURE_INVALID', 'was changed', { ...list, sequence: 8 }, {}],
    ['BAN_LIST_SIGNATURE_INVALID', 'lost an entry', { ...list, entries: list.entries.slice(1) }, {}],
    [
      'BAN_LIST_SIGNATURE_INVALID',
      'has its signature cut',
      { ...list, signature: list.signature.slice(4) },
      {},
    ],
    [
      'BAN_LIST_SIGNATURE_INVALID',
      'has no canonical base64',
      { ...list, signature: ` ${list.signature}` },
      {},
    ],
    ['BAN_LIST_SIGNATURE_INVALID', 'has none', { ...list, signature: '' }, {}],
    [
      'BAN_LIST_SIGNATURE_INVALID',
      'names a key that did not sign it',
      { ...list, signing_key_id: otherKey.keyId },
      {},
    ],
    ['BAN_LIST_FROM_FUTURE', 'is dated ahead of every clock', list, { now: '2026-01-01T23:54:59.999Z' }],
    ['BAN_LIST_FROM_FUTURE', 'cannot be compared with a malformed time', list, { now: 'yesterday' }],
    ['BAN_LIST_ROLLED_BACK', 'is an earlier one', list, { at_least_sequence: 8 }],
    ['BAN_LIST_ROLLED_BACK', 'cannot be compared with a malformed number', list, { at_least_sequence: NaN }],
    ['BAN_LIST_STALE', 'has expired', list, { now: '2026-01-02T01:00:00.001Z' }],
  ])('A ban list is refused with %s where it %s.', (code, _, given, changes) => {
    expect(codeOf(given, changes)).toBe(code);
  });

  test('The bounds of the time of a ban list are included.', () => {
    expect(codeOf(list, { now: '2026-01-01T23:55:00Z' })).toBeNull();
    expect(codeOf(list, { now: '2026-01-02T01:00:00Z' })).toBeNull();
    expect(codeOf(list, { at_least_sequence: undefined })).toBeNull();
  });

  test('Of several reasons to refuse a ban list, the first that applies counts.', () => {
    const wrong = {
      authority: 'org.rival',
      public_keys: [],
      now: '2020-01-01T00:00:00Z',
      at_least_sequence: 9,
    };
    const order = [];
    for (const [name, right] of [
      ['authority', 'org.acme'],
      ['public_keys', [otherKey.publicKey]],
      ['now', '2027-01-01T00:00:00Z'],
      ['at_least_sequence', 0],
    ] as const) {
      order.push(codeOf({ ...list, signing_key_id: otherKey.keyId }, wrong));
      Object.assign(wrong, { [name]: right });
    }
    order.push(
      codeOf(list, {
        ...wrong,
        public_keys: [key.publicKey],
        now: '2020-01-01T00:00:00Z',
        at_least_sequence: 9,
      }),
    );
    order.push(codeOf(list, { ...wrong, public_keys: [key.publicKey], at_least_sequence: 9 }));
    order.push(codeOf(list, { ...wrong, public_keys: [key.publicKey] }));
    expect(order).toEqual([
      'BAN_LIST_AUTHORITY_MISMATCH',
      'BAN_LIST_KEY_UNKNOWN',
      'BAN_LIST_SIGNATURE_INVALID',
      'BAN_LIST_SIGNATURE_INVALID',
      'BAN_LIST_FROM_FUTURE',
      'BAN_LIST_ROLLED_BACK',
      'BAN_LIST_STALE',
    ]);
  });
});

describe('whatever an attacker sends', () => {
  test('Whatever an attacker sends is refused, and nothing throws.', () => {
    for (const value of hostileValues()) {
      expect(codeOf(value)).toBe('BAN_LIST_MALFORMED');
      expect(codeOf({ ...list, entries: value })).not.toBeNull();
      expect(codeOf(list, { public_keys: value })).toBe('BAN_LIST_KEY_UNKNOWN');
    }
  });

  test('No change of a signed list is accepted.', () => {
    const paths = ['authority', 'sequence', 'issued_at', 'max_age_seconds', 'signing_key_id', 'signature'];
    const change = fc.oneof(
      fc.tuple(fc.constantFrom(...paths), fc.jsonValue()).map(([name, value]) => ({ [name]: value })),
      fc
        .tuple(fc.nat(2), fc.constantFrom(...Object.keys(entryOf('a'))), fc.jsonValue())
        .map(([at, name, value]) => ({
          entries: list.entries.map((entry, index) => (index === at ? { ...entry, [name]: value } : entry)),
        })),
      fc.constantFrom(
        { sequence: 8 },
        { max_age_seconds: 7200 },
        { issued_at: '2026-01-02T00:10:00Z' },
        { entries: [...list.entries].reverse() },
        { entries: [] },
      ),
    );
    fc.assert(
      fc.property(change, (changes) => {
        const given = { ...list, ...changes };
        fc.pre(canonicalJson(given) !== canonicalJson(list));
        expect(verdictOf(given).ok).toBe(false);
      }),
      { numRuns: 300 },
    );
  });
});
