import { factsDigest, sha256 } from '@wcp/spec';
import { expect, test } from 'vitest';
import { factsDigestOf } from '../../src/registry/facts-digest.ts';
import { inputFor } from '../support/documents.ts';
import { TestHall } from '../support/test-hall.ts';
import { hashOf } from '../support/workers.ts';

const observed = (facts: object) => {
  const text = JSON.stringify(facts);
  return { digest: sha256(text), text, facts, code: {} } as Parameters<typeof factsDigestOf>[1];
};

test('Every receipt of a decision names what the decision was made from, and no other receipt does.', async () => {
  const hall = await TestHall.open();
  await hall.hall.dispatch(inputFor('tenant-a'));
  await hall.hall.dispatch(inputFor('tenant-a', { dry_run: true }));
  const correlation_id = 'corr-chain';
  for (let index = 0; index < 2; index += 1)
    await hall.hall.dispatch(inputFor('tenant-a', { correlation_id }));
  const held = await hall.hold('held');
  await hall.resolve('steward', held.approval_id);
  await hall.hold('incident', { correlation_id });
  await hall.hall.dispatch(inputFor('tenant-a', { correlation_id }));
  hall.delivery.hash = hashOf('c');
  await hall.hall.dispatch(inputFor('tenant-a'));
  await hall.hall.dispatch(null);

  const { items } = (await hall.get('auditor', '/wcp/receipts?limit=100')).json;
  const digests = new Map<string, unknown>();
  for (const { receipt } of items) {
    if (receipt.kind === 'decision') digests.set(receipt.decision_id, receipt.facts_digest);
    else expect(receipt).not.toHaveProperty('facts_digest');
  }
  expect(digests.size).toBeGreaterThanOrEqual(9);
  const outcomes = new Set<string>();
  for (const [decision_id, digest] of digests) {
    const { facts, decision } = (await hall.get('auditor', `/wcp/decisions/${decision_id}`)).json;
    expect(digest).toBe(factsDigest(facts));
    outcomes.add(decision.outcome);
  }
  expect([...outcomes].toSorted()).toEqual(['DENY', 'DISPATCH', 'STEWARD_HOLD']);
  await hall.close();
});

test('The digest is that of all facts together, whatever their names and values.', () => {
  const shared = {
    workers: { 'org.é.w': { available: true, current_hash: null } },
    banned_hashes: ['b', 'a'],
  };
  const own = { now: 'n', decision_id: 'd', approval: null, policy: { reason: '\u2028"\\', '': 1e21 } };
  const digest = factsDigestOf(JSON.stringify(own), observed(shared));
  expect(digest).toBe(factsDigest({ ...shared, ...own }));
});

test('Facts without canonical JSON have no digest, be they shared or not.', () => {
  const broken = { policy: { reason: '\ud800' } };
  expect(factsDigestOf(JSON.stringify(broken), observed({ workers: {} }))).toBeNull();
  expect(factsDigestOf('{}', observed(broken))).toBeNull();
});
