import { expect, test } from 'vitest';
import { consoleCallback } from '../../../src/approval/notification/console-callback.ts';
import { inputFor } from '../../support/documents.ts';
import { TestHall } from '../../support/test-hall.ts';
import { CAPABILITIES } from '../../support/workers.ts';

test('The log says what waits for a human, and how it ended.', async () => {
  const told: string[] = [];
  const hall = await TestHall.open({
    notify: { callbacks: [consoleCallback((level, message) => told.push(`${level} ${message}`))] },
  });
  const input = inputFor('tenant-a', { capability_id: CAPABILITIES.held });
  const held = await hall.post('tenant', '/wcp/dispatch', input);
  const id = held.json.decision.pending_approval_id;
  await hall.post('steward', '/wcp/approvals/resolve', { approval_id: id, resolution: 'deny' });
  await expect.poll(() => told.length).toBe(2);
  expect(told[0]).toMatch(new RegExp(`^info tenant-a requests .* wcp approvals show ${id}$`));
  expect(told[1]).toBe(`info The approval ${id} is denied.`);
  await hall.close();
});
