import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { verifyInclusion } from '@wcp/evidence';
import { beforeEach, describe, expect, test } from 'vitest';
import { inputFor } from '../support/documents.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { TestHall } from '../support/test-hall.ts';
import { CAPABILITIES } from '../support/workers.ts';

let folder: string;
let hall: TestHall;
beforeEach(async () => {
  folder = tempFolder();
  hall = await TestHall.open({
    file: join(folder, 'store.db'),
    mark: join(folder, 'mark.json'),
    data_keys: join(folder, 'keys'),
  });
  return () => hall.close();
});

/** Every file below the folder, as its bytes are. */
function files(): Map<string, Buffer> {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const found = names.filter((name) => statSync(join(folder, name)).isFile());
  return new Map(found.map((name) => [name, readFileSync(join(folder, name))]));
}

/** The files in which some bytes stand. */
function filesWith(bytes: string | Uint8Array): string[] {
  return [...files()]
    .filter(([, content]) => content.includes(typeof bytes === 'string' ? bytes : Buffer.from(bytes)))
    .map(([name]) => name);
}

/** A request whose every free part is a text that can be searched for. */
const secretly = (tenant: string, secret: string, members: object = {}) =>
  inputFor(tenant, { request: { text: secret }, ...members });

async function dispatched(tenant: string, secret: string, key?: string): Promise<string> {
  const options = key === undefined ? {} : { idempotency_key: key };
  const { decision } = await hall.hall.dispatch(secretly(tenant, secret), options);
  return decision.decision_id as string;
}

/** The stored payloads of some tables, encrypted as they are; the Hall is started again. */
async function payloads(...tables: readonly string[]): Promise<Uint8Array[]> {
  await hall.close();
  const database = new DatabaseSync(join(folder, 'store.db'));
  const rows = tables.flatMap((table) =>
    database
      .prepare(`SELECT payload FROM ${table} WHERE payload IS NOT NULL AND tenant_id IS NOT NULL`)
      .all(),
  );
  database.close();
  await hall.restart();
  return rows.map(({ payload }) => payload as Uint8Array);
}

const admin = (body: object) => hall.post('admin', '/wcp/erasures', body);

describe('a payload', () => {
  test('stands in no file in the clear: not that of a request, a result, a hold, a reason or a dead letter.', async () => {
    await dispatched('tenant-a', 'REQUEST-ZEBRA', 'KEY-ZEBRA');
    const { approval_id } = await hall.hold('held', { request: { text: 'HELD-ZEBRA' } });
    await hall.resolve('steward', approval_id, { resolution: 'deny', reason: 'REASON-ZEBRA' });
    hall.delivery.answer = () => ({
      status: 'error',
      result: null,
      code: 'DELIVERY_UNREACHABLE',
      duration_ms: 1,
    });
    await dispatched('tenant-a', 'DEAD-ZEBRA');
    const shown = await hall.get('auditor', '/wcp/decisions');
    expect(shown.text).toContain('REQUEST-ZEBRA');
    expect(filesWith('ZEBRA')).toEqual([]);
    await hall.restart();
    expect((await hall.get('auditor', '/wcp/decisions')).json.items).toHaveLength(shown.json.items.length);
    await hall.close();
    expect(filesWith('ZEBRA')).toEqual([]);
  });

  test('of a tenant is gone with its data key, and those of others are not.', async () => {
    const ours = await dispatched('tenant-a', 'ours', 'once');
    const theirs = await dispatched('tenant-b', 'theirs', 'once');
    const before = await payloads('decisions');
    const keys = [...files()].filter(([name]) => name.startsWith('keys/'));
    const secrets = keys.map(([, text]) => Buffer.from(JSON.parse(text.toString()).key as string, 'base64'));
    const { status, json } = await admin({ tenant_id: 'tenant-a', note: 'Article 17 GDPR' });
    expect({ status, ...json, receipt: json.receipt.erasure }).toEqual({
      status: 200,
      dry_run: false,
      decisions: 1,
      in_flight: 0,
      is_done: true,
      receipt: {
        scope: 'tenant',
        tenant_id: 'tenant-a',
        data_label: null,
        before: null,
        decision_id: null,
        below: expect.any(Number),
        decisions: 1,
        reason: 'request',
        note: 'Article 17 GDPR',
        by: expect.any(String),
      },
    });
    expect((await hall.get('auditor', `/wcp/decisions/${ours}`)).json).toMatchObject({
      code: 'NOT_HELD',
      status: 410,
    });
    expect((await hall.get('auditor', `/wcp/decisions/${theirs}`)).json.input.request).toEqual({
      text: 'theirs',
    });
    expect((await hall.get('auditor', '/wcp/decisions')).json.items).toHaveLength(1);
    const left = before.filter((payload) => filesWith(payload.subarray(0, 64)).length > 0);
    expect(left).toHaveLength(1);
    // Those of the other tenant, and of events that belong to none.
    const kept = secrets.filter((secret) => filesWith(secret.toString('base64')).length > 0);
    expect([secrets.length, kept.length]).toEqual([3, 2]);
    // What comes later is kept under a key of its own.
    const later = await dispatched('tenant-a', 'later');
    await hall.restart();
    expect((await hall.get('auditor', `/wcp/decisions/${later}`)).json.input.request).toEqual({
      text: 'later',
    });
  });

  test.each([
    ['one decision', (ids: readonly string[]) => ({ decision_id: ids[0] })],
    ['what is older', () => ({ before: new Date(Date.now() + 60_000).toISOString() })],
    [
      'what is older of a tenant',
      () => ({ before: new Date(Date.now() + 60_000).toISOString(), tenant_id: 'tenant-a' }),
    ],
  ])('of %s is removed from every file, its ciphertext as well.', async (_, scope) => {
    const id = await dispatched('tenant-a', 'old', 'once');
    const before = await payloads('decisions', 'results', 'events');
    expect(before).toHaveLength(3);
    hall.pass(3600);
    const kept = await dispatched('tenant-a', 'new');
    const { json } = await admin(scope([id]));
    expect(json).toMatchObject({ decisions: 1, is_done: true });
    for (const payload of before) expect(filesWith(payload.subarray(0, 64))).toEqual([]);
    expect((await hall.get('auditor', `/wcp/decisions/${id}`)).status).toBe(410);
    expect((await hall.get('auditor', `/wcp/decisions/${kept}`)).status).toBe(200);
  });
});

