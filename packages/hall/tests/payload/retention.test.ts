import { parseHallConfig } from '@wcp/spec';
import { beforeEach, expect, test } from 'vitest';
import { CONFIG, inputFor } from '../support/documents.ts';
import { TestHall } from '../support/test-hall.ts';

const RULES = [{ days: 30 }, { tenant_id: 'tenant-b', days: 7 }, { data_label: 'INTERNAL', days: 1 }];
const DAY = 86_400;

let hall: TestHall;
beforeEach(async () => {
  hall = await TestHall.open({ config: { ...CONFIG, 'x.retention': RULES } });
  return () => hall.close();
});

async function decided(tenant: string, data_label: string): Promise<string> {
  const { decision } = await hall.hall.dispatch(inputFor(tenant, { data_label }));
  return decision.decision_id as string;
}

const keep = () => hall.hall.parts.retention.keep();
const statusOf = async (id: string) => (await hall.get('auditor', `/wcp/decisions/${id}`)).status;

test('Payloads are forgotten by the shortest time that is theirs, each time with a receipt.', async () => {
  const plain = await decided('tenant-a', 'PUBLIC');
  const labelled = await decided('tenant-a', 'INTERNAL');
  const other = await decided('tenant-b', 'PUBLIC');
  const seen = async () => Promise.all([labelled, other, plain].map(statusOf));
  await keep();
  expect(await seen()).toEqual([200, 200, 200]);
  for (const [days, statuses] of [
    [2, [410, 200, 200]],
    [6, [410, 410, 200]],
    [23, [410, 410, 410]],
  ] as const) {
    hall.pass(days * DAY);
    await keep();
    expect(await seen()).toEqual(statuses);
  }
  const { items } = (await hall.get('auditor', '/wcp/receipts?limit=1000&stream=(log)')).json;
  const erasures = items.map(({ receipt }: { receipt: { erasure: object } }) => receipt.erasure);
  const common = { scope: 'before', decision_id: null, reason: 'retention', decisions: 1, by: 'hall' };
  expect(erasures).toMatchObject([
    { ...common, data_label: 'INTERNAL', tenant_id: null, note: '1 days' },
    { ...common, data_label: null, tenant_id: 'tenant-b', note: '7 days' },
    { ...common, data_label: null, tenant_id: null, note: '30 days' },
  ]);
  const { retention, troubles } = (await hall.get('auditor', '/wcp/health')).json;
  expect(retention).toEqual({ rules: 3, forgotten: 3, kept_at: expect.any(String) });
  expect(troubles).toEqual([]);
});

test('What waits for a human is held beyond its time, and what came after it until the next time.', async () => {
  const { approval_id } = await hall.hold('held', { data_label: 'INTERNAL' });
  const later = await decided('tenant-a', 'INTERNAL');
  hall.pass(2 * DAY);
  const { pendingApprovals } = hall.hall.parts;
  expect(pendingApprovals.pending()).toHaveLength(1);
  await keep();
  expect([await statusOf(approval_id), await statusOf(later)]).toEqual([200, 200]);
  await hall.hall.parts.approvalService.expire();
  await keep();
  expect([await statusOf(approval_id), await statusOf(later)]).toEqual([410, 410]);
});

test('More than one receipt can be about is forgotten in several steps.', async () => {
  await Promise.all(Array.from({ length: 450 }, () => hall.hall.route(inputFor('tenant-a'))));
  hall.pass(31 * DAY);
  await keep();
  const { items } = (await hall.get('auditor', '/wcp/receipts?limit=1000&stream=(log)')).json;
  const counts = items.map(
    ({ receipt }: { receipt: { erasure: { decisions: number } } }) => receipt.erasure.decisions,
  );
  expect(counts.reduce((sum: number, each: number) => sum + each, 0)).toBe(450);
  expect(counts).toEqual([200, 200, 50]);
});

test.each([
  ['a time that is no number of days', [{ days: -1 }]],
  ['no time', [{ tenant_id: 'tenant-a' }]],
  ['a label that does not exist', [{ days: 1, data_label: 'SECRET-ISH' }]],
  ['a member that it does not know', [{ days: 1, hours: 2 }]],
])('A rule with %s is refused.', (_, rules) => {
  expect(parseHallConfig({ 'x.retention': rules }).ok).toBe(false);
});
