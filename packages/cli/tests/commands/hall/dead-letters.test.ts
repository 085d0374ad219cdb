import { expect, test } from 'vitest';
import { REQUEST } from '../../support/support.ts';
import { openTestHall } from '../../support/test-hall.ts';

const FAILING = { ...REQUEST, request: { fail: true } } as const;

async function openWithLetter() {
  const test_ = await openTestHall();
  const { decision } = await test_.hall.dispatch(FAILING);
  return { test_, id: decision.decision_id as string };
}

test('The command dead-letters list shows a failed dispatch with its reason.', async () => {
  const { test_, id } = await openWithLetter();
  const { code, out } = await test_.as('auditor', ['dead-letters', 'list']);
  expect(code).toBe(0);
  expect(out).toMatch(new RegExp(`dead +DELIVERY_CRASHED +cap\\.doc\\.summarize .* ${id}\n$`));
  const { json } = await test_.json('auditor', ['dead-letters', 'list', '--state', 'replayed']);
  expect(json).toEqual({ items: [], next_cursor: null });
});

test('The command dead-letters replay dispatches it again once, and it fails again if nothing has changed.', async () => {
  const { test_, id } = await openWithLetter();
  const again = await test_.as('steward', ['dead-letters', 'replay', id]);
  expect(again.code).toBe(1);
  expect(again.out).toContain('DISPATCH');
  expect(again.out).toMatch(/outcome +error/);
  const twice = await test_.as('steward', ['dead-letters', 'replay', id]);
  expect(twice.code).toBe(1);
  expect(twice.err).toContain('This dead letter was already replayed');
  const { json } = await test_.json('auditor', ['dead-letters', 'list', '--state', 'replayed']);
  expect(json.items).toMatchObject([{ decision_id: id, replay: { by: expect.any(String) } }]);
});

test('The command dead-letters purge deletes it, for an admin only.', async () => {
  const { test_, id } = await openWithLetter();
  expect(await test_.as('steward', ['dead-letters', 'purge', id])).toMatchObject({ code: 2 });
  expect(await test_.as('admin', ['dead-letters', 'purge', id])).toMatchObject({
    code: 0,
    out: `${id} was deleted.\n`,
  });
  expect(await test_.as('admin', ['dead-letters', 'list'])).toMatchObject({
    out: 'There are no dead letters.\n',
  });
  expect(await test_.as('admin', ['dead-letters', 'purge', id])).toMatchObject({ code: 1 });
});
