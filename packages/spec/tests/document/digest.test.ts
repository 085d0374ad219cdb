import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { digestText, VOLATILE_MEMBERS } from '../../src/document/index.ts';
import {
  artifactHash,
  canonicalJson,
  decisionDigest,
  factsDigest,
  sha256,
  WcpError,
} from '../../src/index.ts';
import { nearSchema } from '../document/near-schema.ts';

const DECISION = {
  decision_id: 'd',
  timestamp: '2026-01-01T00:00:00Z',
  decided_at: '2026-01-01T00:00:00Z',
  pending_approval_id: 'd',
  approval_expires_at: '2026-01-01T00:15:00Z',
  telemetry_envelopes: [],
  outcome: 'DENY' as const,
  denied: true,
  deny_code: 'DENY_FROZEN',
};

describe('The decision_digest', () => {
  test('The decision digest leaves out exactly the volatile members.', () => {
    expect([...VOLATILE_MEMBERS]).toEqual([
      'decision_id',
      'timestamp',
      'decided_at',
      'pending_approval_id',
      'approval_expires_at',
      'telemetry_envelopes',
    ]);
    const lasting = '{"denied":true,"deny_code":"DENY_FROZEN","outcome":"DENY"}';
    expect(digestText('{"a":1}', DECISION)).toBe(`{"decision":${lasting},"input":{"a":1}}`);
    expect(decisionDigest({ a: 1 }, DECISION)).toBe(sha256(`{"decision":${lasting},"input":{"a":1}}`));
  });

  test('The decision digest is SHA-256 of the canonical JSON of {input, decision} without the volatile members and prose.', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'binary' }), nearSchema('route-decision'), (input, decision) => {
        fc.pre(typeof decision === 'object' && decision !== null && !Array.isArray(decision));
        const rest = Object.fromEntries(
          Object.entries(decision as object)
            .filter(([name]) => !(VOLATILE_MEMBERS as readonly string[]).includes(name))
            .map(([name, value]) => [name, name === 'deny_reason_if_denied' ? withoutProse(value) : value]),
        );
        expect(decisionDigest(input, decision as object)).toBe(
          sha256(canonicalJson({ decision: rest, input })),
        );
      }),
    );
  });

  test('The decision digest depends on the input and on every lasting member, and on no volatile one.', () => {
    const digest = decisionDigest({ a: 1 }, DECISION);
    expect(decisionDigest({ a: 2 }, DECISION)).not.toBe(digest);
    expect(decisionDigest({ a: 1 }, { ...DECISION, outcome: 'DISPATCH' })).not.toBe(digest);
    for (const member of VOLATILE_MEMBERS) {
      expect(decisionDigest({ a: 1 }, { ...DECISION, [member]: 'other' })).toBe(digest);
      const { [member]: _, ...without } = DECISION;
      expect(decisionDigest({ a: 1 }, without)).toBe(digest);
    }
  });

  test('A better sentence does not change the digest.', () => {
    const said = (message: string, also: string) => ({
      ...DECISION,
      deny_reason_if_denied: { code: 'X', message, findings: [{ path: '/a', code: 'Y', message: also }] },
    });
    const digest = decisionDigest({}, said('One.', 'Two.'));
    expect(decisionDigest({}, said('Another.', 'And another.'))).toBe(digest);
    const lasting = { code: 'X', findings: [{ path: '/a', code: 'Y' }] };
    const { outcome, denied, deny_code } = DECISION;
    const decision = { outcome, denied, deny_code, deny_reason_if_denied: lasting };
    expect(digest).toBe(sha256(canonicalJson({ decision, input: {} })));
  });

  test.each([
    ['null', null],
    ['a text', 'message'],
    ['a list', [{ message: 'm' }]],
    ['findings that are no list', { findings: { message: 'm' } }],
    ['findings that are no objects', { findings: [null, 1, 'message', ['message']] }],
  ])('A reason that is odd is digested as it is: %s', (_, reason) => {
    const decision = { deny_reason_if_denied: reason } as object;
    expect(digestText('{}', decision)).toBe(`{"decision":${canonicalJson(decision)},"input":{}}`);
  });

  test('Computing the digest does not change the decision.', () => {
    const decision = Object.freeze({ ...DECISION });
    decisionDigest({}, decision);
    expect(decision).toEqual(DECISION);
  });

  test('The digest of an input without canonical JSON is an error.', () => {
    expect(() => decisionDigest({ a: 1n }, DECISION)).toThrow(WcpError);
  });
});

describe('The artifact_hash of a decision', () => {
  test('The artifact hash is SHA-256 of the canonical request, or of {} without one.', () => {
    expect(artifactHash({ b: 1, a: 2 })).toBe(sha256('{"a":2,"b":1}'));
    expect(artifactHash()).toBe(sha256('{}'));
    expect(artifactHash(undefined)).toBe(artifactHash({}));
    expect(artifactHash(null)).toBe(sha256('null'));
    expect(() => artifactHash({ a: Number.NaN })).toThrow(WcpError);
  });
});

function withoutProse(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const { message: _, ...rest } = value as Record<string, unknown>;
  const { findings } = rest;
  return Array.isArray(findings) ? { ...rest, findings: findings.map(withoutProse) } : rest;
}

test('The digest of facts covers all of them, and is refused where they have no canonical JSON.', () => {
  const facts = { now: '2026-01-01T00:00:00.000Z', banned_hashes: [] };
  expect(factsDigest(facts)).toBe(sha256('{"banned_hashes":[],"now":"2026-01-01T00:00:00.000Z"}'));
  expect(factsDigest({ ...facts, more: null })).not.toBe(factsDigest(facts));
  expect(() => factsDigest({ now: '\ud800' })).toThrow(WcpError);
});
