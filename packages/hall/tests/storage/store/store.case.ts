import { WcpError } from '@wcp/spec';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type {
  Change,
  CodedRow,
  Key,
  ReceiptRow,
  StatefulRow,
  Store,
  TableName,
} from '../../../src/storage/store/store.ts';
import { keyOf, TABLES } from '../../../src/storage/store/tables.ts';

/** A store that is empty, and the way to end it. */
export interface OpenStore {
  readonly store: Store;
  close(): Promise<void>;
}

const row = (id: string, members: Partial<StatefulRow> = {}): StatefulRow => ({
  id,
  state: 'new',
  at: '2026-01-31T12:00:00.000Z',
  document: '{}',
  ...members,
});
const put = (id: string, members: Partial<StatefulRow> = {}): Change => ({
  put: 'meta',
  row: row(id, members),
});
const receipt = (position: number, members: Partial<ReceiptRow> = {}): ReceiptRow => ({
  position,
  stream: 'tenant-a',
  seq: position,
  kind: 'decision',
  decision_id: `decision-${position}`,
  correlation_id: null,
  leaf: new Uint8Array(32).fill(position),
  receipt: '{}',
  ...members,
});
const putReceipt = (position: number, members: Partial<ReceiptRow> = {}): Change => ({
  put: 'receipts',
  row: receipt(position, members),
});
const failing = { code: 'ERR_WCP_STORE', name: expect.any(String) };

/** A row without the code that some stores show beside it. */
const plain = (found: (object & CodedRow) | null): object | null => {
  const { mac: _, ...rest } = found ?? {};
  return found === null ? null : rest;
};

