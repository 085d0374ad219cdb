import { canonicalJson, type Receipt } from '@wcp/spec';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { receiptHash, signCheckpoint, signReceipt, verifyLog } from '../../src/index.ts';
import {
  codesOf,
  draftOf,
  hostileValues,
  key,
  keys,
  logOf,
  otherKey,
  treeOf,
  withChange,
} from '../support.ts';

const origin = 'hall.example/log';
const log = logOf(['a', 'b', 'a', 'b', 'a']);
const checkpointOf = (receipts: readonly object[], signer = key, name = origin) => {
  const tree = treeOf(receipts);
  return signCheckpoint({ origin: name, size: tree.size, root: tree.root() }, signer);
};
const checkpoint = checkpointOf(log);
const codes = (receipts: unknown, checkpoints: unknown = [checkpoint], known: unknown = keys) =>
  codesOf(verifyLog({ receipts, keys: known, checkpoints, origin }));

describe('a log', () => {
  test('A log that is unchanged holds against every earlier checkpoint.', () => {
    const past = log.map((_, index) => checkpointOf(log.slice(0, index)));
    expect(codes(log, [...past, checkpoint])).toEqual([]);
    expect(verifyLog({ receipts: log, keys })).toMatchObject({ ok: true, findings: [], keys: [] });
    expect(codesOf(verifyLog({ receipts: log, keys, checkpoints: [checkpoint] }))).toEqual([]);
  });

  test('A log with a changed member is found by RECEIPT_HASH_MISMATCH.', () => {
    expect(codes(withChange(log, 2, { worker_id: 'org.evil.w' }))).toEqual([
      '2 RECEIPT_HASH_MISMATCH',
      '0 LOG_ROOT_MISMATCH',
    ]);
  });

  test('A log from which a receipt was removed is found by RECEIPT_SEQ_GAP and RECEIPT_CHAIN_BREAK.', () => {
    expect(codes(log.toSpliced(2, 1))).toEqual([
      '3 RECEIPT_SEQ_GAP',
      '3 RECEIPT_CHAIN_BREAK',
      '0 LOG_TAIL_MISSING',
    ]);
  });

  test('A log whose tail was removed is found by LOG_TAIL_MISSING, and only against the checkpoint.', () => {
    expect(codes(log.slice(0, 4))).toEqual(['0 LOG_TAIL_MISSING']);
    expect(codes([])).toEqual(['0 LOG_TAIL_MISSING']);
    expect(codes(log.slice(0, 4), [])).toEqual([]);
  });

  test('A log in which two receipts changed places is found, those of two streams only against the checkpoint.', () => {
    const [a0, b0, a1, b1, a2] = log;
    expect(codes([a2, b0, a1, b1, a0])).toContain('0 RECEIPT_HEAD_MISSING');
    expect(codes([b0, a0, a1, b1, a2])).toEqual(['0 LOG_ROOT_MISMATCH']);
  });

  test('A log with a receipt hashed again without its key is found by RECEIPT_SIGNATURE_INVALID.', () => {
    const forged = { ...log[2], worker_id: 'org.evil.w' };
    const found = codes(withChange(log, 2, { ...forged, receipt_hash: receiptHash(forged) }));
    expect(found).toEqual(['2 RECEIPT_SIGNATURE_INVALID', '4 RECEIPT_CHAIN_BREAK', '0 LOG_ROOT_MISMATCH']);
  });

  test('A log with a forked stream is found by RECEIPT_FORKED.', () => {
    const fork = {
      ...draftOf('a', { decision_id: null }),
      seq: 1,
      prev_receipt_hash: log[0]?.receipt_hash ?? null,
    };
    expect(codes([...log.slice(0, 3), signReceipt(fork, key).receipt], undefined)).toEqual([
      '3 RECEIPT_SEQ_GAP',
      '3 RECEIPT_CHAIN_BREAK',
      '3 RECEIPT_FORKED',
      '0 LOG_TAIL_MISSING',
    ]);
  });

  test('A log with three receipts for one place has a fork at each later one.', () => {
    const at0 = (decision_id: string) =>
      signReceipt({ ...draftOf('a', { decision_id }), seq: 0, prev_receipt_hash: null }, key).receipt;
    const [one, two] = [at0('1'), at0('2')];
    for (const receipts of [
      [one, two, one],
      [one, two, two],
    ]) {
      const found = codesOf(verifyLog({ receipts, keys })).filter((code) => code.endsWith('FORKED'));
      expect(found).toEqual(['1 RECEIPT_FORKED', '2 RECEIPT_FORKED']);
    }
  });

  test('A log with one receipt twice has no fork, nor have streams whose names look like places.', () => {
    const forked = (receipts: unknown) =>
      codesOf(verifyLog({ receipts, keys })).filter((code) => code.endsWith('FORKED'));
    expect(forked([log[0], log[0]])).toEqual([]);
    expect(forked(logOf(['x', '0 x', '1 x', 'x', '__proto__', '__proto__']))).toEqual([]);
  });

  test('A log under a wrong key is found by RECEIPT_KEY_UNKNOWN or RECEIPT_SIGNATURE_INVALID.', () => {
    const all = (code: string) => log.map((_, index) => `${index} ${code}`);
    expect(codes(log, [], { [otherKey.keyId]: otherKey.publicKey })).toEqual(all('RECEIPT_KEY_UNKNOWN'));
    expect(codes(log, [], { [key.keyId]: otherKey.publicKey })).toEqual(all('RECEIPT_SIGNATURE_INVALID'));
  });
});

