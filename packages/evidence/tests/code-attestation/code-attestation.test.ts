import { canonicalJson, WcpError } from '@wcp/spec';
import { ENFORCED_MEMBERS, type Enforcement } from '@wcp/spec/document';
import { describe, expect, test } from 'vitest';
import {
  type CodeAttestationDraft,
  signCodeAttestation,
  verifyCodeAttestation,
} from '../../src/code-attestation/index.ts';
import { hostileValues, key, otherKey } from '../support.ts';

const NONCE = 'kPGm4g0aRrdZ0pCeQmHn7w';
const draft: CodeAttestationDraft = {
  worker_id: 'org.acme.summarizer.one',
  code_hash: `sha256:${'a'.repeat(64)}`,
  nonce: NONCE,
  audience: 'hall.example.org/wcp',
  containment: 'contained',
  enforcement: null,
  at: '2026-01-02T00:30:00Z',
};
const attestation = signCodeAttestation(draft, key);
const expected = {
  worker_id: 'org.acme.summarizer.one',
  nonce: NONCE,
  audience: 'hall.example.org/wcp',
  authority_keys: { 'org.acme': [otherKey.publicKey, key.publicKey] },
  now: '2026-01-02T00:30:00Z',
};
const verdictOf = (given: unknown, changes: object = {}) =>
  verifyCodeAttestation(given, { ...expected, ...changes });
const codeOf = (given: unknown, changes: object = {}) => {
  const verdict = verdictOf(given, changes);
  return verdict.ok ? null : verdict.findings[0].code;
};
/** Signs whatever members there are, as a careless server would. */
const resigned = (changes: object, by = key) => {
  const { signature: _, ...signed } = { ...attestation, ...changes };
  return { ...signed, signature: by.sign(canonicalJson(signed)).toString('base64') };
};

describe('an attestation that holds', () => {
  test('says which code the worker runs, whatever the order of its members', () => {
    const verdict = { ok: true, findings: [], code_hash: draft.code_hash, attestation };
    expect(verdictOf(attestation)).toEqual(verdict);
    expect(codeOf(Object.fromEntries(Object.entries(attestation).reverse()))).toBeNull();
  });

  test('covers what the server says of the containment', () => {
    const levels = ENFORCED_MEMBERS.map((member) => [member, { level: 'enforced', by: 'bubblewrap' }]);
    const enforcement = Object.fromEntries(levels) as Enforcement;
    const told = signCodeAttestation({ ...draft, enforcement }, key);
    expect(verdictOf(told)).toMatchObject({ ok: true, attestation: { enforcement } });
    expect(codeOf({ ...told, enforcement: null })).toBe('CODE_ATTESTATION_SIGNATURE_INVALID');
    expect(codeOf({ ...told, containment: 'declared' })).toBe('CODE_ATTESTATION_SIGNATURE_INVALID');
  });

  test('may be up to five minutes from the clock of the Hall, on either side', () => {
    expect(codeOf(attestation, { now: '2026-01-02T00:35:00Z' })).toBeNull();
    expect(codeOf(attestation, { now: '2026-01-02T00:25:00Z' })).toBeNull();
  });
});

describe('each reason to refuse an attestation has its code', () => {
  test.each<[string, string, unknown, object]>([
    ['MALFORMED', 'is a text', 'text', {}],
    ['MALFORMED', 'has an unknown member', resigned({ zzz: 1 }), {}],
    ['MALFORMED', 'has another version', resigned({ schema_version: 'wcp-code-attestation.v2' }), {}],
    ['MALFORMED', 'has a hash without its prefix', resigned({ code_hash: 'a'.repeat(64) }), {}],
    ['MALFORMED', 'has a nonce that anybody could guess', resigned({ nonce: 'x' }), { nonce: 'x' }],
    ['MALFORMED', 'has a time that does not exist', resigned({ at: '2026-02-30T00:00:00Z' }), {}],
    ['WORKER_MISMATCH', 'is about another worker', resigned({ worker_id: 'org.acme.summarizer.two' }), {}],
    ['AUDIENCE_MISMATCH', 'is for another Hall', resigned({ audience: 'other.example/wcp' }), {}],
    ['NONCE_MISMATCH', 'answers another question', attestation, { nonce: 'AAAAAAAAAAAAAAAAAAAAAA' }],
    ['AUTHORITY_UNKNOWN', 'has an authority without keys', attestation, { authority_keys: {} }],
    [
      'AUTHORITY_UNKNOWN',
      'is signed with a key that two authorities have',
      attestation,
      { authority_keys: { 'org.acme': [key.publicKey], 'org.rival': [key.publicKey.toUpperCase()] } },
    ],
    [
      'KEY_UNKNOWN',
      'is signed with the key of another authority',
      attestation,
      { authority_keys: { 'org.acme': [otherKey.publicKey], 'org.rival': [key.publicKey] } },
    ],
    ['SIGNATURE_INVALID', 'is signed with another key than it names', resigned({}, otherKey), {}],
    [
      'SIGNATURE_INVALID',
      'states another hash',
      { ...attestation, code_hash: `sha256:${'b'.repeat(64)}` },
      {},
    ],
    ['STALE', 'is older than five minutes', attestation, { now: '2026-01-02T00:35:01Z' }],
    ['FROM_FUTURE', 'is ahead by more than five minutes', attestation, { now: '2026-01-02T00:24:59Z' }],
    ['STALE', 'is judged by a clock that is none', attestation, { now: 'soon' }],
  ])('CODE_ATTESTATION_%s: it %s.', (code, _, given, changes) => {
    expect(codeOf(given, changes)).toBe(`CODE_ATTESTATION_${code}`);
  });

  test('No value of an attacker makes it throw.', () => {
    for (const value of hostileValues()) expect(codeOf(value)).toBe('CODE_ATTESTATION_MALFORMED');
  });
});

test('A malformed draft is not signed.', () => {
  expect(() => signCodeAttestation({ ...draft, nonce: 'short' }, key)).toThrow(WcpError);
});