/** What every store does: each implementation runs it. */
export function storeCases(name: string, open: () => Promise<OpenStore>): void {
  let opened: OpenStore;
  let store: Store;
  beforeAll(async () => {
    opened = await open();
    store = opened.store;
  });
  beforeEach(async () => {
    for (const table of Object.keys(TABLES) as TableName[]) {
      const rows = await store.list(table, { limit: 1_000_000 });
      const key = keyOf(table) as keyof (typeof rows)[number];
      await store.commit(
        rows.map((found) => ({ remove: table, key: found[key] as unknown as Key }) as Change),
      );
    }
  });
  afterAll(() => opened.close());

  const ids = async (query: object = {}) => (await store.list('meta', query)).map(({ id }) => id);
  const positions = async (query: object = {}) =>
    (await store.list('receipts', query)).map(({ position }) => position);

  describe(`${name}: rows`, () => {
    test('A row that was put is there with every member, and one that was not is null.', async () => {
      await store.commit([put('a', { document: '{"x":1}' }), putReceipt(7)]);
      expect(plain(await store.get('meta', 'a'))).toEqual(row('a', { document: '{"x":1}' }));
      expect(plain(await store.get('receipts', 7))).toEqual(receipt(7));
      expect(await store.get('meta', 'b')).toBeNull();
      expect(await store.get('receipts', 8)).toBeNull();
      expect(await store.get('freezes', 'a')).toBeNull();
    });

    test('A row that is put again replaces the one with its key as a whole.', async () => {
      await store.commit([putReceipt(1, { correlation_id: 'c' })]);
      await store.commit([putReceipt(1, { kind: 'outcome' })]);
      expect(plain(await store.get('receipts', 1))).toEqual(receipt(1, { kind: 'outcome' }));
      expect(await store.count('receipts')).toBe(1);
    });

    test('A removed row is gone, and removing it again does nothing.', async () => {
      await store.commit([put('a'), put('b')]);
      const remove: Change = { remove: 'meta', key: 'a' };
      await store.commit([remove]);
      await store.commit([remove, { remove: 'receipts', key: 1 }]);
      expect([await ids(), await store.count('meta')]).toEqual([['b'], 1]);
    });

    test('Null stays null, bytes stay bytes, and an empty text stays empty.', async () => {
      const leaf = Uint8Array.from([0, 1, 127, 128, 255]);
      await store.commit([putReceipt(1, { decision_id: null, correlation_id: '', leaf })]);
      const got = await store.get('receipts', 1);
      expect([got?.decision_id, got?.correlation_id]).toEqual([null, '']);
      expect([...(got?.leaf ?? [])]).toEqual([...leaf]);
      expect(got?.leaf).toBeInstanceOf(Uint8Array);
    });

    test('Integers up to 2^53-1 stay what they are, as keys and as members.', async () => {
      const greatest = Number.MAX_SAFE_INTEGER;
      await store.commit([
        { put: 'nodes', row: { place: greatest, hash: new Uint8Array(1) } },
        { put: 'nodes', row: { place: greatest - 1, hash: new Uint8Array(2) } },
        { put: 'chains', row: { chain: 'c', blast_score: greatest, dispatches: 0 } },
      ]);
      expect((await store.get('nodes', greatest))?.hash).toHaveLength(1);
      expect((await store.get('chains', 'c'))?.blast_score).toBe(greatest);
      expect((await store.list('nodes', { after: greatest - 1 })).map(({ place }) => place)).toEqual([
        greatest,
      ]);
    });

    test('Any Unicode text stays what it is.', async () => {
      const texts = [
        '\u0000',
        'é',
        'e\u0301',
        '\u2028',
        '😀',
        '\ufffd',
        "'; DROP TABLE outbox; --",
        '\\',
        '%',
      ];
      await store.commit(texts.map((text) => put(text, { document: text })));
      for (const text of texts) expect((await store.get('meta', text))?.document).toBe(text);
      expect(await store.count('meta')).toBe(texts.length);
    });

    test('A large row is kept whole.', async () => {
      const document = JSON.stringify({ text: 'ä'.repeat(4 * 1_048_576) });
      await store.commit([put('large', { document })]);
      expect((await store.get('meta', 'large'))?.document === document).toBe(true);
    });

    test('Changing what was handed in or out does not change what is stored.', async () => {
      const leaf = new Uint8Array(4).fill(1);
      const given = { ...receipt(1), leaf };
      await store.commit([{ put: 'receipts', row: given }]);
      leaf.fill(9);
      (given as { kind: string }).kind = 'changed';
      const first = (await store.get('receipts', 1)) as ReceiptRow;
      expect([first.kind, [...first.leaf]]).toEqual(['decision', [1, 1, 1, 1]]);
      first.leaf.fill(7);
      (first as { kind: string }).kind = 'changed';
      const [second] = await store.list('receipts');
      expect([second?.kind, [...(second?.leaf ?? [])]]).toEqual(['decision', [1, 1, 1, 1]]);
    });
  });

  describe(`${name}: lists`, () => {
    test('Lists are in the order of the key, whatever the order of the commits.', async () => {
      await store.commit([3, 1, 20, 100].map((position) => putReceipt(position)));
      await store.commit([putReceipt(2)]);
      expect(await positions()).toEqual([1, 2, 3, 20, 100]);
      expect(await positions({ descending: true })).toEqual([100, 20, 3, 2, 1]);
    });

    test('Lists order texts by their code points, as their UTF-8 is ordered.', async () => {
      const texts = ['b', 'a', 'B', '', 'a-', 'aa', 'Z', '1', '10', '2', 'é', 'z', '\uffff', '😀', '\ue000'];
      await store.commit(texts.map((text) => put(text)));
      const byBytes = texts.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
      expect(await ids()).toEqual(byBytes);
      expect(await ids({ after: 'é' })).toEqual(byBytes.slice(byBytes.indexOf('é') + 1));
      expect(await ids({ after: '\uffff', descending: true })).toEqual(
        byBytes.slice(0, byBytes.indexOf('\uffff')).toReversed(),
      );
    });

    test('A list begins after a key, which need not exist, in the direction of the list.', async () => {
      await store.commit([1, 2, 3, 5].map((position) => putReceipt(position)));
      expect(await positions({ after: 2 })).toEqual([3, 5]);
      expect(await positions({ after: 4 })).toEqual([5]);
      expect(await positions({ after: 0 })).toEqual([1, 2, 3, 5]);
      expect(await positions({ after: 5 })).toEqual([]);
      expect(await positions({ after: 4, descending: true })).toEqual([3, 2, 1]);
      expect(await positions({ after: 1, descending: true })).toEqual([]);
    });

    test('A list ends at its limit, which is 100 by default.', async () => {
      await store.commit(Array.from({ length: 105 }, (_, position) => putReceipt(position)));
      expect(await positions({ limit: 2 })).toEqual([0, 1]);
      expect(await positions({ limit: 2, after: 100 })).toEqual([101, 102]);
      expect(await positions({ limit: 2, descending: true })).toEqual([104, 103]);
      expect(await positions()).toHaveLength(100);
      expect(await positions({ limit: 1000 })).toHaveLength(105);
      expect(await positions({ limit: 0 })).toEqual([]);
      expect(await store.count('receipts')).toBe(105);
    });

    test('A filtered list holds only rows with these members; null is a value like any other.', async () => {
      await store.commit([
        putReceipt(1, { correlation_id: 'c', kind: 'decision' }),
        putReceipt(2, { correlation_id: 'c', kind: 'outcome' }),
        putReceipt(3, { correlation_id: 'd', kind: 'decision' }),
        putReceipt(4, { correlation_id: null, kind: 'decision' }),
      ]);
      expect(await positions({ where: { correlation_id: 'c' } })).toEqual([1, 2]);
      expect(await positions({ where: { correlation_id: 'c', kind: 'outcome' } })).toEqual([2]);
      expect(await positions({ where: { correlation_id: null } })).toEqual([4]);
      expect(await positions({ where: { correlation_id: 'C' } })).toEqual([]);
      expect(await positions({ where: { stream: 'tenant-a', seq: 3 } })).toEqual([3]);
      expect(await positions({ where: {} })).toEqual([1, 2, 3, 4]);
      const query = { where: { kind: 'decision' }, after: 4, limit: 1, descending: true };
      expect(await positions(query)).toEqual([3]);
    });

    test('A filter is a value and never a pattern.', async () => {
      await store.commit([put('a', { state: 'due' }), put('b', { state: '%' }), put('c', { state: 'du_' })]);
      expect(await ids({ where: { state: '%' } })).toEqual(['b']);
      expect(await ids({ where: { state: "due' or '1'='1" } })).toEqual([]);
    });
  });

  describe(`${name}: commits`, () => {
    test('A commit happens as a whole, in its order, or not at all.', async () => {
      await store.commit([put('a', { state: 'old' }), put('b'), putReceipt(1)]);
      const changes: Change[] = [
        put('a', { state: 'new' }),
        { remove: 'meta', key: 'b' },
        put('c'),
        putReceipt(2),
        putReceipt(3, { seq: 1 }),
      ];
      await expect(store.commit(changes)).rejects.toMatchObject(failing);
      expect(await ids()).toEqual(['a', 'b']);
      expect((await store.get('meta', 'a'))?.state).toBe('old');
      expect(await positions()).toEqual([1]);
      await store.commit([put('d'), put('d', { state: 'last' }), put('e'), { remove: 'meta', key: 'e' }]);
      expect(await ids()).toEqual(['a', 'b', 'd']);
      expect((await store.get('meta', 'd'))?.state).toBe('last');
    });

    test('Commits keep what is unique: no two receipts have the same place in a stream.', async () => {
      await store.commit([putReceipt(1, { seq: 0 })]);
      await expect(store.commit([putReceipt(2, { seq: 0 })])).rejects.toBeInstanceOf(WcpError);
      await store.commit([putReceipt(2, { seq: 0, stream: 'tenant-b' }), putReceipt(1, { seq: 0 })]);
      await store.commit([{ remove: 'receipts', key: 1 }, putReceipt(3, { seq: 0 })]);
      await expect(store.commit([putReceipt(4, { seq: 0 })])).rejects.toMatchObject(failing);
      await store.commit([putReceipt(3, { seq: 9 }), putReceipt(4, { seq: 0 })]);
      expect(await positions()).toEqual([2, 3, 4]);
    });

    test('Commits go on after one that failed.', async () => {
      await store.commit([putReceipt(1)]);
      for (let tries = 0; tries < 3; tries += 1) {
        await expect(store.commit([put('x'), putReceipt(9, { seq: 1 })])).rejects.toMatchObject(failing);
      }
      await store.commit([put('y')]);
      expect(await ids()).toEqual(['y']);
    });

    test('Simultaneous commits are all stored.', async () => {
      const commits = Array.from({ length: 20 }, (_, position) => store.commit([putReceipt(position)]));
      await Promise.all(commits);
      expect(await store.count('receipts')).toBe(20);
    });

    test('An empty commit is allowed.', async () => {
      await store.commit([]);
      expect(await store.count('meta')).toBe(0);
    });
  });

  test(`${name}: A closed store rejects every call, and closing it again does nothing.`, async () => {
    const other = await open();
    await other.store.commit([put('a')]);
    await other.close();
    for (const attempt of [
      () => other.store.get('meta', 'a'),
      () => other.store.list('meta'),
      () => other.store.count('meta'),
      () => other.store.commit([put('b')]),
      () => other.store.commit([]),
    ]) {
      await expect(attempt()).rejects.toMatchObject(failing);
    }
    await other.close();
  });
}
