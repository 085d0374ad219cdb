import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { TestHall } from '../support/test-hall.ts';

let hall: TestHall;
beforeEach(async () => {
  hall = await TestHall.open();
});
afterEach(() => hall.close());

const TTL = 900;
const stateOf = async (approval_id: string) =>
  (await hall.get('steward', `/wcp/approvals/${approval_id}`)).json;
const resolutionsOf = async (approval_id: string) => {
  const { json } = await hall.get('auditor', `/wcp/receipts?decision_id=${approval_id}`);
  return json.items.filter(({ receipt }: { receipt: { kind: string } }) => receipt.kind === 'approval');
};

describe('a request on hold that is not resolved in time', () => {
  test.each(['approve', 'deny', 'escalate'])('Once expired, %s comes too late.', async (resolution) => {
    const { approval_id } = await hall.hold();
    hall.pass(TTL + 1);
    const { status, json } = await hall.resolve('steward', approval_id, { resolution });
    expect([status, json.code]).toEqual([410, 'APPROVAL_EXPIRED']);
    expect((await stateOf(approval_id)).state).toBe('expired');
    expect(hall.delivery.calls).toEqual([]);
  });

  test('A resolution one second before the end is in time.', async () => {
    const { approval_id } = await hall.hold();
    hall.pass(TTL - 1);
    expect((await hall.resolve('steward', approval_id)).status).toBe(200);
  });

  test('The code of an expired request stays the same however late, even after the Hall has expired it itself.', async () => {
    const { approval_id } = await hall.hold();
    hall.pass(TTL + 1);
    await hall.hall.parts.approvalService.expire();
    for (const later of [0, 1, 100_000]) {
      hall.pass(later);
      expect((await hall.resolve('steward', approval_id)).json.code).toBe('APPROVAL_EXPIRED');
    }
  });

  test('The Hall expires a request by the clock, without being asked.', async () => {
    const { approval_id } = await hall.hold();
    hall.pass(TTL + 1);
    await expect.poll(async () => (await stateOf(approval_id)).state).toBe('expired');
    const { history } = await stateOf(approval_id);
    expect(history).toEqual([expect.objectContaining({ action: 'expire', by: 'hall' })]);
    expect((await hall.get('steward', '/wcp/approvals/pending')).json.items).toEqual([]);
  });

  test('A request expires once and leaves one receipt, even where the Hall and stewards act at the same time.', async () => {
    const { approval_id } = await hall.hold();
    hall.pass(TTL + 1);
    const { approvalService } = hall.hall.parts;
    const [, , ...answers] = await Promise.all([
      approvalService.expire(),
      approvalService.expire(),
      hall.resolve('steward', approval_id),
      hall.resolve('steward', approval_id, { resolution: 'deny' }),
    ]);
    expect(answers.map(({ json }) => json.code)).toEqual(['APPROVAL_EXPIRED', 'APPROVAL_EXPIRED']);
    const ended = await resolutionsOf(approval_id);
    expect(ended).toHaveLength(1);
    expect(ended[0].receipt.policy_decision).toBe('DENY');
  });

  test('The time to live is that of the configuration.', async () => {
    await hall.hall.reload({ config: { approval: { ttl_seconds: 5 } } });
    const { approval_id, decision } = await hall.hold();
    expect(
      Date.parse(decision.approval_expires_at as string) - Date.parse(decision.timestamp as string),
    ).toBe(5000);
    hall.pass(6);
    expect((await hall.resolve('steward', approval_id)).json.code).toBe('APPROVAL_EXPIRED');
  });

  test('A request that could not be expired because nothing could be stored expires in the next round.', async () => {
    const { approval_id } = await hall.hold();
    hall.pass(TTL + 1);
    const { store } = hall.hall.parts.storage;
    const transact = store.transact as NonNullable<typeof store.transact>;
    store.transact = () => Promise.reject(new Error('the disk is full'));
    await expect(hall.hall.parts.approvalService.expire()).rejects.toThrow('the disk is full');
    expect((await stateOf(approval_id)).state).toBe('pending');
    store.transact = transact;
    await hall.hall.parts.approvalService.expire();
    expect((await stateOf(approval_id)).state).toBe('expired');
  });
});