describe('a checkpoint', () => {
  test('A checkpoint of another log is found by its origin, its key or its root.', () => {
    expect(codes(log, [checkpointOf(log, key, 'other.example/log')])).toEqual([
      '0 CHECKPOINT_ORIGIN_MISMATCH',
    ]);
    expect(codes(log, [checkpointOf(logOf(['c', 'd']))])).toEqual(['0 LOG_ROOT_MISMATCH']);
    const known = { [key.keyId]: key.publicKey };
    expect(codes(log, [checkpointOf(log, otherKey)], known)).toEqual(['0 CHECKPOINT_KEY_UNKNOWN']);
  });

  test('A checkpoint of another origin than the first is found if no origin is given.', () => {
    const checkpoints = ['junk', checkpoint, checkpointOf(log, key, 'other.example/log')];
    expect(codesOf(verifyLog({ receipts: log, keys, checkpoints }))).toEqual([
      '0 CHECKPOINT_MALFORMED',
      '2 CHECKPOINT_ORIGIN_MISMATCH',
    ]);
  });

  test('A checkpoint that was changed has an invalid signature.', () => {
    expect(codes(log, [checkpoint.replace('\n5\n', '\n4\n')])).toEqual(['0 CHECKPOINT_SIGNATURE_INVALID']);
  });

  test('A checkpoint may have keys of its own.', () => {
    const evidence = { receipts: log, keys, checkpoints: [checkpoint], origin };
    const checkpoint_keys = { [otherKey.keyId]: otherKey.publicKey };
    expect(codesOf(verifyLog({ ...evidence, checkpoint_keys }))).toEqual(['0 CHECKPOINT_KEY_UNKNOWN']);
  });

  test('A checkpoint that is not a text is malformed, and so are checkpoints that are not a list.', () => {
    for (const value of hostileValues()) {
      expect(codes(log, [value])).toEqual(['0 CHECKPOINT_MALFORMED']);
      expect(verifyLog({ receipts: value, keys: value, checkpoints: value ?? null }).findings).toBeInstanceOf(
        Array,
      );
    }
    expect(codesOf(verifyLog({ receipts: log, keys, checkpoints: null }))).toEqual([
      '0 CHECKPOINT_MALFORMED',
    ]);
    expect(codesOf(verifyLog({ receipts: null, keys }))).toEqual(['0 RECEIPT_MALFORMED']);
  });
});

