import { canonicalJson, sha256 } from '@wcp/spec';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  appendReceipt,
  createMerkleTree,
  createReceiptChain,
  inclusionProof,
  receiptLeaf,
  signCheckpoint,
  verifyDisclosure,
} from '../../src/index.ts';
import { DISCLOSURE_FORMAT } from '../../src/log/index.ts';
import { codesOf, key, keys } from '../support.ts';

const origin = 'hall.example/log';
const request = { text: 'shown', n: 1 };
const chain = createReceiptChain(key);
const receipts = [{}, request, { text: 'hidden' }].map((each, index) => {
  const draft = { stream: 'a', kind: 'decision', artifact_hash: sha256(canonicalJson(each)), n: index };
  return appendReceipt(chain, draft as never).receipt;
});
const leaves = receipts.map(receiptLeaf);
const tree = createMerkleTree(leaves);
const disclosure = {
  disclosure: DISCLOSURE_FORMAT,
  request,
  receipt: receipts[1],
  position: 1,
  size: 3,
  proof: inclusionProof(leaves, 1),
  checkpoint: signCheckpoint({ origin, size: 3, root: tree.root() }, key),
};
const expected = { keys, origin };

describe('a disclosure', () => {
  test('shows what was decided about, and gives its receipt.', () => {
    const verified = verifyDisclosure(disclosure, expected);
    expect(verified).toMatchObject({ ok: true, findings: [], receipt: receipts[1] });
  });

  test('does not verify with any one character of it changed.', () => {
    const text = JSON.stringify(disclosure);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: text.length - 1 }), fc.constantFrom('a', '0', '"'), (at, by) => {
        const changed = text.slice(0, at) + by + text.slice(at + 1);
        fc.pre(changed !== text);
        let value: unknown;
        try {
          value = JSON.parse(changed);
        } catch {
          return;
        }
        expect(verifyDisclosure(value, expected).ok).toBe(false);
      }),
      { numRuns: 200 },
    );
  });

  test.each([undefined, null, 1, 'x', [], {}, { disclosure: DISCLOSURE_FORMAT }, () => 1])(
    'is not %s, and no value makes the verifier throw.',
    (value) => {
      expect(codesOf(verifyDisclosure(value, expected))).toEqual(['0 DISCLOSURE_MALFORMED']);
      expect(verifyDisclosure(disclosure, { keys: value }).ok).toBe(false);
    },
  );
});
