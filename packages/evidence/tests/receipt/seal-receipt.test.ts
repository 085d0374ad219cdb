import fc from 'fast-check';
import { expect, test } from 'vitest';
import { generateSigningKey, signReceipt } from '../../src/index.ts';
import { receiptLeaf, sealReceipt } from '../../src/receipt/index.ts';

const key = generateSigningKey();

test('a sealed receipt and its leaf are those of the two ways to make them', () => {
  const text = fc.oneof(fc.string(), fc.string({ unit: 'grapheme' }), fc.constant('"\\\u0000\u2028'));
  const member = fc.oneof(
    text,
    fc.constant(null),
    fc.integer(),
    fc.array(text),
    fc.dictionary(text, fc.integer()),
  );
  const members = fc.dictionary(
    fc.constantFrom(
      'artifact_hash',
      'kind',
      'outcome',
      'prev_receipt_hash',
      'receipt_id',
      'seq',
      'stream',
      'worker_id',
    ),
    member,
  );
  fc.assert(
    fc.property(members, (draft) => {
      const { receipt, leaf } = sealReceipt(draft as never, key);
      const signed = signReceipt(draft, key);
      expect(receipt).toEqual(signed);
      expect(leaf).toBe(receiptLeaf(signed));
    }),
  );
});

test('what has no canonical JSON is not sealed', () => {
  expect(() => sealReceipt({ stream: '\ud800' } as never, key)).toThrowError(
    expect.objectContaining({ code: 'ERR_WCP_CANONICAL_JSON' }),
  );
});