describe('a manipulation of a log with a checkpoint', () => {
  const arbitraryLog = fc
    .array(fc.constantFrom('a', 'b', 'c', '__proto__'), { minLength: 1, maxLength: 7 })
    .map(logOf);
  const isFound = (receipts: unknown, original: readonly Receipt[]) =>
    codes(receipts, [checkpointOf(original)]).length > 0;
  const nothing = { numRuns: 60 };

  test('A manipulation of a log with a checkpoint is found: any member of any receipt changed to any other value.', () => {
    const change = fc.tuple(fc.nat(), fc.nat(), fc.jsonValue());
    fc.assert(
      fc.property(arbitraryLog, change, (receipts, [at, which, value]) => {
        const index = at % receipts.length;
        const members = Object.keys(receipts[index] as object);
        const changed = withChange(receipts, index, { [members[which % members.length] as string]: value });
        fc.pre(canonicalJson(changed) !== canonicalJson(receipts));
        expect(isFound(changed, receipts)).toBe(true);
      }),
      nothing,
    );
  });

  test('A manipulation of a log with a checkpoint is found: a removed or an added member, even without the checkpoint.', () => {
    fc.assert(
      fc.property(arbitraryLog, fc.nat(), fc.nat(), fc.string(), (receipts, at, which, name) => {
        const index = at % receipts.length;
        const members = Object.entries(receipts[index] as object);
        fc.pre(!members.some(([known]) => known === name));
        const less = Object.fromEntries(members.toSpliced(which % members.length, 1));
        const more = Object.fromEntries([...members, [name, null]]);
        expect(codes(receipts.with(index, less as Receipt), []).length).toBeGreaterThan(0);
        expect(codes(receipts.with(index, more as Receipt), [])).toContain(`${index} RECEIPT_HASH_MISMATCH`);
      }),
      nothing,
    );
  });

  test('A manipulation of a log with a checkpoint is found: any range of receipts removed.', () => {
    fc.assert(
      fc.property(arbitraryLog, fc.nat(), fc.integer({ min: 1, max: 7 }), (receipts, at, count) => {
        expect(isFound(receipts.toSpliced(at % receipts.length, count), receipts)).toBe(true);
      }),
      nothing,
    );
  });

  test('A manipulation of a log with a checkpoint is found: another order.', () => {
    const shuffled = arbitraryLog.chain((receipts) =>
      fc.tuple(fc.constant(receipts), fc.shuffledSubarray(receipts, { minLength: receipts.length })),
    );
    fc.assert(
      fc.property(shuffled, ([receipts, order]) => {
        fc.pre(order.some((receipt, index) => receipt !== receipts[index]));
        expect(isFound(order, receipts)).toBe(true);
      }),
      nothing,
    );
  });

  test('A manipulation of a log with a checkpoint is found: an inserted or a duplicated receipt.', () => {
    fc.assert(
      fc.property(arbitraryLog, fc.nat(), fc.nat(), (receipts, from, to) => {
        const copy = receipts[from % receipts.length] as Receipt;
        expect(isFound(receipts.toSpliced(to % (receipts.length + 1), 0, copy), receipts)).toBe(true);
      }),
      nothing,
    );
  });

  test('A manipulation of a log with a checkpoint is found against the checkpoint: a history rewritten with the log’s own key.', () => {
    fc.assert(
      fc.property(arbitraryLog, fc.nat(), (receipts, at) => {
        const index = at % receipts.length;
        const { receipt_hash: _, signature: __, ...rest } = receipts[index] as Receipt;
        const anew = signReceipt({ ...rest, decision_id: 'another' }, key).receipt as Receipt;
        expect(codes(receipts.with(index, anew), [checkpointOf(receipts)])).toContain('0 LOG_ROOT_MISMATCH');
      }),
      nothing,
    );
  });
});
