import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  appendReceipt,
  createMerkleTree,
  createReceiptChain,
  generateSigningKey,
  receiptLeaf,
  signCheckpoint,
} from '@wcp/evidence';
import type { ReceiptDraft } from '@wcp/evidence/receipt';
import { timestampRequest } from '@wcp/evidence/timestamp';
import { cosignCheckpoint, writeWitnessKey } from '@wcp/evidence/witness';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { scratch, wcp } from '../../support/support.ts';
import { hasOpenssl, TimestampAuthority } from '../../support/timestamp-authority.ts';

const ORIGIN = 'hall.example/wcp';
const SIZE = 500;
/** The auditor kept the checkpoint of this size. */
const KEPT = 300;
/** From here on the thief turned every denial into a permission. */
const REWRITTEN = 400;
/** The key that was stolen. */
const key = generateSigningKey();
const witness = { name: 'witness.example/w1', key: generateSigningKey() };
const witnessKey = writeWitnessKey({ name: witness.name, publicKey: witness.key.publicKey });
const NOW = Date.now();

const drafts = Array.from({ length: SIZE }, (_, index): ReceiptDraft => {
  const isDenied = index % 5 === 0;
  return {
    receipt_id: '01890a5d-ac96-774b-bcce-b302099a8057',
    kind: 'decision',
    stream: `tenant-${index % 3}`,
    correlation_id: null,
    decision_id: `0b0c8a1e-8e7a-4c39-9a55-${String(index).padStart(12, '0')}`,
    dispatched_at: new Date(NOW - (SIZE - index) * 1_000).toISOString(),
    worker_id: 'org.acme.worker.prod-01',
    worker_species_id: 'wrk.doc.summarizer',
    capability_id: 'cap.doc.summarize',
    policy_decision: isDenied ? 'DENY' : 'ALLOW',
    deny_code: isDenied ? 'DENY_NO_MATCHING_RULE' : null,
    controls_verified: [],
    artifact_hash: null,
    decision_digest: null,
    world_digest: null,
    outcome: null,
  };
});

function logOf(list: readonly ReceiptDraft[]) {
  let chain = createReceiptChain(key);
  const receipts = list.map((draft) => {
    const next = appendReceipt(chain, draft);
    chain = next.chain;
    return next.receipt;
  });
  const tree = createMerkleTree(receipts.map(receiptLeaf));
  const checkpoint = (size: number) => signCheckpoint({ origin: ORIGIN, size, root: tree.root(size) }, key);
  return { receipts, checkpoint };
}

const allowed = (change: Partial<ReceiptDraft>) =>
  drafts.map((draft, index) =>
    index >= REWRITTEN && draft.policy_decision === 'DENY'
      ? { ...draft, policy_decision: 'ALLOW' as const, deny_code: null, ...change }
      : draft,
  );
const honest = logOf(drafts);
const backdated = logOf(allowed({ dispatched_at: '2020-01-01T00:00:00.000Z' }));
const plausible = logOf(allowed({}));

let authority: TimestampAuthority | null = null;
beforeAll(async () => {
  authority = hasOpenssl ? await TimestampAuthority.open() : null;
});
afterAll(() => authority?.close());

/** What an auditor has of a log, in a folder of their own. */
function auditorFolder({ receipts, checkpoint }: typeof honest): string {
  const dir = scratch();
  mkdirSync(join(dir, 'checkpoints'));
  writeFileSync(join(dir, 'receipts.jsonl'), receipts.map((each) => `${JSON.stringify(each)}\n`).join(''));
  writeFileSync(join(dir, 'keys.json'), JSON.stringify({ [key.keyId]: key.publicKey }));
  writeFileSync(join(dir, 'checkpoint.txt'), checkpoint(SIZE));
  writeFileSync(join(dir, 'checkpoints', `${KEPT}.txt`), honest.checkpoint(KEPT));
  writeFileSync(join(dir, 'policy.txt'), `witness w1 ${witnessKey}\nquorum w1\n`);
  const time = Math.floor(NOW / 1_000);
  const cosigned = honest.checkpoint(SIZE) + cosignCheckpoint(honest.checkpoint(SIZE), { ...witness, time });
  writeFileSync(join(dir, 'from-the-witness.txt'), cosigned);
  return dir;
}

