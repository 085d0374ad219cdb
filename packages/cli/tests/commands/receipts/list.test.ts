import { describe, expect, it } from 'vitest';
import { REQUEST } from '../../support/support.ts';
import { openTestHall } from '../../support/test-hall.ts';

const text = JSON.stringify;

describe('receipts list', () => {
  it('The command receipts list shows a tenant its own receipts and an auditor all of them, page by page.', async () => {
    const { as, json } = await openTestHall();
    await as('tenant', ['dispatch', '-'], text(REQUEST));
    const own = await json('tenant', ['receipts', 'list']);
    expect(own.json.items.map((each: { receipt: { kind: string } }) => each.receipt.kind)).toEqual([
      'decision',
      'outcome',
    ]);
    const first = await as('auditor', ['receipts', 'list', '--limit', '1']);
    expect(first.out).toContain("There are more. Show them with --cursor '0'");
    const rest = await json('auditor', ['receipts', 'list', '--cursor', '0']);
    expect(rest.json).toMatchObject({ items: [{ position: 1 }, { position: 2 }], next_cursor: null });
    expect((await as('auditor', ['receipts', 'list', '--limit', '0'])).code).toBe(2);
  });
});
