import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { generateSigningKey, type SigningKey, verifyLog } from '@wcp/evidence';
import { openCommandSigner, signingKeyFromSeed } from '@wcp/evidence/key';
import type { Receipt } from '@wcp/spec';
import { beforeEach, describe, expect, test } from 'vitest';
import { type OpenLedger, openLedger } from '../../../src/storage/ledger/ledger.ts';
import type { LedgerIdentity } from '../../../src/storage/ledger/ledger-identity.ts';
import { generateStoreKey } from '../../../src/storage/seal/store-key.ts';
import { createMemoryStore } from '../../../src/storage/store/memory-store.ts';
import type { StatefulRow, Store } from '../../../src/storage/store/store.ts';
import { tempFolder } from '../../support/temp-folder.ts';
import { plainEntry } from './plain-entry.ts';

const origin = 'hall.example/log';
const AT = '2026-01-01T00:00:00Z';
const keys = Array.from({ length: 4 }, generateSigningKey) as [
  SigningKey,
  SigningKey,
  SigningKey,
  SigningKey,
];
let store: Store;
let identity: LedgerIdentity;
let ledger: OpenLedger;
beforeEach(async () => {
  store = createMemoryStore();
  identity = { key: keys[0], origin, store_key: generateStoreKey(), mark: join(tempFolder(), 'mark.json') };
  ledger = await openLedger(store, identity);
  await ledger.append([plainEntry('a'), plainEntry('b')]);
});

async function reopen(change: Partial<LedgerIdentity>): Promise<OpenLedger> {
  await ledger.close();
  ledger = await openLedger(store, { ...identity, ...change });
  return ledger;
}

/** Verified as an auditor does it: with the first key of the log. */
async function verified(first = keys[0]) {
  const rows = await store.list('receipts', { limit: 1_000 });
  const notes = await store.list('checkpoints', { limit: 1_000 });
  return verifyLog({
    receipts: rows.map(({ receipt }) => JSON.parse(receipt) as Receipt),
    checkpoints: notes.map(({ note }) => note),
    first_key: first.publicKey,
    origin,
  });
}
const refusal = (message: RegExp, code = 'ERR_WCP_LOG_KEY') => ({
  code,
  message: expect.stringMatching(message),
});

describe('a log whose key changes', () => {
  test('goes on with the new key, and verifies with its first key over every rotation.', async () => {
    for (const next of keys.slice(1)) {
      await ledger.checkpoint(AT);
      await ledger.rotate(next, AT);
      await ledger.append([plainEntry('a')]);
      await reopen({ key: next });
    }
    await ledger.checkpoint(AT);
    expect((await verified()).findings).toEqual([]);
    expect((await ledger.keys()).map(({ key_id }) => key_id)).toEqual(keys.map(({ keyId }) => keyId));
  });

  test('says in its store what its receipts say.', async () => {
    await ledger.rotate(keys[1], AT);
    await ledger.append([plainEntry('a')]);
    await ledger.rotate(keys[2], AT);
    await ledger.revoke(keys[0].keyId, { position: 1 }, AT);
    expect((await verified()).keys).toEqual(await ledger.keys());
    expect((await reopen({ key: keys[2] }).then((again) => again.keys()))[0]).toMatchObject({
      revoked_from: 1,
    });
  });

  test('opens with either key while the new one waits to take the place of the old one.', async () => {
    const next = keys[1];
    await reopen({ next });
    await ledger.append([plainEntry('a')]);
    await ledger.rotate(next, AT);
    // The process is killed here: the old key still stands in its file.
    await reopen({ next });
    await ledger.append([plainEntry('a')]);
    expect((await verified()).findings).toEqual([]);
    await reopen({ key: next });
  });

  test('does not open with a former key, a later one or a stranger’s.', async () => {
    await ledger.rotate(keys[1], AT);
    for (const key of [keys[0], keys[2]]) {
      await expect(reopen({ key })).rejects.toMatchObject(refusal(/is not the one that signs this log/));
      ledger = await openLedger(store, { ...identity, key: keys[1] });
    }
  });

  test('does not open with another key in the place of its only one.', async () => {
    await expect(reopen({ key: keys[1] })).rejects.toMatchObject(
      refusal(/is not the one that signs this log/),
    );
  });

  test('does not open where somebody changed what its store says of the keys, or removed it.', async () => {
    await ledger.rotate(keys[1], AT);
    const row = (await store.get('meta', 'log-keys')) as StatefulRow;
    const document = row.document
      .replace(keys[1].publicKey, keys[2].publicKey)
      .replace(keys[1].keyId, keys[2].keyId);
    await store.commit([{ put: 'meta', row: { ...row, document } }]);
    await expect(reopen({ key: keys[2] })).rejects.toMatchObject(
      refusal(/log-keys/, 'ERR_WCP_STORE_TAMPERED'),
    );
    await store.commit([{ remove: 'meta', key: 'log-keys' }]);
    await expect(openLedger(store, { ...identity, key: keys[1] })).rejects.toMatchObject({
      code: expect.stringMatching(/ERR_WCP_(?:STORE_TAMPERED|LOG_KEY)/),
    });
  });

  test('keeps its key where the commit of the rotation fails.', async () => {
    const commit = store.commit.bind(store);
    store.commit = () => Promise.reject(new Error('The disk is full.'));
    await expect(ledger.rotate(keys[1], AT)).rejects.toThrow('The disk is full.');
    store.commit = commit;
    await ledger.append([plainEntry('a')]);
    expect(await ledger.keys()).toHaveLength(1);
    expect((await verified()).findings).toEqual([]);
  });

  test('signs what is committed meanwhile with exactly one key each.', async () => {
    const work = Array.from({ length: 40 }, (_, index) => {
      const next = keys[index / 10 + 1];
      if (index % 10 === 0 && next !== undefined) return ledger.rotate(next, AT);
      return index % 7 === 0 ? ledger.checkpoint(AT) : ledger.append([plainEntry('a'), plainEntry('b')]);
    });
    await Promise.all(work);
    expect((await verified()).findings).toEqual([]);
  });
});

