import { generateSigningKey, verifyLog } from '@wcp/evidence';
import { WcpError } from '@wcp/spec';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Entry } from '../../../src/storage/ledger/entry.ts';
import { GroupCommit } from '../../../src/storage/ledger/group-commit.ts';
import { type Ledger, openLedger } from '../../../src/storage/ledger/ledger.ts';
import { createMemoryStore } from '../../../src/storage/store/memory-store.ts';
import type { Store } from '../../../src/storage/store/store.ts';

const key = generateSigningKey();
let store: Store;
let ledger: Ledger;
let commits: number;
let isFull: boolean;
beforeEach(async () => {
  const kept = createMemoryStore();
  commits = 0;
  isFull = false;
  store = {
    get: kept.get.bind(kept),
    list: kept.list.bind(kept),
    count: kept.count.bind(kept),
    wipe: kept.wipe.bind(kept),
    close: kept.close.bind(kept),
    async commit(changes) {
      if (isFull) throw new WcpError('ERR_WCP_STORE', 'The disk is full.');
      commits += 1;
      await kept.commit(changes);
    },
  };
  ledger = await openLedger(store, { key, origin: 'hall.example/log' });
});

/** Evidence in a stream. */
const entry = (stream: string): Entry => ({
  evidence: {
    kind: 'plain',
    draft: {
      kind: 'approval',
      stream,
      correlation_id: null,
      decision_id: null,
      dispatched_at: null,
      worker_id: null,
      worker_species_id: null,
      capability_id: null,
      policy_decision: 'ALLOW',
      deny_code: null,
      controls_verified: [],
      artifact_hash: null,
      decision_digest: null,
      world_digest: null,
      outcome: null,
    },
  },
});
const event = (name: string): Entry => ({ events: { tenant_id: null, list: [{ event_id: name }] } });
const receipts = async () =>
  (await store.list('receipts', { limit: 1000 })).map(({ receipt }) => JSON.parse(receipt));
const findings = async () =>
  verifyLog({ receipts: await receipts(), keys: { [key.keyId]: key.publicKey } }).findings;

describe('the ledger', () => {
  test('The ledger gives each entry its place in the log and its receipt a place in its stream.', async () => {
    const appended = await ledger.append([entry('a'), event('x'), entry('b'), entry('a')]);
    expect(appended.map(({ position, events }) => [position, events])).toEqual([
      [0, null],
      [null, 1],
      [1, null],
      [2, null],
    ]);
    expect((await receipts()).map(({ stream, seq }) => [stream, seq])).toEqual([
      ['a', 0],
      ['b', 0],
      ['a', 1],
    ]);
    expect(await findings()).toEqual([]);
  });

  test('A failed commit leaves the ledger where it was: no gap, no event, the same root.', async () => {
    await ledger.append([entry('a')]);
    const before = await ledger.head();
    isFull = true;
    await expect(ledger.append([entry('a'), event('x'), entry('b')])).rejects.toThrow('The disk is full.');
    expect(await ledger.head()).toEqual(before);
    isFull = false;
    const [next, told] = await ledger.append([entry('a'), event('y')]);
    expect([next?.position, told?.events]).toEqual([1, 1]);
    expect(await findings()).toEqual([]);
  });

  test('The ledger goes on where the store ended, with the same root.', async () => {
    await ledger.append(Array.from({ length: 300 }, (_, index) => entry(`s${index % 7}`)));
    const again = await openLedger(store, { key, origin: 'hall.example/log' });
    expect(await again.head()).toEqual(await ledger.head());
    await again.append([entry('s1'), event('x')]);
    expect(await findings()).toEqual([]);
  });

  test('Commits happen one after another, however many come at once.', async () => {
    await Promise.all(Array.from({ length: 50 }, (_, index) => ledger.append([entry(`s${index % 3}`)])));
    expect((await ledger.head()).size).toBe(50);
    expect(await findings()).toEqual([]);
  });
});

describe('simultaneous entries', () => {
  test('Simultaneous entries share a commit, each with its own answer.', async () => {
    const group = new GroupCommit(ledger);
    const appended = await Promise.all(
      Array.from({ length: 100 }, (_, index) => group.append([entry('a'), event(String(index))])),
    );
    expect(commits).toBe(1);
    expect(appended.map(([receipt]) => receipt?.position)).toEqual(
      Array.from({ length: 100 }, (_, at) => at),
    );
    expect(appended.map(([, told]) => told?.events)).toEqual(Array.from({ length: 100 }, (_, at) => at + 1));
  });

  test('Simultaneous entries fail together, and later ones do not.', async () => {
    const group = new GroupCommit(ledger);
    isFull = true;
    const failed = await Promise.allSettled([group.append([entry('a')]), group.append([entry('b')])]);
    expect(failed.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    isFull = false;
    await group.append([entry('a')]);
    expect((await receipts()).map(({ stream, seq }) => [stream, seq])).toEqual([['a', 0]]);
  });

  test('Entries gather while a commit is in progress.', async () => {
    const group = new GroupCommit(ledger);
    const first = group.append([entry('a')]);
    await new Promise((next) => setImmediate(next));
    const rest = Array.from({ length: 20 }, () => group.append([entry('a')]));
    await Promise.all([first, ...rest]);
    expect(commits).toBeLessThanOrEqual(3);
    expect(await findings()).toEqual([]);
  });
});
