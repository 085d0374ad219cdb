import { existsSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generateSigningKey, signingKeyFromPem, verifyLog } from '@wcp/evidence';
import type { Receipt } from '@wcp/spec';
import { describe, expect, test } from 'vitest';
import { partsOf } from '../../src/hall/create-hall.ts';
import { type Hall, openLogKeys } from '../../src/index.ts';
import { deriveStoreKey } from '../../src/storage/seal/store-key.ts';
import { findingsOf, GREETING, open, read, scratch } from './support.ts';

async function evidenceOf(hall: Hall) {
  const { store } = partsOf(hall).storage;
  const rows = await store.list('receipts', { limit: 1_000 });
  const first_key = hall.log.keys()[0]?.public_key;
  const checkpoints = [await hall.log.checkpoint()];
  const receipts = rows.map(({ receipt }) => JSON.parse(receipt) as Receipt);
  return { receipts, checkpoints, origin: hall.log.origin, first_key };
}

describe('the keys of the log in a folder', { timeout: 120_000 }, () => {
  test('A key that changes while the Hall runs is known to its workers, and the old one is gone.', async () => {
    const dir = scratch();
    const { hall, close } = await open(dir);
    const old = signingKeyFromPem(read(dir, 'keys/hall-key.pem'));
    expect((await hall.dispatch(GREETING)).outcome_receipt?.outcome?.status).toBe('ok');
    await hall.log.rotateKey();
    const key = signingKeyFromPem(read(dir, 'keys/hall-key.pem'));
    expect(key.keyId).not.toBe(old.keyId);
    expect(hall.log.permit_keys).toEqual([key.publicKey, old.publicKey]);
    const after = await hall.dispatch(GREETING);
    expect(after.receipt.signing_key_id).toBe(key.keyId);
    expect(after.outcome_receipt?.outcome?.status).toBe('ok');
    expect(verifyLog(await evidenceOf(hall)).findings).toEqual([]);
    await close();
    expect(readdirSync(join(dir, 'keys'))).not.toContain('next-key.pem');
    const again = await open(dir);
    expect(again.hall.log.signing_key_id).toBe(key.keyId);
    expect((await again.hall.dispatch(GREETING)).outcome_receipt?.outcome?.status).toBe('ok');
  });

  test('A key that was prepared is the one that follows, also where the process ended in between.', async () => {
    const dir = scratch();
    await (await open(dir)).close();
    const keys = await openLogKeys(dir);
    const { next } = await keys.prepare();
    expect(statSync(join(dir, 'keys/next-key.pem')).mode & 0o777).toBe(0o600);
    await keys.close();
    const again = await openLogKeys(dir);
    expect((await again.show()).next).toEqual(next);
    const rotated = await again.rotate();
    await again.close();
    expect(rotated.keys.at(-1)?.key_id).toBe(next?.key_id);
    expect(rotated.next).toBeNull();
    // As a kill between the commit and the renaming leaves it.
    renameSync(join(dir, 'keys/hall-key.pem'), join(dir, 'keys/next-key.pem'));
    writeFileSync(join(dir, 'keys/hall-key.pem'), generateSigningKey().exportPrivatePem(), { mode: 0o600 });
    const { hall } = await open(dir);
    expect(hall.log.signing_key_id).toBe(next?.key_id);
    expect(existsSync(join(dir, 'keys/next-key.pem'))).toBe(false);
  });

  test('A PEM that somebody put in the place of the key keeps the Hall from starting.', async () => {
    const dir = scratch();
    await (await open(dir)).close();
    writeFileSync(join(dir, 'keys/hall-key.pem'), generateSigningKey().exportPrivatePem());
    expect(await findingsOf(dir)).toMatchObject([
      {
        file: 'keys/hall-key.pem',
        code: 'KEY_NOT_IN_FORCE',
        message: expect.stringMatching(/is not the one that signs this log.*Restore that key from a backup/s),
      },
    ]);
  });

  test('A store of an earlier version gets a key of its own, from which that of the log does not follow.', async () => {
    const dir = scratch();
    const { hall, close } = await open(dir);
    await close();
    const key = signingKeyFromPem(read(dir, 'keys/hall-key.pem'));
    // An earlier version made no such file, and sealed the store with what it derived from the key of the log.
    rmSync(join(dir, 'keys/store-key.json'));
    for (const name of ['store.db', 'keys/high-water-mark.json']) rmSync(join(dir, name));
    const { createHall } = await import('../../src/index.ts');
    const files = { file: join(dir, 'store.db'), mark: join(dir, 'keys/high-water-mark.json') };
    await (await createHall({ ...files, key, origin: hall.log.origin })).close();
    await (await open(dir)).close();
    const kept = JSON.parse(read(dir, 'keys/store-key.json'));
    expect(kept).toEqual(deriveStoreKey(key, hall.log.origin));
    expect(statSync(join(dir, 'keys/store-key.json')).mode & 0o777).toBe(0o600);
    const keys = await openLogKeys(dir);
    await keys.rotate();
    await keys.close();
    await open(dir);
    expect(JSON.parse(read(dir, 'keys/store-key.json'))).toEqual(kept);
  });

  test('Without its key the store is not opened.', async () => {
    const dir = scratch();
    await (await open(dir)).close();
    writeFileSync(join(dir, 'keys/store-key.json'), '{"id":"store:0"}');
    expect(await findingsOf(dir)).toMatchObject([{ file: 'keys/store-key.json', code: 'KEY_INVALID' }]);
    rmSync(join(dir, 'keys/store-key.json'));
    expect(await findingsOf(dir)).toMatchObject([{ file: 'store.db' }]);
  });
});
