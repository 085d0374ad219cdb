import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { appendReceipt, createReceiptChain, verifyReceipts } from '../../src/index.ts';
import { receiptHeads } from '../../src/receipt/index.ts';
import { draftOf, key, keys, logOf } from '../support.ts';

describe('a receipt chain', () => {
  test('A receipt chain counts each stream from 0 without a gap and names the previous hash.', () => {
    const [a0, b0, a1, a2] = logOf(['a', 'b', 'a', 'a']);
    expect([a0?.seq, b0?.seq, a1?.seq, a2?.seq]).toEqual([0, 0, 1, 2]);
    expect([a0?.prev_receipt_hash, b0?.prev_receipt_hash]).toEqual([null, null]);
    expect(a1?.prev_receipt_hash).toBe(a0?.receipt_hash);
    expect(a2?.prev_receipt_hash).toBe(a1?.receipt_hash);
  });

  test('A receipt chain does not change when a receipt is appended, so a failed commit needs no repair.', () => {
    const chain = createReceiptChain(key);
    const first = appendReceipt(chain, draftOf('a'));
    expect(appendReceipt(chain, draftOf('a')).receipt).toEqual(first.receipt);
    expect(receiptHeads(chain)).toEqual({});
    expect(receiptHeads(first.chain)).toEqual({ a: { seq: 0, receipt_hash: first.receipt.receipt_hash } });
  });

  test('A receipt chain verifies, whatever the names of its streams and wherever it was resumed.', () => {
    const name = fc.oneof(
      fc.constantFrom('a', 'b', '__proto__', 'constructor', 'unknown'),
      fc.string({ unit: 'grapheme' }),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(name, fc.boolean()), { maxLength: 12 }), (steps) => {
        let chain = createReceiptChain(key);
        const receipts = steps.map(([stream, restarts]) => {
          if (restarts) chain = createReceiptChain(key, JSON.parse(JSON.stringify(receiptHeads(chain))));
          const next = appendReceipt(chain, draftOf(stream));
          chain = next.chain;
          return next.receipt;
        });
        expect(verifyReceipts(receipts, keys).findings).toEqual([]);
      }),
    );
  });

  test('A receipt chain keeps the heads of more streams than fit one layer.', () => {
    const streams = Array.from({ length: 300 }, (_, index) => `tenant-${index % 150}`);
    expect(verifyReceipts(logOf(streams), keys).findings).toEqual([]);
  });

  test('A receipt chain continues after the head that it was given.', () => {
    const receipt_hash = `sha256:${'d'.repeat(64)}`;
    const chain = createReceiptChain(key, { a: { seq: 41, receipt_hash } });
    expect(appendReceipt(chain, draftOf('a')).receipt).toMatchObject({
      seq: 42,
      prev_receipt_hash: receipt_hash,
    });
  });

  test.each([
    null,
    [],
    { a: null },
    { a: { seq: -1, receipt_hash: `sha256:${'d'.repeat(64)}` } },
    { a: { seq: 0.5, receipt_hash: `sha256:${'d'.repeat(64)}` } },
    { a: { seq: 2 ** 53, receipt_hash: `sha256:${'d'.repeat(64)}` } },
    { a: { seq: '1', receipt_hash: `sha256:${'d'.repeat(64)}` } },
    { a: { seq: 0, receipt_hash: 'd'.repeat(64) } },
    { a: { seq: 0 } },
  ])('A receipt chain is not resumed from heads that are none: %j', (heads) => {
    const refused = expect.objectContaining({ code: 'ERR_WCP_RECEIPT' });
    expect(() => createReceiptChain(key, heads as never)).toThrow(refused);
  });

  test('A receipt chain refuses a draft without a stream.', () => {
    const refused = expect.objectContaining({ code: 'ERR_WCP_RECEIPT' });
    expect(() => appendReceipt(createReceiptChain(key), { ...draftOf('a'), stream: null as never })).toThrow(
      refused,
    );
  });
});
