import { canonicalJson } from '@wcp/spec';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { generateSigningKey, receiptHash, signReceipt } from '../../src/index.ts';
import { receiptLeaf } from '../../src/receipt/index.ts';

const key = generateSigningKey();
const text = fc.oneof(fc.string(), fc.string({ unit: 'grapheme' }), fc.constant('"\\\u0000\u2028'));
const member = fc.oneof(
  text,
  fc.constant(null),
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.array(text),
  fc.dictionary(text, fc.integer()),
);
const name = fc.oneof(
  text,
  fc.constantFrom(
    'artifact_hash',
    'kind',
    'outcome',
    'prev_receipt_hash',
    'receipt_hash',
    'receipt_id',
    'seq',
    'signature',
    'signing_key_id',
    'stream',
    'worker_id',
    '__proto__',
  ),
);

test('A signed receipt and its leaf are the canonical JSON of the whole, whatever its members are.', () => {
  fc.assert(
    fc.property(fc.dictionary(name, member), (draft) => {
      const { receipt, leaf } = signReceipt(draft, key);
      expect(receipt.receipt_hash).toBe(receiptHash({ ...draft, signing_key_id: key.keyId }));
      expect(receipt.signature).toBe(key.sign(receipt.receipt_hash).toString('base64'));
      expect(leaf).toBe(receiptLeaf(receipt));
      const seal = { signing_key_id: key.keyId, receipt_hash: receipt.receipt_hash };
      expect(leaf).toBe(canonicalJson({ ...draft, ...seal, signature: receipt.signature }));
    }),
  );
});

test.each([
  ['a text with a lone surrogate', { stream: '\ud800' }],
  ['a name with a lone surrogate', { '\ud800': 1 }],
  ['a member that is undefined', { stream: undefined }],
  ['a number that is not finite', { seq: Number.POSITIVE_INFINITY }],
  ['a nested date', { outcome: { at: new Date(0) } }],
])('A receipt with %s is not signed, because it has no canonical JSON.', (_, draft) => {
  expect(() => signReceipt(draft, key)).toThrowError(
    expect.objectContaining({ code: 'ERR_WCP_CANONICAL_JSON' }),
  );
});
