import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  appendReceipt,
  createReceiptChain,
  generateSigningKey,
  merkleRoot,
  signCheckpoint,
} from '@wcp/evidence';
import { decisionReceipt } from '@wcp/evidence/receipt';
import { compileWorld, decide } from '@wcp/router';
import { canonicalJson, type Receipt } from '@wcp/spec';
import { beforeEach, describe, expect, it } from 'vitest';
import { folderOf, REQUEST, RULES, wcp, wcpJson } from '../../support/support.ts';

const key = generateSigningKey();
const keys = { [key.keyId]: key.publicKey };
const FACTS = { now: '2026-01-01T00:00:00Z', decision_id: '00000000-0000-4000-8000-000000000000' };

function makeReceipts(count: number): Receipt[] {
  const decision = decide(compileWorld({ rules: RULES }), FACTS, REQUEST);
  let chain = createReceiptChain(key);
  return Array.from({ length: count }, (_, index) => {
    const receipt_id = `01890000-0000-7000-8000-00000000000${index}`;
    const next = appendReceipt(chain, decisionReceipt({ receipt_id, decision, input: REQUEST }));
    chain = next.chain;
    return next.receipt;
  });
}

const canonical = (receipt: Receipt) => canonicalJson(receipt);
const lines = (receipts: readonly unknown[]) => receipts.map((each) => `${JSON.stringify(each)}\n`).join('');
const receipts = makeReceipts(4);
const checkpoint = signCheckpoint(
  { origin: 'hall.example/log', size: 4, root: merkleRoot(receipts.map((each) => canonicalJson(each))) },
  key,
);
let dir = '';
beforeEach(() => {
  dir = folderOf({ 'receipts.jsonl': lines(receipts), 'keys.json': keys, 'checkpoint.txt': checkpoint });
});
const verify = (...more: string[]) => wcp(['receipts', 'verify', '.', ...more], { cwd: dir });
const damage = (text: string) => writeFileSync(join(dir, 'receipts.jsonl'), text);

