import { join } from 'node:path';
import {
  type SigningKey,
  verifyCheckpoint,
  verifyConsistency,
  verifyInclusion,
  verifyLog,
} from '@wcp/evidence';
import { receiptLeaf } from '@wcp/evidence/receipt';
import type { Receipt } from '@wcp/spec';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { inputFor } from '../support/documents.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { type Person, TestHall } from '../support/test-hall.ts';
import { ACME, CAPABILITIES, recordOf } from '../support/workers.ts';

/** Every receipt that somebody may see, page by page. */
async function receiptsOf(hall: TestHall, person: Person = 'auditor', filter = ''): Promise<Receipt[]> {
  const receipts: Receipt[] = [];
  for (let cursor = ''; ; ) {
    const { json } = await hall.get(person, `/wcp/receipts?limit=170${filter}${cursor}`);
    receipts.push(...json.items.map(({ receipt }: { receipt: Receipt }) => receipt));
    if (json.next_cursor === null) return receipts;
    cursor = `&cursor=${json.next_cursor}`;
  }
}

/** Everything that leaves evidence. */
async function live(hall: TestHall): Promise<void> {
  const dispatch = (
    members: Readonly<Record<string, unknown>>,
    person: Person = 'tenant',
    tenant = 'tenant-a',
  ) => hall.post(person, '/wcp/dispatch', inputFor(tenant, members));
  await dispatch({});
  await dispatch({ capability_id: 'cap.nothing.known' });
  await dispatch({ dry_run: true });
  await dispatch({ env: 'moon' });
  await dispatch({ tenant_id: 7 });
  await dispatch({}, 'foreigner', 'tenant-b');
  await dispatch({ capability_id: CAPABILITIES.advised });
  await hall.post('tenant', '/wcp/route', inputFor('tenant-a'));
  await hall.post('owner', '/wcp/workers', { record: recordOf(ACME) });
  const { approval_id } = await hall.hold('held');
  await hall.resolve('steward', approval_id);
  const executed = await hall.hold('executed');
  await hall.resolve('steward', executed.approval_id, { resolution: 'approve', result: 1 });
  const expired = await hall.hold('held');
  hall.pass(901);
  await hall.resolve('steward', expired.approval_id);
  await Promise.all(
    Array.from({ length: 600 }, (_, index) =>
      index % 3 === 0
        ? hall.post('foreigner', '/wcp/route', inputFor('tenant-b'))
        : hall.post('tenant', '/wcp/route', inputFor('tenant-a')),
    ),
  );
}

