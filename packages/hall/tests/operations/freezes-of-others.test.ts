import { expect, test } from 'vitest';
import { Freezes, freezeChange } from '../../src/operations/freezes.ts';
import { createMemoryStore } from '../../src/storage/store/memory-store.ts';

const freeze = (reason: string) => ({
  scope: 'tenant' as const,
  value: 'tenant-a',
  tenant_id: null,
  reason,
  frozen_at: '2026-01-02T00:00:00.000Z',
  frozen_by: 'key:steward',
});
const NAME = JSON.stringify(['tenant', 'tenant-a', null]);
const target = { scope: 'tenant', value: 'tenant-a', tenant_id: null } as const;

test('A freeze that is being made durable stays in force, whatever another Hall released before it.', async () => {
  const store = createMemoryStore();
  await store.commit([freezeChange(freeze('earlier'))]);
  const freezes = await Freezes.open(store);
  // Another Hall releases the earlier one, and this one learns of it while its own is on its way.
  const own = freeze('own');
  freezes.apply(own);
  await store.commit([{ remove: 'freezes', key: NAME }]);
  await freezes.follow([NAME]);
  expect(freezes.get(target)?.reason).toBe('own');
  await store.commit([freezeChange(own)]);
  await freezes.stored(own);
  expect(freezes.get(target)?.reason).toBe('own');
});

test('What another Hall did to a freeze while it was made durable is read once it is.', async () => {
  const store = createMemoryStore();
  const freezes = await Freezes.open(store);
  const own = freeze('own');
  freezes.apply(own);
  await store.commit([freezeChange(own)]);
  await store.commit([{ remove: 'freezes', key: NAME }]);
  await freezes.follow([NAME]);
  expect(freezes.get(target)).not.toBeNull();
  await freezes.stored(own);
  expect(freezes.get(target)).toBeNull();
});
