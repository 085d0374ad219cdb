import { generateSigningKey } from '@wcp/evidence';
import { decisionReceipt, signReceipt } from '@wcp/evidence/receipt';
import { compileWorld, decide } from '@wcp/router';
import { expect, test } from 'vitest';
import { auditOf } from '../../src/replay/audit.ts';
import { REQUEST, RULES } from '../support/support.ts';

const key = generateSigningKey();
const world = compileWorld({ rules: RULES });
const FACTS = { now: '2026-01-01T00:00:00.000Z', decision_id: '00000000-0000-4000-8000-000000000000' };
const input = REQUEST;

/** What the audit says of a decision whose recorded facts are others by now. */
function audited(facts: object, isNamed: boolean): string | null {
  const decision = decide(world, FACTS, input);
  const receipt_id = '0195f3a0-7c1e-7000-8000-000000000000';
  const draft = decisionReceipt({ receipt_id, decision, input, ...(isNamed && { facts: FACTS }) });
  const { receipt } = signReceipt({ ...draft, seq: 0, prev_receipt_hash: null }, key);
  const again = decide(world, facts, input);
  return auditOf({ position: 0, input, facts, decision, receipt }, again)?.code ?? null;
}

test('Facts are told apart from an engine that decides differently where the receipt names them.', () => {
  const frozen = { ...FACTS, frozen: { scope: 'hall', reason: 'edited' } };
  const spent = { ...FACTS, chain: { blast_score: 0, depth: 0 } };
  expect(audited(FACTS, true)).toBeNull();
  expect(audited(frozen, true)).toBe('FACTS_CHANGED');
  expect(audited(spent, true)).toBe('FACTS_CHANGED');
});

test('A receipt from before it named its facts is verified as it was then.', () => {
  const frozen = { ...FACTS, frozen: { scope: 'hall', reason: 'edited' } };
  expect(audited(FACTS, false)).toBeNull();
  expect(audited(frozen, false)).toBe('NOT_REPRODUCED');
});
