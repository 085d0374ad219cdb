import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generateSigningKey, signReceipt } from '@wcp/evidence';
import { type Receipt, sha256 } from '@wcp/spec';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Entry } from '../../../src/storage/ledger/entry.ts';
import { type OpenLedger, openLedger } from '../../../src/storage/ledger/ledger.ts';
import type { LedgerIdentity } from '../../../src/storage/ledger/ledger-identity.ts';
import { createMemoryStore } from '../../../src/storage/store/memory-store.ts';
import type { Change, ReceiptRow, StatefulRow, Store, TableName } from '../../../src/storage/store/store.ts';
import { TABLES } from '../../../src/storage/store/tables.ts';
import { tempFolder } from '../../support/temp-folder.ts';
import { plainEntry as entry } from './plain-entry.ts';

const origin = 'hall.example/log';
const key = generateSigningKey();
const otherKey = generateSigningKey();
let store: Store;
let ledger: OpenLedger;
let identity: LedgerIdentity;
beforeEach(async () => {
  store = createMemoryStore();
  identity = { key, origin, mark: join(tempFolder(), 'mark.json') };
  ledger = await openLedger(store, identity);
});
/** One Hall at a time writes the mark. */
const reopen = async (change: Partial<LedgerIdentity> = {}): Promise<OpenLedger> => {
  await ledger.close();
  ledger = await openLedger(store, { ...identity, ...change });
  return ledger;
};
const refusal = (message: RegExp, code = 'ERR_WCP_STORE') => ({
  code,
  message: expect.stringMatching(message),
});

const tampering = (message: RegExp) => refusal(message, 'ERR_WCP_STORE_TAMPERED');

const row = (id: string, document = '{"roles":["tenant"]}'): StatefulRow => ({
  id,
  state: 'active',
  at: '2026-01-01T00:00:00Z',
  document,
});
const put = (id: string, document?: string): Entry => ({
  changes: [{ put: 'api_keys', row: row(id, document) }],
});
/** Everything that stands in the store now, codes included, for an intruder who brings it back later. */
async function copyOf(): Promise<Change[]> {
  const changes: Change[] = [];
  for (const table of Object.keys(TABLES) as TableName[]) {
    for (const each of await store.list(table, { limit: 1_000 }))
      changes.push({ put: table, row: each } as Change);
  }
  return changes;
}
/** Sets the whole store back, as if its file had been replaced. */
async function bringBack(copy: readonly Change[]): Promise<void> {
  const removals = (await copyOf()).flatMap((change) =>
    'put' in change ? [{ remove: change.put, key: Object.values(change.row)[0] } as Change] : [],
  );
  await store.commit([...removals, ...copy]);
}

describe('the last receipts of a store', () => {
  const last = async () => (await store.list('receipts', { descending: true, limit: 1 }))[0] as ReceiptRow;
  const forge = async (change: Partial<Receipt>, by = key, resign = false) => {
    const found = await last();
    const { receipt_hash: _, signature, ...rest } = JSON.parse(found.receipt) as Receipt;
    const forged = signReceipt({ ...rest, ...change }, by);
    const text = resign ? forged.leaf : forged.leaf.replace(forged.receipt.signature, signature);
    const leaf = Buffer.from(sha256(`\0${text}`).slice(7), 'hex');
    const { stream, seq, receipt_hash } = forged.receipt;
    await store.commit([
      { put: 'receipts', row: { ...found, leaf, receipt: text } },
      { put: 'heads', row: { stream, seq, receipt_hash } },
    ]);
  };
  beforeEach(async () => {
    await ledger.append([entry('a'), entry('b'), entry('a')]);
  });

  test('open with the key that signed them', async () => {
    await reopen();
    await ledger.checkpoint('2026-01-01T00:00:00Z');
    await reopen();
  });

  test('are refused where they were changed, with leaf and head made anew', async () => {
    await forge({ policy_decision: 'DENY' });
    await expect(reopen()).rejects.toMatchObject(tampering(/the row 2 of receipts, the row "a" of heads/));
  });

  test('are refused where another key signed them', async () => {
    await forge({ policy_decision: 'DENY' }, otherKey, true);
    const ofAnotherKey = refusal(/signed with another key/, 'ERR_WCP_LOG_KEY');
    await expect(reopen()).rejects.toMatchObject(ofAnotherKey);
    await expect(reopen({ key: otherKey })).rejects.toMatchObject({ code: 'ERR_WCP_LOG_KEY' });
  });

  test('are refused where their row says something else', async () => {
    const found = await last();
    for (const change of [{ kind: 'decision' }, { decision_id: 'd' }, { correlation_id: 'c' }, { seq: 9 }]) {
      await store.commit([{ put: 'receipts', row: { ...found, ...change } }]);
      await expect(reopen()).rejects.toMatchObject(tampering(/the row 2 of receipts/));
      await store.commit([{ put: 'receipts', row: found }]);
    }
    await reopen();
  });
});

