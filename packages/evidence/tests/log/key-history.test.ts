import type { KeyChange } from '@wcp/spec/document';
import { describe, expect, test } from 'vitest';
import { verifyLog } from '../../src/index.ts';
import { keyRotation } from '../../src/log/index.ts';
import { codesOf } from '../support.ts';
import { keyOf, ORIGIN, RotatedLog } from './rotated-log.ts';

const rotated = async () => (await new RotatedLog().append().append().rotate()).append();

describe('the keys of a log', () => {
  test('With the first key alone a log verifies over any number of rotations.', async () => {
    const log = new RotatedLog();
    for (let index = 0; index < 4; index += 1) await log.append().checkpoint().rotate();
    const { ok, keys } = verifyLog(log.append().checkpoint().evidence);
    expect(ok).toBe(true);
    expect(keys.map(({ key_id }) => key_id)).toEqual([0, 1, 2, 3, 4].map((index) => keyOf(index).keyId));
    expect(keys.map(({ from_position, to_position }) => [from_position, to_position])).toEqual([
      [0, 2],
      [2, 4],
      [4, 6],
      [6, 8],
      [8, null],
    ]);
  });

  test('Another first key verifies nothing.', async () => {
    const { receipts, origin } = (await rotated()).evidence;
    const first_key = keyOf(1).publicKey;
    expect(codesOf(verifyLog({ receipts, origin, first_key }))).toEqual([
      '0 RECEIPT_KEY_UNKNOWN',
      '1 RECEIPT_KEY_UNKNOWN',
      '2 RECEIPT_KEY_UNKNOWN',
    ]);
    expect(verifyLog({ receipts, origin, first_key: 'no key' }).ok).toBe(false);
  });

  test('A former key signs nothing any more, and a later one nothing earlier.', async () => {
    const log = (await rotated()).signedBy(0);
    expect(codesOf(verifyLog(log.evidence))).toEqual(['4 RECEIPT_KEY_NOT_IN_FORCE']);
    const early = await new RotatedLog().append().signedBy(1).rotate();
    expect(codesOf(verifyLog(early.evidence))).toEqual(['1 RECEIPT_KEY_NOT_IN_FORCE']);
  });

  test('What a revoked key signed from the given position on is a finding, what it signed before is not.', async () => {
    const log = (await new RotatedLog().append().append().append().rotate()).append().revoke(0, 1);
    const verified = verifyLog(log.signedBy(0).evidence);
    expect(codesOf(verified)).toEqual([
      '1 RECEIPT_KEY_REVOKED',
      '2 RECEIPT_KEY_REVOKED',
      '3 RECEIPT_KEY_REVOKED',
      '6 RECEIPT_KEY_REVOKED',
    ]);
    expect(verified.not_checked.map(({ code }) => code)).toContain('REVOKED_KEY_NOT_WITNESSED');
  });

  test('A key that is revoked from the end of its term on leaves the log as it was.', async () => {
    const log = (await rotated()).revoke(0, 3).append().checkpoint();
    expect(verifyLog(log.evidence)).toMatchObject({
      ok: true,
      keys: [{ revoked_from: 3 }, { revoked_from: null }],
    });
  });

  test('The earliest of several revocations counts.', async () => {
    const log = (await rotated()).revoke(0, 2).revoke(0, 1).revoke(0, 2);
    expect(codesOf(verifyLog(log.evidence))).toEqual(['1 RECEIPT_KEY_REVOKED', '2 RECEIPT_KEY_REVOKED']);
  });

  test('Without a witness, the verification says that nobody was asked.', async () => {
    const { not_checked } = verifyLog((await rotated()).evidence);
    expect(not_checked).toEqual([{ code: 'WITNESSES_NOT_CHECKED', message: expect.any(String) }]);
  });
});