function stamp(dir: string, size: number): string {
  const note = honest.checkpoint(size);
  writeFileSync(join(dir, 'checkpoints', `${size}.txt`), note);
  writeFileSync(
    join(dir, 'checkpoints', `${size}.0.tsr`),
    authority?.stamp(timestampRequest(note).der) ?? '',
  );
  return authority?.certificateFile ?? '';
}

async function verify(dir: string, ...args: readonly string[]) {
  const { code, out } = await wcp([
    ...['receipts', 'verify', dir, '--keys', join(dir, 'keys.json'), '--json'],
    ...args,
  ]);
  const { findings, not_checked, witnessed_size } = JSON.parse(out);
  const codes = [...new Set(findings.map((each: { code: string }) => each.code))];
  return { code, codes, witnessed_size, not_checked: not_checked.map((each: { code: string }) => each.code) };
}

const DENIED_AFTER = (SIZE - REWRITTEN) / 5;

describe('a thief with the key, who turns every denial after 400 into a permission of 2020', () => {
  test('The chain of times alone finds each of them.', async () => {
    const dir = auditorFolder(backdated);
    const { out } = await wcp(['receipts', 'verify', dir, '--json']);
    const { findings } = JSON.parse(out);
    expect(findings).toHaveLength(DENIED_AFTER);
    expect(findings.every(({ code }: { code: string }) => code === 'TIME_NOT_ORDERED')).toBe(true);
    expect(findings[0].line).toBe(REWRITTEN + 1);
  });

  test('Without times, witness and timestamp nothing is found, and it is said that nobody looked.', async () => {
    expect(await verify(auditorFolder(backdated), '--no-times')).toEqual({
      code: 0,
      codes: [],
      witnessed_size: null,
      not_checked: ['WITNESSES_NOT_CHECKED', 'TIMESTAMPS_NOT_CHECKED', 'TIMES_NOT_CHECKED'],
    });
  });

  test('A witness finds it: the log that it saw is another one, and it cosigned no other.', async () => {
    const dir = auditorFolder(backdated);
    const policy = ['--no-times', '--witness-policy', join(dir, 'policy.txt')];
    expect(await verify(dir, ...policy)).toMatchObject({ code: 1, codes: ['LOG_NOT_WITNESSED'] });
    const seen = ['--checkpoint', join(dir, 'from-the-witness.txt')];
    expect(await verify(dir, '--no-times', ...seen)).toMatchObject({ code: 1, codes: ['LOG_ROOT_MISMATCH'] });
    expect(await verify(dir, ...policy, ...seen)).toMatchObject({
      code: 1,
      codes: ['LOG_ROOT_MISMATCH', 'LOG_NOT_WITNESSED'],
    });
  });

  test.skipIf(!hasOpenssl)(
    'A timestamp on the kept checkpoint finds it: nothing after it is from 2020.',
    async () => {
      const dir = auditorFolder(backdated);
      const certificates = stamp(dir, KEPT);
      const found = await verify(dir, '--no-times', '--timestamp-certificates', certificates);
      expect(found).toMatchObject({ code: 1, codes: ['TIME_NOT_ORDERED'] });
      expect(found.not_checked).toEqual(['WITNESSES_NOT_CHECKED', 'TIMES_NOT_CHECKED']);
    },
  );
});

describe('a thief with the key, who leaves the times as they were', () => {
  test('Nobody else can find it, and verification says what it could not check.', async () => {
    expect(await verify(auditorFolder(plausible))).toEqual({
      code: 0,
      codes: [],
      witnessed_size: null,
      not_checked: ['WITNESSES_NOT_CHECKED', 'TIMESTAMPS_NOT_CHECKED'],
    });
  });

  test.skipIf(!hasOpenssl)(
    'A witness finds it, and so does a timestamp of after the rewriting.',
    async () => {
      const dir = auditorFolder(plausible);
      expect(await verify(dir, '--witness-policy', join(dir, 'policy.txt'))).toMatchObject({
        codes: ['LOG_NOT_WITNESSED'],
      });
      const certificates = stamp(dir, 450);
      expect(await verify(dir, '--timestamp-certificates', certificates)).toMatchObject({
        codes: ['LOG_ROOT_MISMATCH'],
      });
    },
  );
});