describe('a revocation', () => {
  beforeEach(async () => {
    await ledger.rotate(keys[1], AT);
  });

  test('from a time on begins with the first receipt that was written then.', async () => {
    const from = new Date().toISOString();
    await expect.poll(() => Date.now()).toBeGreaterThan(Date.parse(from) + 5);
    await ledger.append([plainEntry('a')]);
    const { terms } = await ledger.revoke(keys[0].keyId, { time: from }, AT);
    // Whether the rotation itself was written in the same millisecond is up to the clock.
    expect([2, 3]).toContain(terms[0]?.revoked_from);
    const all = await ledger.revoke(keys[0].keyId, { time: '2020-01-01T00:00:00Z' }, AT);
    expect(all.terms[0]?.revoked_from).toBe(0);
  });

  test.each([
    ['the key in force', () => keys[1].keyId, 0, /is in force/],
    ['a key of another log', () => keys[3].keyId, 0, /is not a key of this log/],
    ['a position that is still to come', () => keys[0].keyId, 4, /there is no position 4/],
  ])('of %s is refused, and nothing is written.', async (_, key_id, position, message) => {
    const { size } = await ledger.head();
    await expect(ledger.revoke(key_id(), { position }, AT)).rejects.toMatchObject(refusal(message));
    expect((await ledger.head()).size).toBe(size);
  });
});

describe('a key that a program holds', () => {
  const program = fileURLToPath(
    new URL('../../../../evidence/tests/key/programs/signer.mjs', import.meta.url),
  );
  const SEED = '0b'.repeat(32);
  const open = (how: string) =>
    openCommandSigner({ command: [process.execPath, program, SEED, how], timeout_ms: 20_000 });

  test('signs the log after a rotation, and its failure writes nothing.', async () => {
    const signer = await open('works');
    try {
      await ledger.rotate(signer, AT);
      await ledger.append([plainEntry('a'), plainEntry('b'), plainEntry('a')]);
      await ledger.checkpoint(AT);
      expect((await verified()).findings).toEqual([]);
    } finally {
      signer.close();
    }
    const liar = await open('lies');
    try {
      await reopen({ key: liar });
      const { size } = await ledger.head();
      await expect(ledger.append([plainEntry('a')])).rejects.toMatchObject({ code: 'ERR_WCP_SIGNER' });
      await expect(ledger.checkpoint(AT)).rejects.toMatchObject({ code: 'ERR_WCP_SIGNER' });
      expect((await ledger.head()).size).toBe(size);
      await reopen({ key: signingKeyFromSeed(SEED) });
      await ledger.append([plainEntry('a')]);
      expect((await verified()).findings).toEqual([]);
    } finally {
      liar.close();
    }
  });

  test('is refused without a store key, which cannot be derived from it.', async () => {
    const signer = await open('works');
    try {
      await expect(openLedger(createMemoryStore(), { key: signer, origin })).rejects.toMatchObject({
        code: 'ERR_WCP_HALL',
      });
    } finally {
      signer.close();
    }
  });
});

test('A rotation leaves nothing beside the mark, which it does not need to sign.', async () => {
  const place = identity.mark as string;
  mkdirSync(dirname(place), { recursive: true });
  await ledger.rotate(keys[1], AT);
  expect(readdirSync(dirname(place))).toEqual(['mark.json']);
  expect(JSON.parse(readFileSync(place, 'utf8'))).toMatchObject({ size: 3, code: expect.any(String) });
});
