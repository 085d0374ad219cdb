import { join } from 'node:path';
import { expect, test } from 'vitest';
import { tempFolder } from '../support/temp-folder.ts';
import { TestHall } from '../support/test-hall.ts';
import { hashOf } from '../support/workers.ts';

async function openWithFile(): Promise<TestHall> {
  return TestHall.open({ file: join(tempFolder(), 'store.db') });
}

test('After a restart each request is on hold as before, and can be resolved once.', async () => {
  const hall = await openWithFile();
  const kept = await hall.hold('held');
  const escalated = await hall.hold('held');
  await hall.post('steward', '/wcp/approvals/escalate', { approval_id: escalated.approval_id });
  const incident = await hall.hold('incident');
  const denied = await hall.hold('held');
  await hall.resolve('steward', denied.approval_id, { resolution: 'deny' });
  const before = await hall.get('steward', '/wcp/approvals/pending');
  await hall.restart();

  const after = await hall.get('steward', '/wcp/approvals/pending');
  expect(after.json).toEqual(before.json);
  expect(after.json.items).toHaveLength(3);
  expect((await hall.get('steward', '/wcp/freezes')).json.items).toMatchObject([
    { value: incident.decision.correlation_id },
  ]);
  expect((await hall.resolve('steward', denied.approval_id)).json.code).toBe('APPROVAL_RESOLVED');
  const answers = await Promise.all([1, 2].map(() => hall.resolve('steward', kept.approval_id)));
  expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409]);
  expect(hall.delivery.calls).toHaveLength(1);

  await hall.restart();
  expect((await hall.resolve('steward', kept.approval_id)).json.code).toBe('APPROVAL_RESOLVED');
  expect(hall.delivery.calls).toHaveLength(1);
  const { json } = await hall.get('tenant', `/wcp/approvals/${kept.approval_id}`);
  expect([json.state, json.result.status]).toEqual(['approved', 'ok']);
  await hall.close();
});

test('A restart does not make an approval valid for other code, other rules or a later time.', async () => {
  const hall = await openWithFile();
  const [code, late] = [await hall.hold('held'), await hall.hold('held')];
  await hall.restart();
  hall.delivery.hash = hashOf('c');
  expect((await hall.resolve('steward', code.approval_id)).json.code).toBe('DENY_WORKER_TAMPERED');
  hall.pass(901);
  await hall.restart();
  expect((await hall.resolve('steward', late.approval_id)).json.code).toBe('APPROVAL_EXPIRED');
  expect(hall.delivery.calls).toEqual([]);
  await hall.close();
});
