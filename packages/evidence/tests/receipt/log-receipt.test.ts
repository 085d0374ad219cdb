import { describe, expect, test } from 'vitest';
import { appendReceipt, createReceiptChain, verifyReceipts } from '../../src/index.ts';
import { type LogStatement, logReceipt } from '../../src/receipt/index.ts';
import { codesOf, key, keys, otherKey } from '../support.ts';

const HASH = `sha256:${'a'.repeat(64)}` as const;
const STATEMENTS: readonly LogStatement[] = [
  {
    kind: 'key',
    key: {
      action: 'rotate',
      key_id: otherKey.keyId,
      public_key: otherKey.publicKey,
      from_position: 1,
      origin: 'hall.example/log',
      proof: null,
    },
  },
  {
    kind: 'erasure',
    erasure: {
      scope: 'tenant',
      tenant_id: 'agent.research',
      data_label: null,
      before: null,
      decision_id: null,
      below: 7,
      decisions: 3,
      reason: 'request',
      note: 'Article 17 GDPR',
      by: 'key:steward',
    },
  },
  { kind: 'restore', restore: { former_origin: 'hall.example/log', size: 3, root: HASH } },
];

describe.each(STATEMENTS)('a receipt of kind $kind', (statement) => {
  const event = { receipt_id: '01890a5d-ac96-774b-bcce-b302099a8057', at: '2026-01-01T00:00:00Z', statement };
  const { receipt } = appendReceipt(createReceiptChain(key), logReceipt(event));

  test('stands in the stream of the log, and belongs to no decision.', () => {
    const { stream, kind, dispatched_at, decision_id, policy_decision, outcome } = receipt;
    expect({ stream, kind, dispatched_at }).toEqual({
      stream: '(log)',
      kind: statement.kind,
      dispatched_at: event.at,
    });
    expect([decision_id, policy_decision, outcome]).toEqual([null, null, null]);
  });

  test('verifies, and its hash covers what it says.', () => {
    expect(verifyReceipts([receipt], keys).ok).toBe(true);
    const { [statement.kind]: said, ...silent } = receipt;
    expect(said).toEqual((statement as unknown as Record<string, unknown>)[statement.kind]);
    expect(codesOf(verifyReceipts([silent], keys))).toEqual(['0 RECEIPT_HASH_MISMATCH']);
  });
});