describe('the high-water mark', () => {
  const mark = () => identity.mark as string;
  beforeEach(async () => {
    await ledger.append([entry('a'), entry('a'), entry('b')]);
    await ledger.checkpoint('2026-01-01T00:00:00Z');
    await ledger.append([entry('a')]);
  });

  test('lets a store open that has come further, and one without a mark', async () => {
    await reopen();
    rmSync(mark());
    await (await reopen()).checkpoint('2026-01-01T00:01:00Z');
    expect(JSON.parse(readFileSync(mark(), 'utf8'))).toMatchObject({ size: 4 });
  });

  test('follows a commit within moments, and at once where the ledger is closed', async () => {
    await expect.poll(() => readFileSync(mark(), 'utf8')).toContain('"size": 4');
    await ledger.append([entry('a')]);
    expect(readFileSync(mark(), 'utf8')).toContain('"size": 4');
    await ledger.close();
    expect(readFileSync(mark(), 'utf8')).toContain('"size": 5');
  });

  test('covers a change of what somebody may do before it is acknowledged', async () => {
    await ledger.append([put('one')]);
    const { seal } = JSON.parse(readFileSync(mark(), 'utf8'));
    await ledger.append([put('one', '{"revoked":true}')]);
    expect(JSON.parse(readFileSync(mark(), 'utf8')).seal).toBe(seal + 1);
  });

  test('is for its owner alone, replaced in one step, and nothing else is left beside it', () => {
    expect(statSync(mark()).mode & 0o777).toBe(0o600);
    expect(readdirSync(join(mark(), '..'))).toEqual(['mark.json']);
  });

  test('refuses a store whose end was cut off together with its checkpoints', async () => {
    const before = await copyOf();
    await ledger.append([entry('b')]);
    await ledger.checkpoint('2026-01-01T00:01:00Z');
    await bringBack(before);
    await expect(reopen()).rejects.toMatchObject(refusal(/older than the high-water mark/));
    const { mark: _, ...unmarked } = identity;
    await openLedger(store, unmarked);
  });

  test('refuses an empty store in the place of the one that it belongs to, and another log', async () => {
    store = createMemoryStore();
    await expect(reopen()).rejects.toMatchObject(refusal(/older than the high-water mark/));
    const other = await openLedger(store, { key, origin });
    await other.append(Array.from({ length: 9 }, () => entry('x')));
    await expect(reopen()).rejects.toMatchObject(refusal(/or another one/));
  });

  test.each([
    ['a changed size', (text: string) => text.replace('"size": 4', '"size": 2')],
    ['a changed seal', (text: string) => text.replace(/"seal": [0-9]+/, '"seal": -1')],
    ['no JSON', () => 'junk'],
    ['nothing', () => ''],
    ['no numbers', () => '{"size":"3","seal":null}'],
    ['too much', (text: string) => text + ' '.repeat(5_000)],
  ])('is refused with %s', async (_, change) => {
    await ledger.close();
    writeFileSync(mark(), change(readFileSync(mark(), 'utf8')));
    await expect(reopen()).rejects.toMatchObject(refusal(/high-water mark of the log is damaged/));
  });

  test('by another key is refused', async () => {
    const place = join(tempFolder(), 'other.json');
    const other = await openLedger(createMemoryStore(), { key: otherKey, origin, mark: place });
    await other.checkpoint('2026-01-01T00:00:00Z');
    await expect(reopen({ mark: place })).rejects.toMatchObject(refusal(/belongs to another store/));
  });

  test('that an earlier version signed with the key of the log is read', async () => {
    await ledger.close();
    const { size, root, seal } = JSON.parse(readFileSync(mark(), 'utf8'));
    const text = `wcp-high-water-mark.v1\n${origin}\n${size}\n${root}\n${seal}\n`;
    const signed = (by: typeof key) => ({
      ...{ size, root, seal, signing_key_id: by.keyId },
      signature: by.sign(text).toString('base64'),
    });
    writeFileSync(mark(), JSON.stringify(signed(otherKey)));
    await expect(reopen()).rejects.toMatchObject(refusal(/belongs to another store/));
    writeFileSync(mark(), JSON.stringify({ ...signed(key), size: size + 1 }));
    await expect(reopen()).rejects.toMatchObject(refusal(/belongs to another store/));
    writeFileSync(mark(), JSON.stringify(signed(key)));
    await reopen();
    expect(readFileSync(mark(), 'utf8')).not.toContain('signature');
  });

  test('that cannot be written fails the checkpoint and the next start, and no commit', async () => {
    rmSync(join(mark(), '..'), { recursive: true });
    await ledger.append([put('one')]);
    const unwritable = refusal(/cannot be written beside the key/);
    await expect(ledger.checkpoint('2026-01-01T00:01:00Z')).rejects.toMatchObject(unwritable);
    await expect(reopen()).rejects.toMatchObject(unwritable);
    expect(existsSync(mark())).toBe(false);
  });
});