describe('a forgetting', () => {
  test('leaves receipts and proofs, and its own receipt, which says nothing of the content.', async () => {
    const id = await dispatched('tenant-a', 'secret');
    const { json } = await admin({ decision_id: id });
    const { items } = (await hall.get('auditor', '/wcp/receipts?limit=1000')).json;
    const last = items.at(-1);
    expect(last.receipt).toEqual(json.receipt);
    expect(last.receipt).toMatchObject({
      kind: 'erasure',
      stream: '(log)',
      artifact_hash: null,
      decision_id: null,
    });
    const { receipts } = {
      receipts: items.filter((each: { receipt: { decision_id: string } }) => each.receipt.decision_id === id),
    };
    expect(receipts.map((each: { receipt: { kind: string } }) => each.receipt.kind)).toEqual([
      'decision',
      'outcome',
    ]);
    const { ledger } = hall.hall.parts.storage;
    const { size, root } = await ledger.head();
    for (const { position, receipt } of items) {
      const proof = await ledger.proveInclusion(position, size);
      const { canonicalJson } = await import('@wcp/spec');
      expect(verifyInclusion({ leaf: canonicalJson(receipt), index: position, size, root, proof }).ok).toBe(
        true,
      );
    }
  });

  test('changes nothing in a dry run.', async () => {
    const id = await dispatched('tenant-a', 'secret');
    const { json } = await admin({ tenant_id: 'tenant-a', dry_run: true });
    expect(json).toEqual({ dry_run: true, decisions: 1, in_flight: 0, receipt: null, is_done: false });
    expect((await hall.get('auditor', `/wcp/decisions/${id}`)).status).toBe(200);
  });

  test('of a request that a human approved takes both of its decisions.', async () => {
    const { approval_id } = await hall.hold('held', { request: { text: 'held' } });
    const refused = await admin({ decision_id: approval_id });
    expect(refused.json).toMatchObject({ status: 409, code: 'CONFLICT' });
    expect((await admin({ tenant_id: 'tenant-a' })).json).toMatchObject({ status: 409, code: 'CONFLICT' });
    const { json } = await hall.resolve('steward', approval_id, { resolution: 'approve' });
    const made = json.decision.decision_id;
    expect((await admin({ decision_id: made })).json).toMatchObject({ decisions: 2 });
    for (const id of [approval_id, made])
      expect((await hall.get('auditor', `/wcp/decisions/${id}`)).status).toBe(410);
    expect((await hall.get('steward', `/wcp/approvals/${approval_id}`)).status).toBe(404);
  });

  test('leaves what waits for a human where it is, unless it is asked for by name.', async () => {
    const { approval_id } = await hall.hold('held', { request: { text: 'held' } });
    await dispatched('tenant-a', 'done');
    hall.pass(3600);
    const { json } = await admin({ before: new Date(Date.now() + 1_800_000).toISOString() });
    expect(json).toMatchObject({ decisions: 1, in_flight: 1 });
    expect((await hall.get('auditor', `/wcp/decisions/${approval_id}`)).status).toBe(200);
  });

  test('answers a repeated request, whose first answer is gone, with a problem, and does not run it again.', async () => {
    const input = secretly('tenant-a', 'once');
    const { decision } = await hall.hall.dispatch(input, { idempotency_key: 'k' });
    await admin({ decision_id: decision.decision_id });
    const calls = hall.delivery.calls.length;
    await expect(hall.hall.dispatch(input, { idempotency_key: 'k' })).rejects.toMatchObject({
      code: 'NOT_HELD',
    });
    expect(hall.delivery.calls).toHaveLength(calls);
  });

  test.each([
    ['nothing', {}, [['', 'INVALID_VALUE']]],
    ['a decision and a tenant', { decision_id: 'x', tenant_id: 'y' }, [['/decision_id', 'INVALID_VALUE']]],
    [
      'a label alone',
      { data_label: 'PUBLIC' },
      [
        ['', 'INVALID_VALUE'],
        ['/data_label', 'INVALID_VALUE'],
      ],
    ],
  ])('that names %s is refused with every finding.', async (_, body, findings) => {
    const { status, json } = await admin(body);
    expect(status).toBe(400);
    expect(json.findings.map(({ path, code }: { path: string; code: string }) => [path, code])).toEqual(
      findings,
    );
  });

  test('of a decision that was never made is not found, and one that is forgotten already is a conflict.', async () => {
    expect((await admin({ decision_id: '01890a5d-ac96-774b-bcce-b302099a8057' })).status).toBe(404);
    const id = await dispatched('tenant-a', 'secret');
    expect((await admin({ decision_id: id })).status).toBe(200);
    expect((await admin({ decision_id: id })).status).toBe(409);
  });
});