describe('the honest log', () => {
  test.skipIf(!hasOpenssl)(
    'It verifies with witness and timestamps, and everything was checked.',
    async () => {
      const dir = auditorFolder(honest);
      const certificates = stamp(dir, KEPT);
      stamp(dir, 450);
      const args = ['--witness-policy', join(dir, 'policy.txt'), '--timestamp-certificates', certificates];
      expect(await verify(dir, ...args, '--checkpoint', join(dir, 'from-the-witness.txt'))).toEqual({
        code: 0,
        codes: [],
        witnessed_size: SIZE,
        not_checked: [],
      });
    },
  );

  test.skipIf(!hasOpenssl)(
    'A timestamp that was changed, of another checkpoint or from another authority is found.',
    async () => {
      const dir = auditorFolder(honest);
      const certificates = ['--timestamp-certificates', stamp(dir, KEPT)];
      const file = join(dir, 'checkpoints', `${KEPT}.0.tsr`);
      writeFileSync(file, 'nothing');
      expect(await verify(dir, ...certificates)).toMatchObject({ code: 1, codes: ['TIMESTAMP_MALFORMED'] });
      writeFileSync(file, authority?.stamp(timestampRequest(honest.checkpoint(299)).der) ?? '');
      expect(await verify(dir, ...certificates)).toMatchObject({ code: 1, codes: ['TIMESTAMP_MISMATCH'] });
      stamp(dir, KEPT);
      writeFileSync(join(dir, 'none.pem'), '');
      expect(await verify(dir, '--timestamp-certificates', join(dir, 'none.pem'))).toMatchObject({
        code: 1,
        codes: ['TIMESTAMP_AUTHORITY_UNKNOWN'],
      });
    },
  );

  test.skipIf(!hasOpenssl)(
    'Timestamps that were asked for, and that somebody left out, are found.',
    async () => {
      const dir = auditorFolder(honest);
      const certificates = stamp(dir, KEPT);
      rmSync(join(dir, 'checkpoints', `${KEPT}.0.tsr`));
      expect(await verify(dir, '--timestamp-certificates', certificates)).toMatchObject({
        code: 1,
        codes: ['LOG_NOT_TIMESTAMPED'],
        not_checked: ['WITNESSES_NOT_CHECKED'],
      });
    },
  );

  test('What came with the evidence, and what was accepted, is said for programs too.', async () => {
    const dir = auditorFolder(honest);
    const notChecked = async (...args: readonly string[]) => {
      const { out } = await wcp(['receipts', 'verify', dir, '--json', ...args]);
      return JSON.parse(out).not_checked.map((each: { code: string }) => each.code);
    };
    expect(await notChecked()).toContain('FIRST_KEY_NOT_GIVEN');
    rmSync(join(dir, 'checkpoint.txt'));
    expect(await notChecked('--no-checkpoint')).toContain('END_NOT_CHECKED');
  });

  test('A broken policy is bad input, with the line of each mistake.', async () => {
    const dir = auditorFolder(honest);
    writeFileSync(join(dir, 'bad.txt'), 'witness w1 nothing\nquorum w2\n');
    const { code, err, out } = await wcp([
      'receipts',
      'verify',
      dir,
      '--witness-policy',
      join(dir, 'bad.txt'),
    ]);
    expect(code).toBe(2);
    expect(err + out).toMatch(/bad\.txt:1:1[\s\S]*bad\.txt:2:1/);
  });

  test('A file to which a Hall adds every checkpoint is one of them all.', async () => {
    const dir = auditorFolder(honest);
    const copies = join(dir, 'copies.txt');
    writeFileSync(copies, [100, 200, 400].map((size) => `${honest.checkpoint(size)}\n`).join(''));
    const { out } = await wcp(['receipts', 'verify', dir, '--checkpoint', copies, '--json']);
    expect(JSON.parse(out)).toMatchObject({ ok: true, checkpoints: 5 });
    const wrong = await verify(
      auditorFolder(backdated),
      '--no-times',
      '--checkpoint',
      join(dir, 'from-the-witness.txt'),
    );
    expect(wrong.codes).toEqual(['LOG_ROOT_MISMATCH']);
  });
});
