import { createServer } from 'node:http';
import { join } from 'node:path';
import { generateSigningKey } from '@wcp/evidence';
import { describe, expect, it } from 'vitest';
// @boundaries-ignore What a Hall keeps is seen from inside alone.
import { partsOf } from '../../../../hall/src/hall/create-hall.ts';
import { folderOf, REQUEST, record, wcp } from '../../support/support.ts';
import { DENIED, echoWorker, HELD, openTestHall, type TestHall } from '../../support/test-hall.ts';

const text = JSON.stringify;

/** A request that is held; gives the id of its approval. */
async function hold({ json }: TestHall, more: object = {}): Promise<string> {
  const { json: answer } = await json('tenant', ['dispatch', '-'], text({ ...HELD, ...more }));
  return answer.decision.pending_approval_id;
}

describe('dispatch', () => {
  it('exits 0 and shows the result where a worker did it', async () => {
    const { as, json } = await openTestHall();
    const { code, out } = await as('tenant', ['dispatch', '-'], text(REQUEST));
    expect(out).toMatch(/^DISPATCH {2}cap\.doc\.summarize$/m);
    expect(out).toMatch(/^ +outcome +ok$/m);
    expect(out).toContain('"summary": "done"');
    expect(code).toBe(0);
    const answer = await json('tenant', ['dispatch', '-'], text(REQUEST));
    expect(answer).toMatchObject({ code: 0, json: { result: { status: 'ok' }, delivery_code: null } });
  });

  it('exits 1 where it is denied, held, or the worker failed', async () => {
    const { as } = await openTestHall();
    const denied = await as('tenant', ['dispatch', '-'], text(DENIED));
    expect(denied).toMatchObject({ code: 1, out: expect.stringContaining('DENY_NO_MATCHING_RULE') });
    const held = await as('tenant', ['dispatch', '-'], text(HELD));
    expect(held.out).toMatch(/waits +until a steward says: wcp approvals approve [0-9a-f-]{36}/);
    const failed = await as('tenant', ['dispatch', '-'], text({ ...REQUEST, request: { fail: true } }));
    expect(failed.out).toMatch(/delivery +DELIVERY_CRASHED/);
    expect([denied.code, held.code, failed.code]).toEqual([1, 1, 1]);
  });

  it('shows what is wrong with a request at its place in the file', async () => {
    const { as } = await openTestHall();
    const file = join(folderOf({ 'r.json': { ...REQUEST, env: 'moon' } }), 'r.json');
    const { code, out } = await as('tenant', ['dispatch', file]);
    expect(out).toMatch(/r\.json:3:10: \/env INVALID_VALUE/);
    expect(code).toBe(1);
  });

  it('exits 2 for what is no JSON, for another tenant, and for somebody who may not ask', async () => {
    const { as } = await openTestHall();
    const ran = [
      await as('tenant', ['dispatch', '-'], '{'),
      await as('other', ['dispatch', '-'], text(REQUEST)),
      await as('steward', ['dispatch', '-'], text(REQUEST)),
    ];
    expect(ran.map(({ code, out }) => [code, out])).toEqual([
      [2, ''],
      [2, ''],
      [2, ''],
    ]);
    expect(ran[0]?.err).toContain('standard input:1:2: error NOT_JSON');
    expect(ran[1]?.err).toBe('error TENANT_MISMATCH: You may speak for tenant-b alone.\n');
    expect(ran[2]?.err).toContain('error FORBIDDEN: This asks for the role tenant');
  });
});

describe('route at a Hall', () => {
  it('decides there, and executes nothing', async () => {
    const { as, hall } = await openTestHall();
    const { code, out } = await as('tenant', ['route', '-'], text(REQUEST));
    expect(out).toMatch(/^DISPATCH/);
    expect(code).toBe(0);
    const receipts = await partsOf(hall).storage.store.list('receipts', { where: { stream: 'tenant-a' } });
    expect(receipts.map(({ kind }) => kind)).toEqual(['decision']);
  });

  it('exits 2 where neither rules nor a Hall are named', async () => {
    const { code, err } = await wcp(['route', '-'], { input: text(REQUEST) });
    expect(err).toContain('Say where to decide');
    expect(code).toBe(2);
  });
});