test('Where a data key was removed by hand, its payloads are lost and not forgotten, and everything else goes on.', async () => {
  const id = await dispatched('tenant-a', 'lost', 'k');
  hall.delivery.answer = () => ({ status: 'error', result: null, code: 'DELIVERY_CRASHED', duration_ms: 1 });
  await dispatched('tenant-a', 'failed');
  const forgotten = await dispatched('tenant-a', 'forgotten');
  await admin({ decision_id: forgotten });
  await hall.hold('held', { request: { text: CAPABILITIES.held } });
  await hall.close();
  const { rmSync } = await import('node:fs');
  rmSync(join(folder, 'keys'), { recursive: true });
  await hall.restart();
  const lost = { status: 503, code: 'PAYLOAD_LOST', detail: expect.stringContaining('keys/data') };
  expect((await hall.get('auditor', `/wcp/decisions/${id}`)).json).toMatchObject(lost);
  const repeated = hall.hall.dispatch(secretly('tenant-a', 'lost'), { idempotency_key: 'k' });
  await expect(repeated).rejects.toMatchObject({ code: 'PAYLOAD_LOST' });
  const gone = await hall.get('auditor', `/wcp/decisions/${forgotten}`);
  expect(gone.json).toMatchObject({ status: 410, code: 'NOT_HELD' });
  const omitted = (count: number) => ({ code: 'PAYLOAD_LOST', count });
  const nothing = { items: [], next_cursor: null };
  const decisions = '/wcp/decisions?outcome=DISPATCH';
  expect((await hall.get('steward', '/wcp/approvals/pending')).json).toEqual({
    ...nothing,
    omitted: omitted(1),
  });
  expect((await hall.get('steward', '/wcp/dead-letters')).json).toEqual({ ...nothing, omitted: omitted(1) });
  expect((await hall.get('auditor', '/wcp/dead-letters?state=replayed')).json).toEqual(nothing);
  // Three were lost; that of the fourth was forgotten.
  expect((await hall.get('auditor', decisions)).json).toEqual({ ...nothing, omitted: omitted(3) });
  expect((await hall.get('tenant', '/wcp/decisions')).json).toMatchObject({ omitted: omitted(3) });
  expect((await hall.get('foreigner', '/wcp/decisions')).json).toEqual(nothing);
  const { feed } = hall.hall.parts;
  const events: object[] = [];
  for await (const item of feed.since(0, await feed.latest())) events.push(...item.events);
  expect(events).toContainEqual({
    event_id: 'org.wcp.hall.events-lost',
    timestamp: expect.any(String),
    tenant_id: 'tenant-a',
    code: 'PAYLOAD_LOST',
  });
  expect((await hall.hall.dispatch(inputFor('tenant-a'))).decision.outcome).toBe('DISPATCH');
});

test('A tenant that was forgotten has nothing that is lost, in no list, before and after its rows are gone.', async () => {
  hall.delivery.answer = () => ({ status: 'error', result: null, code: 'DELIVERY_CRASHED', duration_ms: 1 });
  await dispatched('tenant-a', 'failed');
  expect((await admin({ tenant_id: 'tenant-a' })).status).toBe(200);
  const nothing = { items: [], next_cursor: null };
  for (const list of ['dead-letters', 'decisions', 'approvals/pending'])
    expect((await hall.get('steward', `/wcp/${list}`)).json).toEqual(nothing);
  const { feed } = hall.hall.parts;
  const events: unknown[] = [];
  for await (const item of feed.since(0, await feed.latest())) events.push(...item.events);
  expect(events).not.toContainEqual(expect.objectContaining({ event_id: 'org.wcp.hall.events-lost' }));
});
