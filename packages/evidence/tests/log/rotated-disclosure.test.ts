import { canonicalJson, sha256 } from '@wcp/spec';
import { expect, test } from 'vitest';
import { inclusionProof, receiptLeaf, verifyDisclosure } from '../../src/index.ts';
import { DISCLOSURE_FORMAT } from '../../src/log/index.ts';
import { codesOf } from '../support.ts';
import { keyOf, ORIGIN, RotatedLog } from './rotated-log.ts';

const request = { text: 'shown' };
const artifact_hash = sha256(canonicalJson(request));
const first_key = keyOf(0).publicKey;
const expected = { first_key, origin: ORIGIN };

/** One request of a log, decided about at a position, and the receipts that lead to the key that signed it. */
function disclosureOf(log: RotatedLog, position: number) {
  const { receipts } = log;
  const leaves = receipts.map(receiptLeaf);
  const placed = receipts.map((receipt, at) => ({
    receipt,
    position: at,
    proof: inclusionProof(leaves, at),
  }));
  return {
    disclosure: DISCLOSURE_FORMAT,
    request,
    ...placed[position],
    size: receipts.length,
    checkpoint: log.checkpoints.at(-1),
    key_receipts: placed.filter(({ receipt }) => receipt.kind === 'key'),
  };
}

/** Three keys; a decision by each. */
async function rotated(): Promise<RotatedLog> {
  const log = new RotatedLog();
  await log.append('tenant-1', { artifact_hash }).rotate();
  await log.append('tenant-1', { artifact_hash }).rotate();
  return log.append('tenant-1', { artifact_hash });
}

test.each([0, 2, 4])(
  'A request that any key of the log signed for (%i) needs the first key alone.',
  async (at) => {
    const log = (await rotated()).checkpoint();
    const verified = verifyDisclosure(disclosureOf(log, at), expected);
    expect(verified.findings).toEqual([]);
    expect(verified).toMatchObject({ ok: true, receipt: log.receipts[at] });
    expect(verified.keys.map(({ key_id }) => key_id)).toEqual([0, 1, 2].map((index) => keyOf(index).keyId));
    expect(verified.not_checked.map(({ code }) => code)).toEqual([
      'WITNESSES_NOT_CHECKED',
      'KEY_CHANGES_NOT_COMPLETE',
      'TIMESTAMPS_NOT_CHECKED',
    ]);
  },
);

test('A revoked key is found in what it signed from there on, and not before.', async () => {
  const log = (await rotated()).revoke(1, 2).append().checkpoint();
  expect(codesOf(verifyDisclosure(disclosureOf(log, 0), expected))).toEqual(['0 RECEIPT_KEY_REVOKED']);
  const { key_receipts, ...alone } = disclosureOf(log, 2);
  expect(codesOf(verifyDisclosure({ ...alone, key_receipts }, expected))).toEqual(['0 RECEIPT_KEY_REVOKED']);
});

test('A key revoked from the end of its term on leaves nothing to find, and says that nobody witnessed it.', async () => {
  const log = (await rotated()).revoke(1, 4).append().checkpoint();
  const verified = verifyDisclosure(disclosureOf(log, 2), expected);
  expect(verified.ok).toBe(true);
  expect(verified.not_checked.map(({ code }) => code)).toContain('REVOKED_KEY_NOT_WITNESSED');
});

test('A key that is not in force is found, also on the checkpoint.', async () => {
  const late = (await rotated()).signedBy(0).checkpoint(keyOf(0));
  const { artifact_hash: of } = late.receipts[5] as { artifact_hash: string };
  const shown = { ...disclosureOf(late, 5) };
  expect(of).not.toBe(artifact_hash);
  expect(codesOf(verifyDisclosure(shown, expected))).toEqual([
    '0 DISCLOSURE_REQUEST_MISMATCH',
    '0 RECEIPT_KEY_NOT_IN_FORCE',
    '0 CHECKPOINT_KEY_NOT_IN_FORCE',
  ]);
});

test('Without the receipts of the keys, or with another first key, nobody vouches for the later ones.', async () => {
  const log = (await rotated()).checkpoint();
  const { key_receipts, ...alone } = disclosureOf(log, 4);
  const unknown = ['0 RECEIPT_KEY_UNKNOWN', '0 CHECKPOINT_KEY_UNKNOWN'];
  expect(codesOf(verifyDisclosure(alone, expected))).toEqual(unknown);
  const other = { ...expected, first_key: keyOf(9).publicKey };
  expect(codesOf(verifyDisclosure({ ...alone, key_receipts }, other))).toEqual(unknown);
  expect(codesOf(verifyDisclosure({ ...alone, key_receipts }, { ...expected, first_key: 'x' }))).toEqual(
    unknown,
  );
});

test('The receipts of the keys are proven too, each at its place.', async () => {
  const log = (await rotated()).checkpoint();
  const shown = disclosureOf(log, 4);
  const [one, two] = shown.key_receipts;
  const withKeys = (...key_receipts: unknown[]) =>
    codesOf(verifyDisclosure({ ...shown, key_receipts }, expected));
  expect(withKeys(two, one)).toEqual([]);
  expect(withKeys({ ...one, proof: [] }, two)).toEqual(['0 PROOF_INVALID']);
  expect(withKeys({ ...one, proof: null }, two)).toEqual(['0 PROOF_MALFORMED']);
  expect(withKeys({ ...one, position: 'x' }, two)).toContain('0 PROOF_MALFORMED');
  const changed = { ...one?.receipt, dispatched_at: null };
  expect(withKeys({ ...one, receipt: changed }, two)).toEqual([
    '0 RECEIPT_KEY_UNKNOWN',
    '0 RECEIPT_HASH_MISMATCH',
    '0 CHECKPOINT_KEY_UNKNOWN',
    '0 PROOF_INVALID',
  ]);
  expect(withKeys(null)).toEqual(['0 DISCLOSURE_MALFORMED']);
  expect(codesOf(verifyDisclosure({ ...shown, key_receipts: {} }, expected))).toEqual([
    '0 DISCLOSURE_MALFORMED',
  ]);
});
