import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { receiptHash, signReceipt, verifyReceipts } from '../../src/index.ts';
import { codesOf, draftOf, hostileValues, key, keys, logOf, otherKey, withChange } from '../support.ts';

const log = logOf(['a', 'a', 'b', 'a']);
const codes = (receipts: unknown, known: unknown = keys) => codesOf(verifyReceipts(receipts, known));

describe('receipts', () => {
  test('Receipts of an unchanged log hold.', () => {
    expect(verifyReceipts(log, keys)).toEqual({ ok: true, findings: [] });
    expect(verifyReceipts([], keys)).toEqual({ ok: true, findings: [] });
  });

  test('Receipts have findings with an index, a code and a message that quotes nothing of the receipt.', () => {
    const [found] = verifyReceipts(withChange(log, 0, { worker_id: 'org.evil.w' }), keys).findings;
    expect(found).toEqual({
      index: 0,
      code: 'RECEIPT_HASH_MISMATCH',
      message: expect.stringContaining('changed'),
    });
    expect(found?.message).not.toContain('evil');
  });

  test('Receipts with a changed member do not have the hash that they state.', () => {
    for (const [index, receipt] of log.entries()) {
      for (const member of Object.keys(receipt).filter(
        (name) => !['signature', 'receipt_hash'].includes(name),
      )) {
        const found = codes(withChange(log, index, { [member]: member === 'seq' ? 99 : 'changed' }));
        expect(found, member).toContain(`${index} RECEIPT_HASH_MISMATCH`);
      }
    }
  });

  test('Receipts with an added or a removed member do not have the hash that they state.', () => {
    expect(codes(withChange(log, 2, { more: null }))).toEqual(['2 RECEIPT_HASH_MISMATCH']);
    expect(codes(log.map(({ deny_code: _, ...rest }) => rest))).toEqual(
      log.map((_, index) => `${index} RECEIPT_HASH_MISMATCH`),
    );
  });

  test('Receipts one of which was removed have a gap and a chain break.', () => {
    expect(codes(log.toSpliced(1, 1))).toEqual(['2 RECEIPT_SEQ_GAP', '2 RECEIPT_CHAIN_BREAK']);
  });

  test('Receipts whose head was removed have that one finding.', () => {
    expect(codes(log.slice(1))).toEqual(['0 RECEIPT_HEAD_MISSING']);
  });

  test('Receipts two of which changed places have gaps and chain breaks.', () => {
    const [first, second, ...rest] = log;
    expect(codes([second, first, ...rest])).toEqual([
      '0 RECEIPT_HEAD_MISSING',
      '1 RECEIPT_SEQ_GAP',
      '1 RECEIPT_CHAIN_BREAK',
      '3 RECEIPT_SEQ_GAP',
      '3 RECEIPT_CHAIN_BREAK',
    ]);
  });

  test('Receipts that were hashed again without their key have an invalid signature and break the receipt chain.', () => {
    const forged = { ...log[1], worker_id: 'org.evil.worker' };
    expect(codes(withChange(log, 1, { ...forged, receipt_hash: receiptHash(forged) }))).toEqual([
      '1 RECEIPT_SIGNATURE_INVALID',
      '3 RECEIPT_CHAIN_BREAK',
    ]);
  });

  test('Receipts that were signed again with another known key break the receipt chain.', () => {
    const { receipt: forged } = signReceipt(
      { ...draftOf('a'), seq: 1, prev_receipt_hash: log[0]?.receipt_hash ?? null },
      otherKey,
    );
    expect(codes(withChange(log, 1, forged))).toEqual(['3 RECEIPT_CHAIN_BREAK']);
  });

  test('Receipts one of which occurs twice have a gap and a chain break, even at 0.', () => {
    expect(codes([log[0], log[0]])).toEqual(['1 RECEIPT_SEQ_GAP', '1 RECEIPT_CHAIN_BREAK']);
  });

  test('Receipts that begin again at 0 after another receipt break the receipt chain.', () => {
    const { receipt: again } = signReceipt(
      { ...draftOf('a'), seq: 0, prev_receipt_hash: log[0]?.receipt_hash ?? null },
      key,
    );
    expect(codes([log[0], again])).toEqual(['1 RECEIPT_SEQ_GAP', '1 RECEIPT_CHAIN_BREAK']);
  });

  test('Receipts at 0 must not name a previous hash.', () => {
    const { receipt: begun } = signReceipt(
      { ...draftOf('a'), seq: 0, prev_receipt_hash: `sha256:${'0'.repeat(64)}` },
      key,
    );
    expect(codes([begun])).toEqual(['0 RECEIPT_CHAIN_BREAK']);
  });

  test('Receipts are numbered by integers that every language holds exactly: above 2^53 - 1 they are malformed.', () => {
    const last = { ...draftOf('a'), seq: Number.MAX_SAFE_INTEGER, prev_receipt_hash: null };
    expect(codes([signReceipt(last, key).receipt])).toEqual(['0 RECEIPT_HEAD_MISSING']);
    expect(codes([signReceipt({ ...last, seq: 2 ** 53 }, key).receipt])).toEqual(['0 RECEIPT_MALFORMED']);
  });

  test('Receipts have their findings in the order hash, signature, chain.', () => {
    expect(codes(withChange(log, 3, { seq: 7, prev_receipt_hash: null, signature: '' }))).toEqual([
      '3 RECEIPT_HASH_MISMATCH',
      '3 RECEIPT_SIGNATURE_INVALID',
      '3 RECEIPT_SEQ_GAP',
      '3 RECEIPT_CHAIN_BREAK',
    ]);
  });

  test('Receipts with a bare hash do not have the hash that they state.', () => {
    expect(codes(withChange(log, 2, { receipt_hash: log[2]?.receipt_hash.slice(7) }))).toEqual([
      '2 RECEIPT_HASH_MISMATCH',
      '2 RECEIPT_SIGNATURE_INVALID',
    ]);
  });
});

