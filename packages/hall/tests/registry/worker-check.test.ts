import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { banListBy, entryOf, registeredKey } from '../support/ban-lists.ts';
import { inputFor } from '../support/documents.ts';
import { TestHall } from '../support/test-hall.ts';
import { ACME, CODE, hashOf, RIVAL, recordOf } from '../support/workers.ts';

let hall: TestHall;
beforeEach(async () => {
  hall = await TestHall.open();
});
afterEach(() => hall.close());
const check = async (workerId = ACME) => (await hall.get('nobody', `/wcp/registry/verify/${workerId}`)).json;

describe('the public check of a worker', () => {
  test('Anybody may check a worker that is enrolled.', async () => {
    expect(await check()).toEqual({
      worker_id: ACME,
      is_enrolled: true,
      artifact_hash: recordOf(ACME).artifact_hash,
      code_hash: CODE,
      attested_by: 'namespace-key@org.acme',
      is_banned: false,
      is_flagged: false,
      signing_key_ids: [],
      are_bans_current: true,
      checked_at: expect.stringMatching(/^\d{4}-.*Z$/),
    });
  });

  test('Anybody may check a worker that is not enrolled.', async () => {
    expect(await check(RIVAL)).toEqual({
      worker_id: RIVAL,
      is_enrolled: false,
      artifact_hash: null,
      code_hash: null,
      attested_by: null,
      is_banned: false,
      is_flagged: false,
      signing_key_ids: [],
      are_bans_current: true,
      checked_at: expect.any(String),
    });
  });

  test('The check shows the keys of the worker’s authority that are in force.', async () => {
    const [first, second] = [await registeredKey(hall, 'org.acme'), await registeredKey(hall, 'org.acme')];
    await registeredKey(hall, 'org.rival');
    expect((await check()).signing_key_ids).toEqual([first.keyId, second.keyId]);
    await hall.ask('admin', 'DELETE', `/wcp/authorities/org.acme/${first.keyId}`);
    expect((await check()).signing_key_ids).toEqual([second.keyId]);
  });

  test('The check shows that a worker is banned, and whether a list is too old to tell.', async () => {
    const key = await registeredKey(hall, 'org.acme');
    await hall.post('owner', '/wcp/registry/ban-list', banListBy(key, { entries: [entryOf(CODE)] }));
    expect(await check()).toMatchObject({ is_banned: true, is_flagged: false, are_bans_current: true });
    hall.pass(86_401);
    expect(await check()).toMatchObject({ is_banned: true, are_bans_current: false });
  });

  test('The check shows that a worker is flagged.', async () => {
    hall.delivery.hash = hashOf('b');
    await hall.post('tenant', '/wcp/route', inputFor('tenant-a'));
    expect(await check()).toMatchObject({ is_enrolled: true, is_flagged: true, is_banned: false });
  });

  test('The check shows no code hash where the record attests nothing, or nothing that is a hash.', async () => {
    for (const attestation of [undefined, { ...recordOf(ACME).attestation, code_hash: 'abc' }]) {
      const record = recordOf(ACME, { attestation: attestation as never });
      expect((await hall.post('owner', '/wcp/workers', { record })).status).toBe(201);
      expect(await check()).toMatchObject({ is_enrolled: true, code_hash: null, is_banned: false });
    }
  });

  test('An invalid id is not enrolled.', async () => {
    expect((await check('x')).is_enrolled).toBe(false);
    expect(await hall.get('nobody', `/wcp/registry/verify/${'x'.repeat(65)}`)).toMatchObject({
      status: 400,
      json: { code: 'INVALID_QUERY' },
    });
  });
});
