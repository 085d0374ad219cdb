import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generateSigningKey } from '@wcp/evidence';
import { beforeEach, describe, expect, it } from 'vitest';
import { connectHall } from '../../../src/client/hall-client.ts';
import { exportReceipts } from '../../../src/evidence/export-evidence.ts';
import { REQUEST, scratch, wcp } from '../../support/support.ts';
import { DENIED, openTestHall, type TestHall } from '../../support/test-hall.ts';

const key = generateSigningKey();
let test: TestHall;
let dir = '';
let publicKey = '';
beforeEach(async () => {
  test = await openTestHall({ key });
  await test.hall.dispatch(REQUEST);
  await test.hall.dispatch({ ...REQUEST, tenant_id: 'tenant-b', correlation_id: 'c-b' });
  await test.hall.dispatch(DENIED);
  const place = scratch();
  dir = join(place, 'evidence');
  publicKey = join(place, 'hall.pub.pem');
  writeFileSync(publicKey, key.exportPublicPem());
});

const verify = (...more: string[]) => wcp(['receipts', 'verify', dir, '--keys', publicKey, ...more]);
const lines = (name: string) => readFileSync(join(dir, name), 'utf8').trimEnd().split('\n');
const write = (name: string, all: readonly string[]) =>
  writeFileSync(join(dir, name), all.map((line) => `${line}\n`).join(''));

describe('receipts export', () => {
  it('An export writes the whole log for an auditor, which can be verified offline with only the public key.', async () => {
    const { code, out } = await test.as('auditor', ['receipts', 'export', dir]);
    expect(out).toContain('6 receipts: the whole log');
    expect(code).toBe(0);
    expect(readdirSync(dir).sort()).toEqual(['checkpoint.txt', 'keys.json', 'receipts.jsonl']);
    await test.hall.close();
    expect(await verify()).toMatchObject({
      code: 0,
      out: expect.stringContaining('6 receipts, 1 checkpoint: ok: nothing is changed or missing.\n'),
    });
    write('receipts.jsonl', lines('receipts.jsonl').slice(0, -1));
    expect(await verify()).toMatchObject({ code: 1, out: expect.stringContaining('LOG_TAIL_MISSING') });
  });

  it('An export writes more than one page, in the order of the log.', async () => {
    for (let index = 0; index < 510; index += 1) await test.hall.route(REQUEST);
    const { json } = await test.json('admin', ['receipts', 'export', dir]);
    expect(json).toMatchObject({ receipts: 516, size: 516, is_whole: true, decisions: null });
    expect((await verify()).code).toBe(0);
  });

  it('A steward exports the whole log with the decisions of every tenant, and replays them, as an auditor does.', async () => {
    const { json } = await test.json('steward', ['receipts', 'export', dir, '--decisions']);
    expect(json).toMatchObject({ receipts: 6, is_whole: true, decisions: 3 });
    const tenants = lines('decisions.jsonl').map((line) => JSON.parse(line).decision.tenant_id);
    expect(new Set(tenants)).toEqual(new Set(['tenant-a', 'tenant-b']));
    expect(await verify()).toMatchObject({ code: 0, out: expect.stringContaining('3 decisions: ok') });
    for (const args of [['replay'], ['replay', '--bundle', dir]]) {
      expect(await test.as('steward', args)).toMatchObject({
        code: 0,
        out: expect.stringContaining('3 decisions replayed'),
      });
    }
    const other = join(dir, '..', 'other');
    expect((await test.as('owner', ['receipts', 'export', other, '--decisions'])).code).toBe(2);
    expect(existsSync(other)).toBe(false);
  });

  it('An export writes only a tenant’s own stream, each receipt with a proof that it is in the log.', async () => {
    const { code, out } = await test.as('tenant', ['receipts', 'export', dir]);
    expect(out).toContain('3 receipts of the 6 in the log, each with a proof');
    expect(code).toBe(0);
    const streams = lines('receipts.jsonl').map((line) => JSON.parse(line).stream);
    expect(new Set(streams)).toEqual(new Set(['tenant-a']));
    const verified = await verify();
    expect(verified.out).toContain('3 receipts, 1 checkpoint: ok');
    expect(verified.out).toContain('This is part of a log');
    expect(verified.code).toBe(0);
    const { json } = { json: JSON.parse((await verify('--json')).out) };
    expect(json).toMatchObject({ ok: true, is_whole: false, findings: [] });
  });

  it('An export writes one stream for an auditor on request.', async () => {
    const { json } = await test.json('auditor', ['receipts', 'export', dir, '--stream', 'tenant-b']);
    expect(json).toMatchObject({ receipts: 2, is_whole: false });
    expect((await verify()).code).toBe(0);
  });

  it('An export ends at the signed checkpoint, even if the log grows in the meantime.', async () => {
    const client = connectHall(new URL(`${test.url}/`), test.keyOf('auditor'));
    const place = scratch();
    const { positions } = await exportReceipts(client, place, 4, undefined);
    expect([positions.length, positions.all()]).toEqual([4, [0, 1, 2, 3]]);
    expect(readFileSync(join(place, 'receipts.jsonl'), 'utf8').trimEnd().split('\n')).toHaveLength(4);
  });

  it('An export leaves nothing behind when it is refused, and overwrites nothing.', async () => {
    const refused = await test.as('tenant', ['receipts', 'export', dir, '--decisions']);
    expect(refused).toMatchObject({ code: 2, err: expect.stringContaining('error FORBIDDEN') });
    expect(existsSync(dir)).toBe(false);
    expect(readdirSync(join(dir, '..'))).toEqual(['hall.pub.pem']);
    await test.as('auditor', ['receipts', 'export', dir]);
    const again = await test.as('auditor', ['receipts', 'export', dir]);
    expect(again).toMatchObject({ code: 2, err: expect.stringContaining('error EXISTS') });
  });
});