describe('approvals', () => {
  it('are listed, shown, and carried out once they are approved', async () => {
    const test = await openTestHall();
    const { as, json } = test;
    expect((await as('steward', ['approvals', 'list'])).out).toBe('Nothing waits for a human.\n');
    const id = await hold(test, { request: { say: 'approved work' } });
    expect((await as('steward', ['approvals', 'list'])).out).toContain(`${id}  gatekeeper  tenant-a`);
    const escaped = await as('steward', ['approvals', 'show', id]);
    expect(escaped.out).toContain('"say": "approved work"');
    const approved = await as('steward', ['approvals', 'approve', id, '--reason', 'seen']);
    expect(approved).toMatchObject({ code: 0, out: expect.stringContaining('approved work') });
    const { json: after } = await json('tenant', ['approvals', 'show', id]);
    expect(after).toMatchObject({ state: 'approved', history: [{ action: 'approve', reason: 'seen' }] });
  });

  it('are denied, and raised to a level at which a human brings the result', async () => {
    const test = await openTestHall();
    const { as } = test;
    const [first, second] = [await hold(test), await hold(test, { correlation_id: 'c-2' })];
    expect((await as('steward', ['approvals', 'deny', first])).out).toMatch(/state +denied/);
    const raised = await as('steward', ['approvals', 'escalate', second, '--level', 'executor']);
    expect(raised).toMatchObject({ code: 0, out: expect.stringContaining('pending at level executor') });
    const without = await as('steward', ['approvals', 'approve', second]);
    expect(without).toMatchObject({ code: 2, err: expect.stringContaining('MISSING_MEMBER: /result') });
    const done = await as('steward', ['approvals', 'approve', second, '--result', '-'], '{"by": "hand"}');
    expect(done).toMatchObject({ code: 0, out: expect.stringContaining('"by": "hand"') });
  });

  it('exit 1 where they are over, where there is none, and where the worker failed', async () => {
    const test = await openTestHall();
    const { as } = test;
    const [first, second] = [await hold(test), await hold(test, { request: { fail: true } })];
    await as('steward', ['approvals', 'deny', first]);
    const again = await as('steward', ['approvals', 'approve', first]);
    expect(again.err).toContain('error APPROVAL_RESOLVED: ');
    const none = await as('steward', ['approvals', 'show', 'nothing']);
    const failed = await as('steward', ['approvals', 'approve', second]);
    expect(failed.out).toMatch(/outcome +error/);
    expect([again.code, none.code, failed.code]).toEqual([1, 1, 1]);
  });

  it('exit 1 with the code of the denial where the rules have changed meanwhile', async () => {
    const test = await openTestHall();
    const id = await hold(test);
    await test.hall.reload({ rules: [] });
    const { code, err } = await test.as('steward', ['approvals', 'approve', id]);
    expect(err).toMatch(/^error DENY_[A-Z_]+: The request was decided again and is denied/);
    expect(code).toBe(1);
  });

  it('exit 2 for a tenant, and for a level that there is not', async () => {
    const test = await openTestHall();
    const id = await hold(test);
    expect((await test.as('tenant', ['approvals', 'approve', id])).code).toBe(2);
    expect((await test.as('steward', ['approvals', 'escalate', id, '--level', 'king'])).code).toBe(2);
  });
});

describe('workers', () => {
  const NEW = record({ worker_id: 'org.acme.summarizer.two' });

  it('are enrolled, listed, shown and removed', async () => {
    const { as, json } = await openTestHall();
    const file = join(folderOf({ 'registry_record.json': NEW }), 'registry_record.json');
    const enrolled = await as('owner', ['workers', 'enrol', file]);
    expect(enrolled).toMatchObject({ code: 0, out: expect.stringContaining('no way to it') });
    const { json: list } = await json('tenant', ['workers', 'list']);
    expect(list.items.map((each: { worker_id: string }) => each.worker_id)).toEqual([
      'org.acme.summarizer.one',
      'org.acme.summarizer.two',
    ]);
    expect((await as('tenant', ['workers', 'list'])).out).toMatch(/summarizer\.two +enrolled +1 +no/);
    expect((await as('tenant', ['workers', 'show', NEW.worker_id])).out).toContain('version');
    expect((await as('owner', ['workers', 'remove', NEW.worker_id])).code).toBe(0);
    const gone = await as('tenant', ['workers', 'show', NEW.worker_id]);
    expect(gone).toMatchObject({ code: 1, err: expect.stringContaining('error NOT_FOUND') });
    expect((await as('owner', ['workers', 'remove', NEW.worker_id])).code).toBe(1);
  });

  it('are enrolled by the folder of their package, and refused with each mistake at its place', async () => {
    const { as } = await openTestHall();
    expect((await as('owner', ['workers', 'enrol', folderOf({ 'registry_record.json': NEW })])).code).toBe(0);
    const dir = folderOf({ 'registry_record.json': { ...NEW, risk_tier: 'none', artifact_hash: 7 } });
    const { code, err } = await as('owner', ['workers', 'enrol', dir]);
    expect(err).toMatch(/registry_record\.json:[0-9]+:[0-9]+: \/risk_tier error INVALID_VALUE/);
    expect(err).toContain('2 errors. Nothing was done.');
    expect(code).toBe(2);
    expect((await as('tenant', ['workers', 'enrol', folderOf({ 'registry_record.json': NEW })])).code).toBe(
      2,
    );
  });

  it('are signed for with the key of an authority that registered one', async () => {
    const { as, hall } = await openTestHall();
    const key = generateSigningKey();
    await hall.registry.addAuthorityKey('org.acme', key.publicKey);
    const files = folderOf({
      'record.json': NEW,
      'key.pem': key.exportPrivatePem(),
      'other.pem': generateSigningKey().exportPrivatePem(),
    });
    const enrol = (...more: string[]) =>
      as('owner', ['workers', 'enrol', join(files, 'record.json'), ...more]);
    expect((await enrol()).err).toContain('error ENROLMENT_UNSIGNED');
    const wrong = await enrol('--key-file', join(files, 'other.pem'));
    expect(wrong.err).toContain('error ENROLMENT_SIGNATURE_INVALID');
    expect((await enrol('--key-file', join(files, 'key.pem'))).code).toBe(0);
    // The clock of these tests stands still: a second signature is no later than the first.
    const again = await enrol('--key-file', join(files, 'key.pem'));
    expect(again).toMatchObject({ code: 1, err: expect.stringContaining('error ENROLMENT_OUTDATED') });
  });
});