describe('receipts verify', () => {
  it('Verification exits 0 on intact evidence, and says where the key came from.', async () => {
    const { code, out } = await verify();
    expect(out).toContain('4 receipts, 1 checkpoint: ok');
    expect(out).toContain('Give one that you trust');
    expect(code).toBe(0);
  });

  it('Verification finds a changed byte and a missing receipt, each at its line, and exits 1.', async () => {
    const [first, second, , fourth] = receipts;
    damage(lines([first, { ...second, tenant: 1 }, fourth]));
    const { code, out } = await verify();
    expect(out).toContain('receipts.jsonl:2:1: RECEIPT_HASH_MISMATCH (receipt 2)');
    expect(out).toContain('receipts.jsonl:3:1: RECEIPT_SEQ_GAP (receipt 3)');
    expect(out).toContain('checkpoint.txt: LOG_TAIL_MISSING');
    expect(code).toBe(1);
  });

  it('Verification finds a line that is not JSON and continues with the next.', async () => {
    damage(`${lines(receipts.slice(0, 1))}{"torn":\n${lines(receipts.slice(2))}`);
    const { json } = await wcpJson(['receipts', 'verify', '.'], { cwd: dir });
    const codes = (json as { findings: { code: string; line: number }[] }).findings.map(({ code }) => code);
    expect(codes).toEqual(
      expect.arrayContaining(['RECEIPT_MALFORMED', 'RECEIPT_SEQ_GAP', 'LOG_ROOT_MISMATCH']),
    );
  });

  it('Verification reports a byte order mark in an intact file, which is not tampering, and exits 2.', async () => {
    const marked = ['receipts.jsonl', 'keys.json', 'checkpoint.txt'];
    for (const name of marked) {
      const text = readFileSync(join(dir, name), 'utf8');
      writeFileSync(join(dir, name), `\ufeff${text}`);
      const { code, out, err } = await verify();
      expect([code, out], name).toEqual([2, '']);
      expect(err).toContain('error BYTE_ORDER_MARK: This begins with a byte order mark');
      writeFileSync(join(dir, name), text);
    }
    damage(`${lines(receipts.slice(0, 2))}\ufeff${lines(receipts.slice(2))}`);
    expect((await verify()).err).toContain('receipts.jsonl:3:1: error BYTE_ORDER_MARK');
  });

  it('Evidence is not called whole without a checkpoint, and the exit code is 1 unless that is accepted.', async () => {
    rmSync(join(dir, 'checkpoint.txt'));
    for (const count of [4, 3, 0]) {
      damage(lines(receipts.slice(0, count)));
      const { code, json } = await wcpJson(['receipts', 'verify', '.'], { cwd: dir });
      const findings = [expect.objectContaining({ code: 'END_NOT_COVERED', line: null })];
      expect(json).toMatchObject({ ok: false, is_whole: null, receipts: count, findings });
      expect((await verify()).out).toContain('receipts missing from the end cannot be detected');
      const accepted = await wcpJson(['receipts', 'verify', '.', '--no-checkpoint'], { cwd: dir });
      expect(accepted.json).toMatchObject({ ok: true, is_whole: null, findings: [] });
      const { out } = await verify('--no-checkpoint');
      expect(out).toContain('no checkpoint shows whether receipts are missing from the end');
      expect([code, accepted.code]).toEqual([1, 0]);
    }
  });

  it('Evidence is not called whole beyond its last checkpoint, and a cut is found even where that is accepted.', async () => {
    const args = ['receipts', 'verify', '.', '--json'];
    expect((await wcpJson(args.slice(0, 3), { cwd: dir })).json).toMatchObject({ ok: true, is_whole: true });
    const longer = makeReceipts(6);
    damage(lines(longer));
    const head = { origin: 'hall.example/log', size: 4, root: merkleRoot(longer.slice(0, 4).map(canonical)) };
    writeFileSync(join(dir, 'checkpoint.txt'), signCheckpoint(head, key));
    const { json } = await wcpJson(args.slice(0, 3), { cwd: dir });
    expect(json).toMatchObject({ is_whole: null, findings: [{ code: 'END_NOT_COVERED' }] });
    const newest = signCheckpoint({ ...head, size: 6, root: merkleRoot(longer.map(canonical)) }, key);
    writeFileSync(join(dir, 'newest.txt'), newest);
    expect((await verify('--checkpoint', 'newest.txt')).out).toContain('6 receipts, 2 checkpoints: ok');
    damage(lines(longer.slice(0, 3)));
    const cut = await wcpJson([...args.slice(0, 3), '--no-checkpoint'], { cwd: dir });
    expect(cut).toMatchObject({
      code: 1,
      json: { is_whole: false, findings: [{ code: 'LOG_TAIL_MISSING' }] },
    });
  });

  it('Verification finds an incomplete last line.', async () => {
    damage(lines(receipts).slice(0, -20));
    const { code, out } = await verify();
    expect(out).toContain('LINE_TORN');
    expect(code).toBe(1);
  });

  it('Verification accepts a key in PEM, and rejects receipts of another key.', async () => {
    writeFileSync(join(dir, 'right.pem'), key.exportPublicPem());
    writeFileSync(join(dir, 'wrong.pem'), generateSigningKey().exportPublicPem());
    expect((await verify('--keys', 'right.pem')).code).toBe(0);
    const { code, out } = await verify('--keys', 'wrong.pem');
    expect(out).toContain('RECEIPT_KEY_UNKNOWN');
    expect(out).toContain('CHECKPOINT_KEY_UNKNOWN');
    expect(code).toBe(1);
  });

  it('Verification takes a file of lines or a list, with checkpoints that a witness saved.', async () => {
    writeFileSync(join(dir, 'list.json'), JSON.stringify(receipts.slice(0, 3)));
    const args = ['receipts', 'verify', 'list.json', '--keys', 'keys.json'];
    const { code, out } = await wcp([...args, '--checkpoint', 'checkpoint.txt'], { cwd: dir });
    expect(out).toContain('LOG_TAIL_MISSING');
    expect(code).toBe(1);
    const other = await verify('--origin', 'other.example/log');
    expect(other.out).toContain('CHECKPOINT_ORIGIN_MISMATCH');
  });

  it('Verification exits 2 without a key, with a private key, without receipts and with a missing checkpoint.', async () => {
    writeFileSync(join(dir, 'secret.pem'), key.exportPrivatePem());
    const nothing = await wcp(['receipts', 'verify', 'none.jsonl', '--checkpoint', 'no.txt'], { cwd: dir });
    expect(nothing.err).toContain('none.jsonl: error UNREADABLE');
    expect(nothing.err).toContain('none.jsonl: error KEYS_MISSING');
    expect(nothing.err).toContain('no.txt: error UNREADABLE');
    const secret = await verify('--keys', 'secret.pem');
    expect(secret.err).toContain('secret.pem: error KEY_INVALID');
    expect([nothing.code, secret.code]).toEqual([2, 2]);
  });
});