describe('a part of a log', () => {
  beforeEach(async () => {
    await test.as('tenant', ['receipts', 'export', dir]);
  });
  const codes = async (...more: string[]) => {
    const { findings } = JSON.parse((await verify('--json', ...more)).out) as {
      findings: { code: string }[];
    };
    return [...new Set(findings.map(({ code }) => code))];
  };

  it('A part of a log does not verify if a receipt or its proof was changed.', async () => {
    const [receipts, proofs] = [lines('receipts.jsonl'), lines('proofs.jsonl')];
    write('receipts.jsonl', [
      receipts[0] ?? '',
      receipts[1]?.replace('"ok"', '"error"') ?? '',
      receipts[2] ?? '',
    ]);
    expect(await codes()).toEqual(expect.arrayContaining(['RECEIPT_HASH_MISMATCH', 'PROOF_INVALID']));
    write('receipts.jsonl', receipts);
    write('proofs.jsonl', [proofs[1] ?? '', proofs[0] ?? '', proofs[2] ?? '']);
    expect(await codes()).toEqual(['PROOF_INVALID']);
    write('proofs.jsonl', ['{}', '7', proofs[2] ?? '']);
    expect(await codes()).toEqual(['PROOF_MALFORMED']);
  });

  it('A part of a log does not verify if a receipt or a proof is missing.', async () => {
    const [receipts, proofs] = [lines('receipts.jsonl'), lines('proofs.jsonl')];
    write('receipts.jsonl', receipts.slice(0, -1));
    expect(await codes()).toEqual(['PROOF_RECEIPT_MISSING']);
    write('receipts.jsonl', receipts);
    write('proofs.jsonl', proofs.slice(0, -1));
    expect(await codes()).toEqual(['PROOF_MALFORMED']);
  });

  it('A part of a log does not verify if the checkpoint is different, of another key, or missing.', async () => {
    const note = readFileSync(join(dir, 'checkpoint.txt'), 'utf8');
    writeFileSync(join(dir, 'checkpoint.txt'), note.replace('\n6\n', '\n7\n'));
    expect(await codes()).toEqual(['PROOF_CHECKPOINT_MISSING', 'CHECKPOINT_SIGNATURE_INVALID']);
    writeFileSync(join(dir, 'checkpoint.txt'), note);
    writeFileSync(publicKey, generateSigningKey().exportPublicPem());
    expect(await codes()).toEqual(expect.arrayContaining(['CHECKPOINT_KEY_UNKNOWN', 'RECEIPT_KEY_UNKNOWN']));
    writeFileSync(publicKey, key.exportPublicPem());
    expect(await codes('--origin', 'other.example/log')).toContain('CHECKPOINT_ORIGIN_MISMATCH');
  });
});
