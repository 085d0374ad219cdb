import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generateSigningKey } from '@wcp/evidence';
import { beforeEach, describe, expect, it } from 'vitest';
import { REQUEST, scratch, wcp } from '../../support/support.ts';
import { openTestHall, type TestHall } from '../../support/test-hall.ts';

const first = generateSigningKey();
let test: TestHall;
let dir = '';
let firstKey = '';
beforeEach(async () => {
  const key_files = { prepare: async () => generateSigningKey(), complete: async () => {} };
  test = await openTestHall({ key: first, key_files });
  const place = scratch();
  dir = join(place, 'evidence');
  firstKey = join(place, 'first.pub.pem');
  writeFileSync(firstKey, first.exportPublicPem());
  for (let round = 0; round < 3; round += 1) {
    await test.hall.dispatch(REQUEST);
    await test.hall.dispatch({ ...REQUEST, tenant_id: 'tenant-b', correlation_id: `b-${round}` });
    expect((await test.as('admin', ['keys', 'rotate-log'])).code).toBe(0);
  }
  await test.hall.dispatch(REQUEST);
});

const verify = async () => {
  const { code, out } = await wcp(['receipts', 'verify', dir, '--keys', firstKey, '--json']);
  return { code, ...JSON.parse(out) };
};
const codes = ({ findings }: { findings: { code: string }[] }) => findings.map(({ code }) => code);
const edit = (name: string, change: (lines: string[]) => string[]) => {
  const lines = readFileSync(join(dir, name), 'utf8').trimEnd().split('\n');
  writeFileSync(
    join(dir, name),
    change(lines)
      .map((line) => `${line}\n`)
      .join(''),
  );
};

describe('evidence of a log whose key changed', () => {
  it('The whole log verifies with its first key, which the export brings along.', async () => {
    await test.as('auditor', ['receipts', 'export', dir]);
    expect(JSON.parse(readFileSync(join(dir, 'keys.json'), 'utf8'))).toEqual({
      [first.keyId]: first.publicKey,
    });
    const verified = await verify();
    expect(verified).toMatchObject({ code: 0, ok: true, is_whole: true });
    expect(verified.not_checked.map(({ code }: { code: string }) => code)).toEqual([
      'WITNESSES_NOT_CHECKED',
      'TIMESTAMPS_NOT_CHECKED',
    ]);
    writeFileSync(firstKey, generateSigningKey().exportPublicPem());
    expect(codes(await verify())).toContain('RECEIPT_KEY_UNKNOWN');
  });

  it('The part of one tenant brings the receipts of the keys along, each with its proof.', async () => {
    await test.as('tenant', ['receipts', 'export', dir]);
    expect(await verify()).toMatchObject({ code: 0, ok: true, is_whole: false });
    edit('key-receipts.jsonl', (lines) => lines.slice(1));
    expect(codes(await verify())).toContain('RECEIPT_KEY_UNKNOWN');
  });

  it('A receipt of a key without its proof, or with that of another place, is found.', async () => {
    await test.as('tenant', ['receipts', 'export', dir]);
    edit('key-receipts.jsonl', ([one = '', ...more]) => [
      one.replace(/"proof":\["sha256:[0-9a-f]{4}/, '"proof":["sha256:0000'),
      ...more,
    ]);
    expect(codes(await verify())).toEqual(['PROOF_INVALID']);
    edit('key-receipts.jsonl', ([one = '', ...more]) => [
      one.replace(/"position":[0-9]+/, '"position":1'),
      ...more,
    ]);
    expect(codes(await verify())).toContain('RECEIPT_KEY_CHANGE_INVALID');
  });

  it('A revoked key is a finding from there on, in a part as in the whole.', async () => {
    const revoked = await test.as('admin', ['keys', 'revoke-log', first.keyId, '--at', '1']);
    expect(revoked).toMatchObject({ code: 0, out: expect.stringContaining(first.keyId) });
    await test.as('tenant', ['receipts', 'export', dir]);
    const part = await verify();
    expect(new Set(codes(part))).toEqual(new Set(['RECEIPT_KEY_REVOKED']));
    expect(part.not_checked.map(({ code }: { code: string }) => code)).toEqual([
      'WITNESSES_NOT_CHECKED',
      'REVOKED_KEY_NOT_WITNESSED',
      'KEY_CHANGES_NOT_COMPLETE',
      'TIMESTAMPS_NOT_CHECKED',
      'STREAM_ENDS_NOT_CHECKED',
    ]);
  });

  it('A log whose key never changed has no such file.', async () => {
    const plain = await openTestHall({ key: first });
    await plain.hall.dispatch(REQUEST);
    await plain.hall.dispatch({ ...REQUEST, tenant_id: 'tenant-b', correlation_id: 'b' });
    await plain.as('tenant', ['receipts', 'export', dir]);
    expect(existsSync(join(dir, 'key-receipts.jsonl'))).toBe(false);
    expect(await verify()).toMatchObject({ code: 0 });
  });
});

describe('the commands', () => {
  it('The keys are listed with their terms, for everybody who may ask the Hall.', async () => {
    const { json } = await test.json('auditor', ['keys', 'log']);
    expect(json.keys.map(({ from_position }: { from_position: number }) => from_position)).toHaveLength(4);
    expect(json.changes).toHaveLength(3);
    expect((await test.as('tenant', ['keys', 'rotate-log'])).code).toBe(2);
  });

  it('What cannot be revoked is said in a sentence, and a wrong place is wrong usage.', async () => {
    const { signing_key_id } = test.hall.log;
    const inForce = await test.as('admin', ['keys', 'revoke-log', signing_key_id, '--at', '0']);
    expect(inForce).toMatchObject({ code: 1, err: expect.stringContaining('Rotate the log first') });
    const usage = await test.as('admin', ['keys', 'revoke-log', first.keyId, '--at', 'yesterday']);
    expect(usage).toMatchObject({ code: 2, err: expect.stringContaining('--at is a position') });
  });

  it('One request is disclosed with what leads to its key, and verifies with the first key alone.', async () => {
    const { decision } = await test.hall.dispatch(REQUEST);
    const file = `${dir}.json`;
    const disclosed = ['evidence', 'disclose', decision.decision_id as string, '--out', file];
    expect((await test.as('auditor', disclosed)).code).toBe(0);
    const check = () => wcp(['evidence', 'verify', file, '--keys', firstKey, '--json']);
    const verified = await check();
    expect(verified.code, verified.out).toBe(0);
    expect(JSON.parse(verified.out).keys).toHaveLength(4);
    expect(JSON.parse(verified.out).not_checked).toContainEqual(
      expect.objectContaining({ code: 'KEY_CHANGES_NOT_COMPLETE' }),
    );
    const { key_receipts, ...rest } = JSON.parse(readFileSync(file, 'utf8'));
    expect(key_receipts).toHaveLength(3);
    writeFileSync(file, JSON.stringify(rest));
    const refused = await check();
    expect(refused.code).toBe(1);
    expect(codes(JSON.parse(refused.out))).toContain('RECEIPT_KEY_UNKNOWN');
  });
});