describe('a malformed receipt', () => {
  const required = ['stream', 'seq', 'prev_receipt_hash', 'receipt_hash', 'signing_key_id', 'signature'];

  test.each(required)('A malformed receipt lacks %s.', (member) => {
    const { [member]: _, ...rest } = log[2] as unknown as Record<string, unknown>;
    expect(codes([...log.slice(0, 2), rest])).toEqual(['2 RECEIPT_MALFORMED']);
  });

  test.each([
    ['stream', null],
    ['stream', 1],
    ['seq', -1],
    ['seq', 0.5],
    ['seq', '0'],
    ['seq', null],
    ['prev_receipt_hash', 0],
    ['receipt_hash', null],
    ['signing_key_id', null],
    ['signature', null],
    ['worker_id', '\ud800'],
    ['worker_id', Number.NaN],
    ['worker_id', undefined],
  ])('A malformed receipt has %s of another type: %j', (member, value) => {
    expect(codes(withChange(log, 2, { [member]: value }))).toEqual(['2 RECEIPT_MALFORMED']);
  });

  test('A malformed receipt has no place in its stream.', () => {
    expect(codes(withChange(log, 0, { signature: 1 }))).toEqual([
      '0 RECEIPT_MALFORMED',
      '1 RECEIPT_HEAD_MISSING',
    ]);
  });

  test('A malformed receipt inherits its members.', () => {
    expect(codes([Object.create(log[0] as object)])).toEqual(['0 RECEIPT_MALFORMED']);
  });

  test('A malformed receipt is any hostile value, and none of them throws.', () => {
    for (const value of hostileValues()) {
      expect(codes([value])).toEqual(['0 RECEIPT_MALFORMED']);
      expect(verifyReceipts(value, value).findings).toBeInstanceOf(Array);
    }
    expect(codes('no list')).toEqual(['0 RECEIPT_MALFORMED']);
    expect(codes({ length: 1, 0: log[0] })).toEqual(['0 RECEIPT_MALFORMED']);
  });

  test('A malformed receipt cannot show the hash one content and the receipt chain another.', () => {
    let reads = 0;
    const liar = {
      ...log[1],
      get seq() {
        reads += 1;
        return reads === 1 ? 5 : 1;
      },
    };
    expect(codes([log[0], liar])).toEqual(['1 RECEIPT_HASH_MISMATCH', '1 RECEIPT_SEQ_GAP']);
  });
});

