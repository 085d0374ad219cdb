import { canonicalJson } from '@wcp/spec/json';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readPlainReceipt } from '../../src/receipt/plain-receipt.ts';
import { receiptHash } from '../../src/receipt/receipt.ts';

const hash = `sha256:${'a'.repeat(64)}`;
const receipt = {
  controls_verified: ['ctrl.obs.structured-logging'],
  dispatched_at: '2026-01-01T00:00:00Z',
  kind: 'decision',
  outcome: null,
  prev_receipt_hash: null,
  receipt_hash: hash,
  seq: 7,
  signature: 'AAAA',
  signing_key_id: 'ed25519:0',
  stream: 'tenant-1',
};
const text = canonicalJson(receipt);
const read = (line: string) => readPlainReceipt(Buffer.from(line));

describe('a receipt that is read from its bytes', () => {
  test('A plain receipt has the link and the hash of the reader of all values.', () => {
    const { link, hash: hashed } = read(text) ?? {};
    const { controls_verified: _controls, outcome: _outcome, ...members } = receipt;
    expect(link).toEqual(members);
    expect(hashed).toBe(receiptHash(receipt));
  });

  test.each([
    ['white space', text.replace(':7', ': 7')],
    ['another order', JSON.stringify(Object.fromEntries(Object.entries(receipt).toReversed()))],
    ['a member twice', text.replace('"seq":7', '"seq":7,"seq":7')],
    ['an escape', text.replace('tenant-1', 'tenant\\u002d1')],
    ['a text that is not ASCII', text.replace('tenant-1', 'ténant-1')],
    ['a fraction', text.replace(':7', ':7.0')],
    ['an exponent', text.replace(':7', ':7e0')],
    ['a zero before the number', text.replace(':7', ':07')],
    ['a negative zero', text.replace(':7', ':-0')],
    ['a negative number', text.replace(':7', ':-7')],
    ['a number that is not exact', text.replace(':7', ':9007199254740993')],
    ['a number as a text', text.replace(':7', ':"7"')],
    ['a hash that is no text', text.replace(`"${hash}"`, 'null')],
    ['a previous hash that is neither a text nor null', text.replace('_hash":null', '_hash":false')],
    ['a word that is cut off', text.replace('"outcome":null', '"outcome":nul')],
    ['something behind its end', `${text} `],
    ['a byte order mark', `\ufeff${text}`],
    ['a comma before the end', text.replace(/\}$/, ',}')],
    ['a part of it', text.slice(0, -1)],
    ['nothing', ''],
    ['a list', `[${text}]`],
    ['a length beyond the room', text.replace('tenant-1', 't'.repeat(20_000))],
    [
      'many containers inside each other',
      text.replace('"outcome":null', `"outcome":${'['.repeat(40)}${']'.repeat(40)}`),
    ],
  ])('A receipt with %s is left to the reader of all values.', (_, line) => {
    expect(read(line)).toBeNull();
  });

  test.each(['stream', 'seq', 'prev_receipt_hash', 'receipt_hash', 'signing_key_id', 'signature'])(
    'A receipt without %s is left to the reader of all values.',
    (name) => {
      const { [name]: _left, ...rest } = receipt as Record<string, unknown>;
      expect(read(canonicalJson(rest))).toBeNull();
    },
  );

  test('Members of the same name inside another, or named alike, are not those of the receipt.', () => {
    const inner = { receipt_hash: 'x', signature: 'y', seq: 1, stream: 'z' };
    const odd = { ...receipt, a: inner, receipt: [inner], receipt_hash_: 'x', signatur: 'y', '': 1, zz: {} };
    const { link, hash: hashed } = read(canonicalJson(odd)) ?? {};
    expect(link).toMatchObject({ receipt_hash: hash, signature: 'AAAA', seq: 7, stream: 'tenant-1' });
    expect(hashed).toBe(receiptHash(odd));
  });

  test('What is read of any text is canonical, and has the hash of its value.', () => {
    const value = fc.jsonValue({ maxDepth: 3 });
    const edit = fc.record({
      at: fc.nat(),
      by: fc.constantFrom('', ' ', '0', '"', ',', 'e', '\\', '}', 'é'),
    });
    fc.assert(
      fc.property(
        fc.dictionary(fc.string({ unit: 'grapheme-ascii', maxLength: 6 }), value),
        fc.array(edit, { maxLength: 1 }),
        (others, edits) => {
          const whole = canonicalJson({ ...others, ...receipt });
          const line = edits.reduce((now, { at, by }) => {
            const place = at % now.length;
            return now.slice(0, place) + by + now.slice(place + 1);
          }, whole);
          const found = read(line);
          if (found === null) return;
          const parsed = JSON.parse(line) as Record<string, unknown>;
          expect(canonicalJson(parsed)).toBe(line);
          expect(parsed).toMatchObject({ stream: found.link.stream, seq: found.link.seq });
          expect(found.hash).toBe(receiptHash(parsed));
        },
      ),
      { numRuns: 2_000 },
    );
  });
});
