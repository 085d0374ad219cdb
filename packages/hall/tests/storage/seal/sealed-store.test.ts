import { beforeEach, describe, expect, test } from 'vitest';
import { openSealedStore } from '../../../src/storage/seal/open-sealed-store.ts';
import { RowMac } from '../../../src/storage/seal/row-mac.ts';
import type { SealedStore } from '../../../src/storage/seal/sealed-store.ts';
import { generateStoreKey } from '../../../src/storage/seal/store-key.ts';
import { TamperWatch } from '../../../src/storage/seal/tamper-watch.ts';
import { createMemoryStore } from '../../../src/storage/store/memory-store.ts';
import type { Change, StatefulRow, Store } from '../../../src/storage/store/store.ts';

const mac = new RowMac(generateStoreKey());
let raw: Store;
let store: SealedStore;
beforeEach(async () => {
  raw = createMemoryStore();
  store = await openSealedStore(raw, mac);
});
const reopen = () => openSealedStore(raw, mac);
const row = (id: string, document = '{}'): StatefulRow => ({ id, state: 's', at: '', document });
const put = (id: string, document?: string): Change => ({ put: 'meta', row: row(id, document) });
const tampered = { code: 'ERR_WCP_STORE_TAMPERED' };

describe('a sealed store', () => {
  test('gives back what was put, without the codes, and counts the commits that need a seal', async () => {
    await store.commit([put('a'), put('b')]);
    await store.commit([{ put: 'worlds', row: { digest: 'd', documents: '{}', at: '' } }]);
    await store.commit([]);
    expect(await store.get('meta', 'a')).toEqual(row('a'));
    expect(await store.list('meta')).toEqual([row('a'), row('b')]);
    expect(store.version).toBe(1);
    expect((await reopen()).version).toBe(1);
  });

  test('opens again however often rows were replaced, put again and removed, in one commit or many', async () => {
    await store.commit([put('a', '1'), put('a', '2'), put('b'), { remove: 'meta', key: 'b' }, put('a', '2')]);
    await store.commit([put('a', '2')]);
    await store.commit([{ remove: 'meta', key: 'none' }, put('c'), { remove: 'meta', key: 'c' }, put('c')]);
    store = await reopen();
    await store.commit([put('a', '3'), { remove: 'meta', key: 'c' }, { remove: 'meta', key: 'c' }]);
    store = await reopen();
    expect(await store.list('meta')).toEqual([row('a', '3')]);
  });

  test('opens again after commits at the same time, and after one that failed', async () => {
    const commit = raw.commit.bind(raw);
    raw.commit = async (changes) => {
      await new Promise((resolve) => setImmediate(resolve));
      if (changes.some((change) => 'put' in change && change.put === 'freezes')) throw new Error('full');
      await commit(changes);
    };
    const all = ['a', 'b', 'a', 'c'].map((id, index) => store.commit([put(id, String(index))]));
    const failing = store.commit([put('d'), { put: 'freezes', row: row('x') }]);
    await expect(failing).rejects.toThrow('full');
    await Promise.all([...all, store.commit([{ remove: 'meta', key: 'b' }])]);
    expect((await (await reopen()).list('meta')).map(({ document }) => document)).toEqual(['2', '3']);
  });

  test('refuses a row that is edited while it is open, and every list with it', async () => {
    await store.commit([put('a'), put('b')]);
    const kept = await raw.get('meta', 'a');
    await raw.commit([{ put: 'meta', row: { ...(kept as StatefulRow), document: '{"result":"mine"}' } }]);
    await expect(store.get('meta', 'a')).rejects.toMatchObject(tampered);
    await expect(store.list('meta')).rejects.toMatchObject(tampered);
    expect(await store.get('meta', 'b')).toEqual(row('b'));
  });

  test('refuses a row that an index finds for what the row does not say', async () => {
    await store.commit([put('a')]);
    const list = raw.list.bind(raw);
    raw.list = (table, { where: _, ...query } = {}) => list(table, query);
    await expect(store.list('meta', { where: { state: 'other' } })).rejects.toMatchObject(tampered);
    expect(await store.list('meta', { where: { state: 's' } })).toEqual([row('a')]);
  });

  test('does not open on an earlier state of one row, whose code is good', async () => {
    await store.commit([put('a', 'pending')]);
    const before = (await raw.get('meta', 'a')) as StatefulRow;
    await store.commit([put('a', 'denied')]);
    await raw.commit([{ put: 'meta', row: before }]);
    await expect(reopen()).rejects.toMatchObject({
      ...tampered,
      message: expect.stringContaining('rows of meta'),
    });
  });

  test('does not open where two rows exchanged what they hold', async () => {
    await store.commit([put('a', '1'), put('b', '2')]);
    const [a, b] = (await raw.list('meta')) as [StatefulRow, StatefulRow];
    await raw.commit([
      { put: 'meta', row: { ...a, id: 'b' } },
      { put: 'meta', row: { ...b, id: 'a' } },
    ]);
    const message = expect.stringMatching(/the row "a" of meta, the row "b" of meta/);
    await expect(reopen()).rejects.toMatchObject({ ...tampered, message });
  });

  test('names five rows and counts the others, and never lets a key write to a terminal', async () => {
    await raw.commit(['\u001b[2J', 'b', 'c', 'd', 'e', 'f', 'g'].map((id) => put(id)));
    const { message } = await reopen().then(
      () => ({ message: '' }),
      (error: Error) => error,
    );
    expect(message).toContain('2 more');
    expect(message).not.toContain('\u001b');
  });
});

describe('what was tampered with', () => {
  test('is noted once for each row, logged once, and still refused', async () => {
    const logged: string[] = [];
    const watch = new TamperWatch((level, message) => logged.push(`${level} ${message}`));
    const watched = watch.over({
      store,
      ledger: {} as never,
      payloads: {} as never,
      copyTo: async () => {},
      close: () => store.close(),
    });
    await store.commit([put('a'), put('b')]);
    await raw.commit([put('a', 'mine')]);
    for (let index = 0; index < 3; index += 1) {
      await expect(watched.store.get('meta', 'a')).rejects.toMatchObject(tampered);
    }
    expect(await watched.store.get('meta', 'b')).toEqual(row('b'));
    expect(watch.messages).toEqual([expect.stringContaining('the row "a" of meta')]);
    expect(logged).toEqual([`error ${watch.messages[0]}`]);
    watch.note(new Error('something else'));
    expect(watch.messages).toHaveLength(1);
  });
});