describe('authorities', () => {
  it('have keys that are registered, listed and revoked', async () => {
    const { as, json } = await openTestHall();
    const key = generateSigningKey();
    const files = folderOf({ 'key.pub.pem': key.exportPublicPem() });
    const add = ['authorities', 'add', 'org.acme', '--keys', join(files, 'key.pub.pem')];
    expect((await json('admin', add)).json).toMatchObject([{ signing_key_id: key.keyId, revoked_at: null }]);
    expect((await as('admin', ['authorities', 'list'])).out).toContain(`${key.keyId}`);
    const revoke = ['authorities', 'revoke', 'org.acme', key.keyId];
    expect((await as('admin', revoke)).out).toContain('revoked 2');
    expect((await as('admin', revoke)).code).toBe(1);
  });

  it('exit 2 for what is no key, no authority, or not the caller’s to register', async () => {
    const { as } = await openTestHall();
    const files = folderOf({ 'key.pub.pem': generateSigningKey().exportPublicPem(), 'none.pem': 'nothing' });
    const add = (authority: string, file: string) => [
      'authorities',
      'add',
      authority,
      '--keys',
      join(files, file),
    ];
    expect((await as('admin', add('org.acme', 'none.pem'))).code).toBe(2);
    expect((await as('admin', add('acme', 'key.pub.pem'))).err).toContain('/authority');
    expect((await as('owner', add('org.acme', 'key.pub.pem'))).err).toContain('error FORBIDDEN');
  });
});

describe('keys', () => {
  it('are made, shown once, renewed and revoked', async () => {
    const { as, json, url } = await openTestHall();
    const args = ['keys', 'create', '--label', 'the desk', '--role', 'steward', 'auditor'];
    const { json: made } = await json('admin', args);
    const works = (key: string) => wcp(['freezes', '--url', url, '--key', key]);
    expect((await works(made.key)).code).toBe(0);
    const { json: list } = await json('admin', ['keys', 'list']);
    const row = list.items.find((each: { key_id: string }) => each.key_id === made.key_id);
    expect(row).toMatchObject({ label: 'the desk', roles: ['steward', 'auditor'], state: 'active' });
    expect(JSON.stringify(list)).not.toContain(made.key.slice(-43));
    const rotated = await json('admin', ['keys', 'rotate', made.key_id, '--grace', '60']);
    expect((await works(made.key)).code).toBe(0);
    expect((await works(rotated.json.key)).code).toBe(0);
    await as('admin', ['keys', 'revoke', made.key_id]);
    expect((await works(made.key)).err).toBe(
      'error UNAUTHENTICATED: Send a valid key: `Authorization: Bearer wcp_…`. Give a key with --key or WCP_HALL_KEY.\n',
    );
  });

  it('exit 1 where there is none, 2 where whom they speak for is missing or a role is none', async () => {
    const { as } = await openTestHall();
    const create = ['keys', 'create', '--label', 'x', '--role'];
    expect((await as('admin', ['keys', 'rotate', 'nothing'])).code).toBe(1);
    expect((await as('admin', ['keys', 'revoke', 'nothing'])).code).toBe(1);
    const without = await as('admin', [...create, 'tenant']);
    expect(without.err).toContain('error MISSING_MEMBER: /tenant_id: The role tenant needs');
    expect([without.code, (await as('admin', [...create, 'king'])).code]).toEqual([2, 2]);
    expect((await as('steward', [...create, 'auditor'])).err).toContain('error FORBIDDEN');
  });
});

