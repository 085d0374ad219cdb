import { createHash, verify } from 'node:crypto';
import { canonicalJson } from '@wcp/spec';
import { ReceiptSchema } from '@wcp/spec/document';
import { expect, test } from 'vitest';
import { publicKeyFromPem, receiptHash, signReceipt } from '../../src/index.ts';
import { draftOf, key, otherKey } from '../support.ts';

const draft = { ...draftOf('tenant-1'), seq: 0, prev_receipt_hash: null };

test('The member receipt_hash is the SHA-256 of the canonical JSON without receipt_hash and signature.', () => {
  const expected = createHash('sha256').update(canonicalJson(draft)).digest('hex');
  expect(receiptHash(draft)).toBe(`sha256:${expected}`);
  expect(receiptHash({ ...draft, receipt_hash: 'x', signature: 'y' })).toBe(`sha256:${expected}`);
  expect(receiptHash({ ...draft, signing_key_id: 'x' })).not.toBe(`sha256:${expected}`);
});

test('The member receipt_hash covers every member, even one named __proto__.', () => {
  expect(receiptHash(JSON.parse('{"a":1,"__proto__":{"b":2}}'))).not.toBe(receiptHash({ a: 1 }));
});

test('Signing adds the id of the key before it hashes.', () => {
  const { receipt } = signReceipt({ ...draft, signing_key_id: otherKey.keyId }, key);
  expect(receipt.signing_key_id).toBe(key.keyId);
  expect(receipt.receipt_hash).toBe(receiptHash({ ...draft, signing_key_id: key.keyId }));
});

test('The signature is over the bytes of receipt_hash as written, in base64.', () => {
  const { receipt } = signReceipt(draft, key);
  const signature = Buffer.from(receipt.signature, 'base64');
  expect(signature.toString('base64')).toBe(receipt.signature);
  expect(verify(null, Buffer.from(receipt.receipt_hash), key.exportPublicPem(), signature)).toBe(true);
  expect(publicKeyFromPem(key.exportPublicPem())).toBe(key.publicKey);
});

test('Signing does not change its argument and replaces an old signature.', () => {
  const once = signReceipt(draft, otherKey).receipt;
  const before = canonicalJson(once);
  expect(signReceipt(once, key)).toEqual(signReceipt(draft, key));
  expect(canonicalJson(once)).toBe(before);
});

test('A signed receipt has the members of the schema.', () => {
  // Five are there for some kinds of receipts alone, and absent from those of before.
  const about = { key: undefined, erasure: undefined, restore: undefined };
  const optional = { enforcement: undefined, facts_digest: undefined, ...about };
  expect(Object.keys({ ...signReceipt(draft, key).receipt, ...optional }).sort()).toEqual(
    Object.keys(ReceiptSchema.properties).sort(),
  );
});

test.each([null, undefined, 'text', 5, [], [draft]])(
  'A value that is not an object is neither hashed nor signed.',
  (value) => {
    const refused = expect.objectContaining({ code: 'ERR_WCP_RECEIPT' });
    expect(() => receiptHash(value as never)).toThrow(refused);
    expect(() => signReceipt(value as never, key)).toThrow(refused);
  },
);

test('A receipt without canonical JSON has no hash.', () => {
  const refused = expect.objectContaining({ code: 'ERR_WCP_CANONICAL_JSON' });
  expect(() => receiptHash({ a: Number.NaN })).toThrow(refused);
  expect(() => signReceipt({ a: '\ud800' }, key)).toThrow(refused);
});