describe('rows that say who may do what', () => {
  const damaged = tampering(/changed without the key of this Hall/);
  beforeEach(async () => {
    await ledger.append([put('one'), put('two')]);
  });

  test('open as the Hall wrote them, however they came about', async () => {
    await reopen();
    await ledger.append([{ changes: [{ remove: 'api_keys', key: 'two' }] }]);
    await (await reopen()).append([put('three'), entry('a')]);
    await reopen();
  });

  test.each<[string, Change]>([
    ['was edited to admin', { put: 'api_keys', row: row('one', '{"roles":["admin"]}') }],
    ['was added', { put: 'api_keys', row: row('mine') }],
    ['was removed', { remove: 'api_keys', key: 'two' }],
    ['has another state', { put: 'api_keys', row: { ...row('one'), state: 'retiring' } }],
    ['is an issuer of the intruder', { put: 'issuers', row: row('https://evil.example') }],
    ['is a key of an authority', { put: 'authorities', row: row('org.acme ed25519:0') }],
    ['is a worker', { put: 'workers', row: row('org.evil.worker') }],
    ['is a version of a worker', { put: 'worker_versions', row: row('org.evil.worker#1') }],
    ['is a freeze', { put: 'freezes', row: row('hall') }],
    ['is a ban list', { put: 'ban_lists', row: row('org.acme') }],
    ['is a document in force', { put: 'meta', row: row('last-good') }],
    ['is the seal itself', { put: 'seals', row: { id: 'store', document: '{"version":9}' } }],
    ['is the seal, removed', { remove: 'seals', key: 'store' }],
    ['is the seal, and no JSON', { put: 'seals', row: { id: 'store', document: '{' } }],
  ])('are refused where one %s', async (_, change) => {
    await store.commit([change]);
    await expect(reopen()).rejects.toMatchObject(damaged);
    await expect(openLedger(store, { key, origin })).rejects.toMatchObject(damaged);
  });

  test('are refused where an earlier state with its own seal was brought back', async () => {
    const before = await copyOf();
    await ledger.append([put('one', '{"revoked":true}')]);
    const after = await copyOf();
    await bringBack(before);
    await expect(reopen()).rejects.toMatchObject(refusal(/older than the high-water mark/));
    await bringBack(after);
    await reopen();
  });

  test('are refused under the seal of another log or another key', async () => {
    await expect(reopen({ key: otherKey })).rejects.toMatchObject(refusal(/another key/));
    await expect(openLedger(store, { key, origin: 'other.example/log' })).rejects.toMatchObject(damaged);
  });

  test('keep their seal where a commit fails', async () => {
    const commit = store.commit.bind(store);
    store.commit = () => Promise.reject(new Error('The disk is full.'));
    await expect(ledger.append([put('three')])).rejects.toThrow('The disk is full.');
    store.commit = commit;
    await reopen();
    await ledger.append([put('four')]);
    await reopen();
  });
});