describe('freeze and release', () => {
  it('stop a tenant until it is released', async () => {
    const { as } = await openTestHall();
    const stop = await as('steward', ['freeze', 'tenant', 'tenant-a', '--reason', 'taken over']);
    expect(stop).toMatchObject({ code: 0, out: 'The tenant tenant-a is frozen until it is released.\n' });
    expect((await as('tenant', ['dispatch', '-'], text(REQUEST))).out).toContain('DENY_FROZEN');
    expect((await as('steward', ['freezes'])).out).toContain('taken over');
    expect((await as('steward', ['release', 'tenant', 'tenant-a'])).code).toBe(0);
    expect((await as('tenant', ['dispatch', '-'], text(REQUEST))).code).toBe(0);
    expect((await as('steward', ['freezes'])).out).toBe('Nothing is frozen.\n');
    expect((await as('steward', ['release', 'hall'])).code).toBe(1);
  });

  it('exit 2 without a reason, with a value too many and without one', async () => {
    const { as } = await openTestHall();
    const codes = await Promise.all(
      [
        ['freeze', 'hall'],
        ['freeze', 'hall', 'x', '--reason', 'y'],
        ['freeze', 'tenant', '--reason', 'y'],
      ].map(async (args) => (await as('steward', args)).code),
    );
    expect(codes).toEqual([2, 2, 2]);
  });
});

describe('health', () => {
  it('exits 0 where the Hall is well and 1 where it is not, and says why it reaches no higher level', async () => {
    const { as, hall } = await openTestHall();
    const well = await as('auditor', ['health']);
    expect(well.out).toMatch(/^level +WCP-Standard$/m);
    expect(well.out).toContain('require_worker_attestation is off');
    await hall.reload({ rules: 'broken' });
    const ill = await as('auditor', ['health']);
    expect(ill.out).toMatch(/^trouble +DOCUMENTS_REJECTED/m);
    expect([well.code, ill.code]).toEqual([0, 1]);
  });
});

describe('receipts list', () => {
  it('shows a tenant its own and an auditor all, page by page', async () => {
    const { as, json } = await openTestHall();
    await as('tenant', ['dispatch', '-'], text(REQUEST));
    const own = await json('tenant', ['receipts', 'list']);
    expect(own.json.items.map((each: { receipt: { kind: string } }) => each.receipt.kind)).toEqual([
      'decision',
      'outcome',
    ]);
    const first = await as('auditor', ['receipts', 'list', '--limit', '1']);
    expect(first.out).toContain("There are more: --cursor '0' shows them.");
    const rest = await json('auditor', ['receipts', 'list', '--cursor', '0']);
    expect(rest.json).toMatchObject({ items: [{ position: 1 }, { position: 2 }], next_cursor: null });
    expect((await as('auditor', ['receipts', 'list', '--limit', '0'])).code).toBe(2);
  });
});

describe('what is no Hall', () => {
  it('is told in a sentence: nobody there, somebody else, no address, a wrong key', async () => {
    const { url } = await openTestHall();
    const gone = await openTestHall();
    await gone.hall.close();
    const nobody = await wcp(['health', '--url', gone.url]);
    const server = createServer((_, response) => response.end('hello')).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as { port: number };
    const other = await wcp(['workers', 'list', '--url', `http://127.0.0.1:${port}`]);
    server.close();
    const none = await wcp(['health', '--url', 'ftp://x']);
    const wrong = await wcp(['workers', 'list', '--url', url, '--key', 'wcp_wrong']);
    const spaces = await wcp(['workers', 'list', '--url', url, '--key', 'two words']);
    expect([nobody, other, none, wrong, spaces].map(({ code }) => code)).toEqual([2, 2, 2, 2, 2]);
    expect(nobody.err).toContain(`Nothing answers at ${gone.url}/. Is the Hall running?`);
    expect(other.err).toContain('is no Hall (HTTP 200)');
    expect(none.err).toContain('begins with http:// or https://');
    expect(wrong.err).toContain('error UNAUTHENTICATED');
  });

  it('is never sent a key by way of a redirect', async () => {
    const heard: (string | undefined)[] = [];
    const target = createServer((request, response) => {
      heard.push(request.headers.authorization);
      response.end('{}');
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => target.once('listening', resolve));
    const { port } = target.address() as { port: number };
    const server = createServer((_, response) =>
      response.writeHead(307, { location: `http://127.0.0.1:${port}/` }).end(),
    ).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const from = (server.address() as { port: number }).port;
    const { code } = await wcp(['health', '--url', `http://127.0.0.1:${from}`, '--key', 'secret']);
    for (const each of [target, server]) each.close();
    expect({ code, heard }).toEqual({ code: 2, heard: [] });
  });
});

it('a worker that is not reached by the Hall is not dispatched to', async () => {
  const other = echoWorker({ worker_id: 'org.acme.summarizer.far', allowed_environments: ['stage'] });
  const { as } = await openTestHall({ workers: [other] });
  expect((await as('tenant', ['dispatch', '-'], text(REQUEST))).code).toBe(1);
});