describe('the key of a receipt', () => {
  const [receipt] = log;

  test('The key of a receipt that is not known is unknown.', () => {
    for (const known of [
      {},
      { [otherKey.keyId]: otherKey.publicKey },
      null,
      undefined,
      'text',
      Object.create(keys),
    ]) {
      expect(codesOf(verifyReceipts([receipt], known))).toEqual(['0 RECEIPT_KEY_UNKNOWN']);
    }
  });

  test.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])(
    'The key of a receipt named %s is unknown.',
    (signing_key_id) => {
      const named = { ...receipt, signing_key_id };
      expect(codes([{ ...named, receipt_hash: receiptHash(named) }])).toEqual(['0 RECEIPT_KEY_UNKNOWN']);
    },
  );

  test('The key of a receipt that is registered under an id other than its own signs nothing.', () => {
    expect(codes([receipt], { [key.keyId]: otherKey.publicKey })).toEqual(['0 RECEIPT_SIGNATURE_INVALID']);
    const aliased = { ...draftOf('a'), seq: 0, prev_receipt_hash: null, signing_key_id: 'alias' };
    const receipt_hash = receiptHash(aliased);
    const signature = key.sign(receipt_hash).toString('base64');
    expect(codes([{ ...aliased, receipt_hash, signature }], { alias: key.publicKey })).toEqual([
      '0 RECEIPT_SIGNATURE_INVALID',
    ]);
  });

  test.each([null, 5, '', 'zz', [key.publicKey], '01'.padEnd(64, '0')])(
    'The key of a receipt registered as %j signs nothing.',
    (value) => {
      expect(codes([receipt], { [key.keyId]: value })).toEqual(['0 RECEIPT_SIGNATURE_INVALID']);
    },
  );

  test('The key of a receipt may be written in upper case.', () => {
    expect(codes([receipt], { [key.keyId]: key.publicKey.toUpperCase() })).toEqual([]);
  });
});

describe('a signature', () => {
  const [receipt] = log;
  const signature = receipt?.signature ?? '';

  test.each([
    ['without its padding', signature.replaceAll('=', '')],
    ['with a line feed', `${signature}\n`],
    ['with a space', ` ${signature}`],
    [
      'with bits beyond its end',
      signature.replace(
        /.==$/,
        (end) => `${end[0] === 'A' ? 'B' : String.fromCharCode((end.charCodeAt(0) ?? 0) + 1)}==`,
      ),
    ],
    ['in the alphabet of URLs', `-_${signature.slice(2)}`],
    ['too long', Buffer.concat([Buffer.from(signature, 'base64'), Buffer.of(0)]).toString('base64')],
    ['too short', Buffer.from(signature, 'base64').subarray(0, 63).toString('base64')],
    ['of another text', key.sign('text').toString('base64')],
    ['of another key', otherKey.sign(receipt?.receipt_hash ?? '').toString('base64')],
    ['that is empty', ''],
  ])('A signature is invalid if it is changed: %s.', (_, changed) => {
    expect(codes([{ ...receipt, signature: changed }])).toEqual(['0 RECEIPT_SIGNATURE_INVALID']);
  });

  test('A signature with any bit flipped is invalid.', () => {
    fc.assert(
      fc.property(fc.nat(511), (bit) => {
        const bytes = Buffer.from(signature, 'base64');
        bytes.writeUInt8(bytes.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
        expect(codes([{ ...receipt, signature: bytes.toString('base64') }])).toEqual([
          '0 RECEIPT_SIGNATURE_INVALID',
        ]);
      }),
    );
  });
});