describe.each(['memory', 'file'])('the log of a Hall (%s)', (kind) => {
  let hall: TestHall;
  let receipts: Receipt[];
  let early: string;
  beforeAll(async () => {
    hall = await TestHall.open(kind === 'file' ? { file: join(tempFolder(), 'store.db') } : {});
    await hall.post('tenant', '/wcp/dispatch', inputFor('tenant-a'));
    early = (await hall.get('auditor', '/wcp/checkpoint')).text;
    await live(hall);
    receipts = await receiptsOf(hall);
  });
  afterAll(() => hall.close());

  const keys = ({ keyId, publicKey }: SigningKey) => ({ [keyId]: publicKey });
  const headOf = (text: string) => {
    const reading = verifyCheckpoint(text, {
      origin: 'hall.example/log',
      publicKey: hall.signer.publicKey,
    });
    if (!reading.ok) throw new Error(reading.findings[0].message);
    return reading;
  };

  test('The log has a receipt for every decision and every outcome, denials, holds and dry runs included.', () => {
    const tally: Record<string, number> = {};
    for (const { kind: what, policy_decision } of receipts) {
      tally[`${what} ${policy_decision}`] = (tally[`${what} ${policy_decision}`] ?? 0) + 1;
    }
    expect(tally).toEqual({
      'decision ALLOW': 1 + 1 + 1 + 1 + 1 + 1 + 1 + 600,
      'decision DENY': 3,
      'decision REQUIRE_HUMAN': 3,
      'outcome ALLOW': 1 + 1 + 1 + 1 + 1,
      'outcome REQUIRE_HUMAN': 1,
      'approval ALLOW': 2,
      'approval DENY': 1,
      'enrolment ALLOW': 2,
    });
  });

  test('The log is consistent: receipt chains, signatures, checkpoints, streams without a gap.', async () => {
    const late = (await hall.get('auditor', '/wcp/checkpoint')).text;
    const evidence = { receipts, keys: keys(hall.signer), origin: 'hall.example/log' };
    expect(verifyLog({ ...evidence, checkpoints: [early, late] }).findings).toEqual([]);
    const streams = new Map<string, number>();
    for (const { stream, seq } of receipts) {
      expect(seq).toBe(streams.get(stream) ?? 0);
      streams.set(stream, seq + 1);
    }
    expect([...streams.keys()].toSorted()).toEqual(['(none)', '(registry)', 'tenant-a', 'tenant-b']);
  });

  test('Verification shows whatever is changed, left out, swapped or cut off.', async () => {
    const checkpoints = [(await hall.get('auditor', '/wcp/checkpoint')).text];
    const codes = (changed: unknown[]) =>
      verifyLog({ receipts: changed, keys: keys(hall.signer), checkpoints }).findings.map(({ code }) => code);
    const denied = receipts.findIndex(({ policy_decision }) => policy_decision === 'DENY');
    const allowed = { ...receipts[denied], policy_decision: 'ALLOW' };
    expect(codes(receipts.with(denied, allowed as Receipt))).toContain('RECEIPT_HASH_MISMATCH');
    expect(codes(receipts.toSpliced(denied, 1))).toContain('RECEIPT_SEQ_GAP');
    expect(codes(receipts.slice(0, -1))).toContain('LOG_TAIL_MISSING');
    const at = receipts.findIndex(
      ({ stream }, index) =>
        index > 0 && receipts[index + 1] !== undefined && receipts[index + 1]?.stream !== stream,
    );
    const swapped = receipts.with(at, receipts[at + 1] as Receipt).with(at + 1, receipts[at] as Receipt);
    expect(codes(swapped)).toContain('LOG_ROOT_MISMATCH');
  });

  test('The log names its key and its size.', async () => {
    const { json } = await hall.get('tenant', '/wcp/log');
    const { size, root } = headOf((await hall.get('tenant', '/wcp/checkpoint')).text);
    expect(json).toMatchObject({
      origin: 'hall.example/log',
      signing_key_id: hall.signer.keyId,
      public_key: hall.signer.publicKey,
      size,
      root,
    });
    expect(size).toBe(receipts.length);
  });

  test('The log proves that a receipt is in it, at its position and at no other.', async () => {
    const { size, root } = headOf((await hall.get('auditor', '/wcp/checkpoint')).text);
    for (const position of [0, 1, 20, 255, 256, 257, 511, size - 1]) {
      const { json } = await hall.get('tenant', `/wcp/proofs/inclusion?position=${position}&size=${size}`);
      const claim = { leaf: receiptLeaf(receipts[position] as Receipt), size, root, proof: json.proof };
      expect([json.position, json.size]).toEqual([position, size]);
      expect(verifyInclusion({ ...claim, index: position }).ok).toBe(true);
      expect(verifyInclusion({ ...claim, index: position === 0 ? 1 : position - 1 }).ok).toBe(false);
    }
    const { json } = await hall.get('tenant', '/wcp/proofs/inclusion?position=0&size=1');
    expect(json.proof).toEqual([]);
  });

  test('The log proves that it only grew.', async () => {
    const [first, last] = [headOf(early), headOf((await hall.get('auditor', '/wcp/checkpoint')).text)];
    const { json } = await hall.get(
      'tenant',
      `/wcp/proofs/consistency?first=${first.size}&second=${last.size}`,
    );
    const claim = { first: first.size, second: last.size, proof: json.proof };
    expect(verifyConsistency({ ...claim, first_root: first.root, second_root: last.root }).ok).toBe(true);
    expect(verifyConsistency({ ...claim, first_root: last.root, second_root: last.root }).ok).toBe(false);
    const same = await hall.get('tenant', `/wcp/proofs/consistency?first=${last.size}`);
    expect(same.json).toMatchObject({ second: last.size, proof: [] });
  });

  test('The log proves nothing about what it does not hold.', async () => {
    const { size } = headOf((await hall.get('auditor', '/wcp/checkpoint')).text);
    for (const query of [
      `inclusion?position=${size}`,
      `inclusion?position=0&size=${size + 1}`,
      'inclusion?position=5&size=5',
      'inclusion?position=-1',
      'inclusion?position=1e3',
      'inclusion',
      'consistency?first=0',
      `consistency?first=1&second=${size + 1}`,
      'consistency?first=9&second=8',
      'inclusion?position=999999999999999',
    ]) {
      const { status, json } = await hall.get('tenant', `/wcp/proofs/${query}`);
      expect([query, status, json.code]).toEqual([query, 400, 'INVALID_QUERY']);
    }
  });

  test('Receipts are listed by stream, by correlation and by decision.', async () => {
    const ours = await receiptsOf(hall, 'auditor', '&stream=tenant-a');
    expect(ours).toEqual(receipts.filter(({ stream }) => stream === 'tenant-a'));
    expect(await receiptsOf(hall, 'tenant')).toEqual(ours);
    const { correlation_id, decision_id } = receipts.find(({ kind: what }) => what === 'outcome') as Receipt;
    for (const filter of [`&correlation_id=${correlation_id}`, `&decision_id=${decision_id}`]) {
      expect((await receiptsOf(hall, 'auditor', filter)).map(({ kind: what }) => what)).toEqual([
        'decision',
        'outcome',
      ]);
    }
  });
});

test('After a restart the log continues where it ended.', async () => {
  const hall = await TestHall.open({ file: join(tempFolder(), 'store.db') });
  for (let index = 0; index < 3; index += 1) {
    await hall.post('tenant', '/wcp/dispatch', inputFor('tenant-a'));
  }
  const early = (await hall.get('auditor', '/wcp/checkpoint')).text;
  const before = await receiptsOf(hall);
  await hall.restart();
  await hall.post('tenant', '/wcp/dispatch', inputFor('tenant-a'));
  const late = (await hall.get('auditor', '/wcp/checkpoint')).text;
  const all = await receiptsOf(hall);
  expect(all.slice(0, -2)).toEqual(before);
  const keys = { [hall.signer.keyId]: hall.signer.publicKey };
  expect(verifyLog({ receipts: all, keys, checkpoints: [early, late] }).findings).toEqual([]);
  await hall.close();
});
