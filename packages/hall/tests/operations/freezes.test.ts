import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { inputFor } from '../support/documents.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { TestHall } from '../support/test-hall.ts';

let hall: TestHall;
beforeEach(async () => {
  hall = await TestHall.open();
});
afterEach(() => hall.close());

const dispatch = async (person: 'tenant' | 'foreigner' = 'tenant', correlation_id = 'corr') => {
  const tenant = person === 'tenant' ? 'tenant-a' : 'tenant-b';
  const { json } = await hall.post(person, '/wcp/dispatch', inputFor(tenant, { correlation_id }));
  return json.decision.deny_code;
};
const freeze = (body: object, person: 'steward' | 'admin' = 'steward') =>
  hall.post(person, '/wcp/freeze', { reason: 'a test', ...body });
const release = (body: object) => hall.post('steward', '/wcp/release', body);

describe('a freeze', () => {
  test('A freeze of the Hall stops everything, until it is released.', async () => {
    const { json } = await freeze({ scope: 'hall' });
    expect(json).toMatchObject({ scope: 'hall', value: null, frozen_by: expect.stringMatching(/^key:/) });
    expect([await dispatch(), await dispatch('foreigner')]).toEqual(['DENY_FROZEN', 'DENY_FROZEN']);
    await release({ scope: 'hall' });
    expect(await dispatch()).toBeNull();
  });

  test('A freeze of a tenant or of a correlation stops that alone.', async () => {
    await freeze({ scope: 'tenant', value: 'tenant-a' });
    await freeze({ scope: 'correlation', value: 'hot', tenant_id: 'tenant-b' });
    expect([await dispatch('tenant', 'other'), await dispatch('foreigner', 'other')]).toEqual([
      'DENY_FROZEN',
      null,
    ]);
    expect(await dispatch('foreigner', 'hot')).toBe('DENY_FROZEN');
    await release({ scope: 'tenant', value: 'tenant-a' });
    expect([await dispatch(), await dispatch('foreigner', 'hot')]).toEqual([null, 'DENY_FROZEN']);
  });

  test('A freeze of a correlation stops the tenant whose correlation it is, and no other that uses the same id.', async () => {
    await freeze({ scope: 'correlation', value: 'shared', tenant_id: 'tenant-a' });
    expect([await dispatch('tenant', 'shared'), await dispatch('foreigner', 'shared')]).toEqual([
      'DENY_FROZEN',
      null,
    ]);
    const foreign = { scope: 'correlation', value: 'shared', tenant_id: 'tenant-b' };
    expect((await release(foreign)).json.code).toBe('NOT_FOUND');
    expect((await release({ ...foreign, tenant_id: 'tenant-a' })).json).toMatchObject({
      scope: 'correlation',
      value: 'shared',
      tenant_id: 'tenant-a',
    });
    expect(await dispatch('tenant', 'shared')).toBeNull();
  });

  test('A freeze of one scope is not released by another.', async () => {
    await freeze({ scope: 'tenant', value: 'tenant-a' });
    for (const other of [
      { scope: 'hall' },
      { scope: 'correlation', value: 'tenant-a', tenant_id: 'tenant-a' },
      { scope: 'tenant', value: 'tenant-b' },
    ]) {
      expect((await release(other)).json.code).toBe('NOT_FOUND');
    }
    expect(await dispatch()).toBe('DENY_FROZEN');
  });

  test.each([
    { scope: 'hall', value: 'tenant-a' },
    { scope: 'tenant' },
    { scope: 'tenant', value: null },
    { scope: 'correlation', value: '', tenant_id: 'tenant-a' },
    { scope: 'correlation', value: 'x' },
    { scope: 'tenant', value: 'tenant-a', tenant_id: 'tenant-a' },
    { scope: 'world', value: 'x' },
    { scope: 'hall', reason: '' },
  ])('A freeze that is not valid is refused: %j.', async (body) => {
    const { status, json } = await freeze(body);
    expect([status, json.code]).toEqual([400, 'INVALID_BODY']);
    expect(await dispatch()).toBeNull();
  });

  test('A freeze survives a restart and is announced by an event.', async () => {
    await hall.close();
    hall = await TestHall.open({ file: join(tempFolder(), 'store.db') });
    await freeze({ scope: 'hall' }, 'admin');
    await hall.restart();
    expect(await dispatch()).toBe('DENY_FROZEN');
    await release({ scope: 'hall' });
    await hall.restart();
    expect(await dispatch()).toBeNull();
    const told = (await hall.events()).map(({ event_id }) => event_id);
    expect(told.filter((name) => name.startsWith('org.wcp.hall.'))).toEqual([
      'org.wcp.hall.worker-enrolled',
      'org.wcp.hall.frozen',
      'org.wcp.hall.released',
    ]);
  });

  test('A freeze is in force before it is durable, and stays where it could not be stored.', async () => {
    const { store } = hall.hall.parts.storage;
    const transact = store.transact as NonNullable<typeof store.transact>;
    store.transact = () => Promise.reject(new Error('the disk is full'));
    expect((await freeze({ scope: 'hall' })).status).toBe(500);
    store.transact = transact;
    expect(await dispatch()).toBe('DENY_FROZEN');
  });
});
