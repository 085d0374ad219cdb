import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { inputFor } from '../support/documents.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { TestHall } from '../support/test-hall.ts';
import { ACME, CODE, hashOf, RIVAL, recordOf } from '../support/workers.ts';

let hall: TestHall;
beforeEach(async () => {
  hall = await TestHall.open();
});
afterEach(() => hall.close());

const codeOf = async (url: '/wcp/route' | '/wcp/dispatch' = '/wcp/dispatch') => {
  const { json } = await hall.post('tenant', url, inputFor('tenant-a'));
  return (json.decision ?? json).deny_code;
};
const workerOf = async (worker_id = ACME) =>
  (await hall.get('tenant', `/wcp/workers/${worker_id}`)).json.worker;

describe('a worker whose code is not what was attested', () => {
  test.each(['/wcp/route', '/wcp/dispatch'] as const)('Tampering is denied and flagged: %s.', async (url) => {
    hall.delivery.hash = hashOf('b');
    expect(await codeOf(url)).toBe('DENY_WORKER_TAMPERED');
    expect(await workerOf()).toMatchObject({ state: 'flagged', flag: { code: 'DENY_WORKER_TAMPERED' } });
    expect(hall.delivery.calls).toEqual([]);
  });

  test('A flagged worker stays out even though its code is right again, and after a restart.', async () => {
    hall = await TestHall.open({ file: join(tempFolder(), 'store.db') });
    hall.delivery.hash = hashOf('b');
    await codeOf();
    hall.delivery.hash = CODE;
    expect(await codeOf()).toBe('DENY_NO_AVAILABLE_WORKER');
    await hall.restart();
    expect(await codeOf()).toBe('DENY_NO_AVAILABLE_WORKER');
    expect((await workerOf()).state).toBe('flagged');
  });

  test('A flagged worker comes back only when its authority enrols it again.', async () => {
    hall.delivery.hash = hashOf('b');
    await codeOf();
    hall.delivery.hash = CODE;
    const again = { record: recordOf(ACME) };
    expect((await hall.post('rival', '/wcp/workers', again)).status).toBe(403);
    expect((await hall.post('tenant', '/wcp/workers', again)).status).toBe(403);
    expect(await codeOf()).toBe('DENY_NO_AVAILABLE_WORKER');
    expect((await hall.post('owner', '/wcp/workers', again)).status).toBe(201);
    expect(await codeOf()).toBeNull();
    expect(await workerOf()).toMatchObject({ state: 'enrolled', flag: null, version: 2 });
  });

  test('A flagged worker comes back with the hash of its new code.', async () => {
    hall.delivery.hash = hashOf('b');
    await codeOf();
    const { attestation } = recordOf(ACME);
    const record = recordOf(ACME, { attestation: { ...attestation, code_hash: hashOf('b') } as never });
    await hall.post('owner', '/wcp/workers', { record });
    expect(await codeOf()).toBeNull();
    hall.delivery.hash = CODE;
    expect(await codeOf()).toBe('DENY_WORKER_TAMPERED');
  });

  test('Tampering is announced once, with the decision that showed it.', async () => {
    hall.delivery.hash = hashOf('b');
    await Promise.all([codeOf(), codeOf(), codeOf()]);
    const told = await hall.events();
    expect(told.filter(({ event_id }) => event_id === 'org.wcp.hall.worker-flagged')).toEqual([
      expect.objectContaining({ worker_id: ACME, deny_code: 'DENY_WORKER_TAMPERED' }),
    ]);
  });

  test('Flagging one worker does not flag that of another authority, which then serves.', async () => {
    await hall.post('rival', '/wcp/workers', {
      record: recordOf(RIVAL, { attestation: undefined }),
    });
    hall.delivery.hash = hashOf('b');
    for (let tries = 0; tries < 30 && (await workerOf()).state === 'enrolled'; tries += 1) {
      await codeOf('/wcp/route');
    }
    expect((await workerOf()).state).toBe('flagged');
    expect((await workerOf(RIVAL)).state).toBe('enrolled');
  });

  test('A worker whose code cannot be observed is denied, and comes back once it can.', async () => {
    hall.delivery.hash = null;
    expect(await codeOf()).toBe('DENY_WORKER_HASH_UNAVAILABLE');
    expect((await workerOf()).flag.code).toBe('DENY_WORKER_HASH_UNAVAILABLE');
    hall.delivery.hash = CODE;
    expect(await codeOf()).toBeNull();
  });

  test('A worker whose package cannot be read at all is not available.', async () => {
    hall.delivery.observe = () => Promise.reject(new Error('EACCES'));
    expect(await codeOf()).toBe('DENY_NO_AVAILABLE_WORKER');
  });
});
