import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { digestText, VOLATILE_MEMBERS } from '../../src/document/index.ts';
import { artifactHash, canonicalJson, decisionDigest, sha256, WcpError } from '../../src/index.ts';
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

describe('decision_digest', () => {
  test('the decision digest leaves out exactly the volatile members', () => {
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

  test('the decision digest is SHA-256 of the canonical JSON of {input, decision} without the volatile members', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'binary' }), nearSchema('route-decision'), (input, decision) => {
        fc.pre(typeof decision === 'object' && decision !== null && !Array.isArray(decision));
        const rest = Object.fromEntries(
          Object.entries(decision as object).filter(
            ([name]) => !(VOLATILE_MEMBERS as readonly string[]).includes(name),
          ),
        );
        expect(decisionDigest(input, decision as object)).toBe(
          sha256(canonicalJson({ decision: rest, input })),
        );
      }),
    );
  });

  test('the decision digest depends on the input and on every lasting member, and on no volatile one', () => {
    const digest = decisionDigest({ a: 1 }, DECISION);
    expect(decisionDigest({ a: 2 }, DECISION)).not.toBe(digest);
    expect(decisionDigest({ a: 1 }, { ...DECISION, outcome: 'DISPATCH' })).not.toBe(digest);
    for (const member of VOLATILE_MEMBERS) {
      expect(decisionDigest({ a: 1 }, { ...DECISION, [member]: 'other' })).toBe(digest);
      const { [member]: _, ...without } = DECISION;
      expect(decisionDigest({ a: 1 }, without)).toBe(digest);
    }
  });

  test('computing the digest does not change the decision', () => {
    const decision = Object.freeze({ ...DECISION });
    decisionDigest({}, decision);
    expect(decision).toEqual(DECISION);
  });

  test('the digest of an input without canonical JSON is an error', () => {
    expect(() => decisionDigest({ a: 1n }, DECISION)).toThrow(WcpError);
  });
});

describe('artifact_hash of a decision', () => {
  test('the artifact hash is SHA-256 of the canonical request, or of {} without one', () => {
    expect(artifactHash({ b: 1, a: 2 })).toBe(sha256('{"a":2,"b":1}'));
    expect(artifactHash()).toBe(sha256('{}'));
    expect(artifactHash(undefined)).toBe(artifactHash({}));
    expect(artifactHash(null)).toBe(sha256('null'));
    expect(() => artifactHash({ a: Number.NaN })).toThrow(WcpError);
  });
});