describe('a rotation that does not follow from the key in force', () => {
  const stranger = keyOf(9);
  const wrong: Readonly<Record<string, Partial<KeyChange>>> = {
    'without a proof': { proof: null },
    'with the proof of another rotation': { from_position: 7 },
    'from another position': { from_position: 4 },
    'to a key under the id of another': { public_key: stranger.publicKey },
    'to a key that did not prove itself': { public_key: stranger.publicKey, key_id: stranger.keyId },
    'with a malformed key': { public_key: 'ff' },
    'with a key of small order': { public_key: '00'.repeat(32) },
    'with a proof for another log': { origin: 'hall.example/other' },
    'with another action': { action: 'replace' as 'rotate' },
    'with a member more': { more: 1 } as Partial<KeyChange>,
  };
  test.each(Object.entries(wrong))('%s changes nothing and is a finding.', async (_, changes) => {
    const log = (await new RotatedLog().append().rotate(changes)).append();
    expect(codesOf(verifyLog(log.evidence))).toEqual([
      '1 RECEIPT_KEY_CHANGE_INVALID',
      '2 RECEIPT_KEY_UNKNOWN',
    ]);
  });

  test('to a former key is a finding.', async () => {
    const log = await rotated();
    const position = log.receipts.length;
    const change = await keyRotation({ origin: ORIGIN, current: keyOf(1), next: keyOf(0), position });
    expect(codesOf(verifyLog(log.change(change).evidence))).toEqual([
      `${position} RECEIPT_KEY_CHANGE_INVALID`,
    ]);
  });

  test('outside the stream of the log is a finding.', async () => {
    const change = await keyRotation({ origin: ORIGIN, current: keyOf(0), next: keyOf(1), position: 1 });
    const log = new RotatedLog().append().change(change, { stream: 'tenant-2' });
    expect(codesOf(verifyLog(log.evidence))).toEqual(['1 RECEIPT_KEY_CHANGE_INVALID']);
  });

  test('in a log of another name than the proof says is a finding.', async () => {
    const { receipts, first_key } = (await rotated()).evidence;
    expect(codesOf(verifyLog({ receipts, first_key, origin: 'hall.example/other' }))).toEqual([
      '2 RECEIPT_KEY_CHANGE_INVALID',
    ]);
  });

  test('by another key than the one in force changes nothing.', async () => {
    const change = await keyRotation({ origin: ORIGIN, current: keyOf(0), next: keyOf(5), position: 4 });
    const thief = (await rotated()).change(change).receipts[4];
    const { evidence } = await rotated();
    const forged = { ...thief, signing_key_id: keyOf(0).keyId };
    const receipts = [...evidence.receipts, forged];
    expect(codesOf(verifyLog({ ...evidence, receipts }))).toContain('4 RECEIPT_KEY_NOT_IN_FORCE');
    expect(verifyLog({ ...evidence, receipts }).keys).toHaveLength(2);
  });
});

describe('a revocation that does not follow from the key in force', () => {
  const wrong: Readonly<Record<string, (log: RotatedLog) => RotatedLog>> = {
    'of the key in force itself': (log) => log.revoke(1, 3),
    'of a key that never was one of the log': (log) => log.revoke(7, 0),
    'from a later position on': (log) => log.revoke(0, 5),
    'with a proof': (log) => log.revoke(0, 1, { proof: `${'A'.repeat(86)}==` }),
  };
  test.each(Object.entries(wrong))('%s changes nothing and is a finding.', async (_, revoke) => {
    const verified = verifyLog(revoke(await rotated()).evidence);
    expect(codesOf(verified)).toEqual(['4 RECEIPT_KEY_CHANGE_INVALID']);
    expect(verified.keys.every(({ revoked_from }) => revoked_from === null)).toBe(true);
  });
});

describe('a checkpoint', () => {
  test('is signed by the key that signs the next receipt.', async () => {
    const log = await new RotatedLog().append().rotate();
    log.checkpoint(keyOf(0)).checkpoint(keyOf(1)).checkpoint(keyOf(2));
    expect(codesOf(verifyLog(log.evidence))).toEqual([
      '0 CHECKPOINT_KEY_NOT_IN_FORCE',
      '2 CHECKPOINT_KEY_UNKNOWN',
    ]);
  });

  test('of a key that was revoked by then does not count.', async () => {
    const log = await new RotatedLog().append().checkpoint().append().checkpoint().rotate();
    const { findings } = verifyLog(log.revoke(0, 2).checkpoint().evidence);
    expect(findings.map(({ index, code }) => `${index} ${code}`)).toEqual([
      '2 RECEIPT_KEY_REVOKED',
      '1 CHECKPOINT_KEY_REVOKED',
    ]);
  });
});
