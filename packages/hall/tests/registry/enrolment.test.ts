import { isSignedBy } from '@wcp/evidence/key';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { inputFor, ruleFor } from '../support/documents.ts';
import { TestHall } from '../support/test-hall.ts';
import { ACME, CAPABILITIES, RIVAL, recordOf } from '../support/workers.ts';

let hall: TestHall;
beforeEach(async () => {
  hall = await TestHall.open();
});
afterEach(() => hall.close());

const enrol = (person: 'owner' | 'rival' | 'admin', record: unknown, more: object = {}) =>
  hall.post(person, '/wcp/workers', { record, ...more });
const show = async (worker_id: string) => (await hall.get('tenant', `/wcp/workers/${worker_id}`)).json;
const NEW = 'org.acme.other.two';

/** Everything that section 4.2 asks of a record, and what a record looks like that lacks it. */
const UNFIT: readonly (readonly [what: string, record: unknown])[] = [
  ['no record', null],
  ['no object', []],
  ['a hash that is not its own', { ...recordOf(NEW), risk_tier: 'high' }],
  ['no hash', (({ artifact_hash: _, ...rest }) => rest)(recordOf(NEW))],
  ['no capability', recordOf(NEW, { capabilities: [] })],
  ['no species', recordOf(NEW, { worker_species_id: undefined })],
  ['no risk tier', recordOf(NEW, { risk_tier: undefined })],
  ['an unknown risk tier', recordOf(NEW, { risk_tier: 'none' as never })],
  ['an unknown environment', recordOf(NEW, { allowed_environments: ['moon' as never] })],
  ['an owner that is another authority', recordOf(NEW, { owner: 'org.rival' })],
  [
    'an attestation by another authority',
    recordOf(NEW, { attestation: { attested_by: 'namespace-key@org.rival' } as never }),
  ],
  ['an unlisted dimension of blast', recordOf(NEW, { blast_radius: { data: 1, moon: 1 } as never })],
  ['a blast beyond the scale', recordOf(NEW, { blast_radius: { data: 6 } as never })],
  ['an unlisted member of its envelope', recordOf(NEW, { privilege_envelope: { root: true } as never })],
  ['a worker id of two segments', recordOf('org.acme')],
  ['a worker id of five segments', recordOf('org.acme.a.b.c')],
  ['a worker id in a reserved namespace', recordOf('wrk.doc.summarizer')],
  ['a worker id in upper case', recordOf('org.acme.Summarizer')],
  ['a worker id with an underscore', recordOf('org.acme.sum_marizer')],
];

describe('enrolment (section 4.2)', () => {
  test.each(UNFIT)('A record with %s is not enrolled.', async (_what, record) => {
    const { size } = await hall.hall.parts.storage.ledger.head();
    const { status, json } = await enrol('admin', record);
    expect([status, json.code]).toEqual([400, 'INVALID_BODY']);
    expect(json.findings.length).toBeGreaterThan(0);
    for (const { path } of json.findings) expect(path).toMatch(/^\/record/);
    expect(hall.hall.parts.registry.list()).toHaveLength(1);
    expect((await hall.hall.parts.storage.ledger.head()).size).toBe(size);
  });

  test('Every finding of a record is reported at once.', async () => {
    const { json } = await enrol('admin', { worker_id: NEW, capabilities: 'cap.doc.hash', risk_tier: 'x' });
    const paths = json.findings.map(({ path }: { path: string }) => path);
    expect(paths).toEqual(expect.arrayContaining(['/record/capabilities', '/record/risk_tier']));
    expect(paths).toContain('/record/artifact_hash');
  });

  test.each([
    ['a person', 'x.ada.summarizer', 'admin'],
    ['an organisation', NEW, 'owner'],
  ] as const)('A worker of %s is enrolled.', async (_what, worker_id, person) => {
    const { status, json } = await enrol(person, recordOf(worker_id));
    expect([status, json.worker.worker_id, json.worker.state]).toEqual([201, worker_id, 'enrolled']);
  });

  test('An unknown member is kept, covered by the hash, and has no effect.', async () => {
    const record = recordOf(NEW, { colour: 'blue' } as never);
    expect((await enrol('owner', record)).status).toBe(201);
    expect((await show(NEW)).worker.record).toEqual(record);
    expect((await enrol('owner', { ...record, colour: 'red' })).status).toBe(400);
  });

  test('The record is stored as it was given.', async () => {
    const record = recordOf(NEW, { required_controls: ['ctrl.obs.audit_log_append_only'] });
    await enrol('owner', record);
    expect((await show(NEW)).worker.record).toEqual(record);
  });

  test('An enrolment leaves a receipt with the hash of the record and the world that is in force with it.', async () => {
    const record = recordOf(NEW);
    const { receipt } = (await enrol('owner', record)).json;
    expect(receipt).toMatchObject({
      kind: 'enrolment',
      stream: '(registry)',
      policy_decision: 'ALLOW',
      worker_id: NEW,
      artifact_hash: record.artifact_hash,
      world_digest: hall.hall.parts.activeWorld.current.world.digest,
    });
    expect(isSignedBy(hall.signer.publicKey, receipt.receipt_hash, receipt.signature)).toBe(true);
    expect((await hall.get('auditor', `/wcp/worlds/${receipt.world_digest}`)).json.workers).toHaveLength(2);
  });
});

describe('the authority of a worker', () => {
  test.each([ACME, NEW, 'org.acme'])('Another authority cannot enrol %s.', async (worker_id) => {
    const { status } = await enrol('rival', recordOf(worker_id));
    expect(status).toBe(worker_id === 'org.acme' ? 400 : 403);
    expect((await show(ACME)).worker.version).toBe(1);
  });

  test('A rival cannot remove the worker either, not even by a similar name.', async () => {
    expect((await hall.ask('rival', 'DELETE', `/wcp/workers/${ACME}`)).json.code).toBe('FORBIDDEN');
    for (const worker_id of ['org.acmeinc.summarizer', 'x.acme.summarizer', 'org.rival-acme.summarizer']) {
      expect((await enrol('owner', recordOf(worker_id))).json.code).toBe('FORBIDDEN');
    }
  });

  test('The same species of another authority changes nothing for the first.', async () => {
    await hall.hall.reload({
      rules: [
        ruleFor(CAPABILITIES.plain, {}, { required_controls_suggested: ['ctrl.mem.provenance-required'] }),
      ],
    });
    const before = await hall.post('tenant', '/wcp/route', inputFor('tenant-a'));
    expect(before.json.deny_code).toBe('DENY_MISSING_REQUIRED_CONTROLS');
    await enrol(
      'rival',
      recordOf(RIVAL, {
        currently_implements: ['ctrl.mem.provenance-required'],
        capabilities: ['cap.notify.send'],
        allowed_environments: ['dev', 'stage', 'prod', 'edge'],
      }),
    );
    const after = await hall.post('tenant', '/wcp/route', inputFor('tenant-a'));
    expect([after.json.outcome, after.json.worker_id]).toEqual(['DENY', null]);
    expect((await show(ACME)).worker).toMatchObject({ version: 1, state: 'enrolled', flag: null });
  });

  test('A rule that trusts one authority alone never sends to the other.', async () => {
    const candidates = [{ worker_species_id: 'wrk.doc.summarizer', authorities: ['org.acme'] }];
    await hall.hall.reload({
      rules: [ruleFor(CAPABILITIES.plain, {}, { candidate_workers_ranked: candidates })],
    });
    await enrol('rival', recordOf(RIVAL));
    const workers = new Set<string>();
    for (let index = 0; index < 20; index += 1) {
      const { json } = await hall.post('tenant', '/wcp/route', inputFor('tenant-a'));
      workers.add(json.worker_id);
    }
    expect([...workers]).toEqual([ACME]);
  });
});

describe('versions', () => {
  test('Versions are kept, each with who enrolled it, and go on after a removal.', async () => {
    await enrol('owner', recordOf(ACME, { notes: 'second' }));
    await hall.ask('owner', 'DELETE', `/wcp/workers/${ACME}`);
    expect((await hall.get('tenant', `/wcp/workers/${ACME}`)).status).toBe(404);
    const { json } = await enrol('owner', recordOf(ACME, { notes: 'third' }));
    expect([json.worker.version, json.replaced]).toEqual([3, false]);
    const { versions } = await show(ACME);
    expect(
      versions.map(({ version, record }: never) => [version, (record as { notes?: string }).notes]),
    ).toEqual([
      [1, undefined],
      [2, 'second'],
      [3, 'third'],
    ]);
    expect(versions[0].enrolled_by).toBe('operator');
    expect(versions[1].enrolled_by).toMatch(/^key:/);
  });

  test('Versions of simultaneous enrolments are numbered one after the other.', async () => {
    const answers = await Promise.all(
      ['a', 'b', 'c', 'd'].map((notes) => enrol('owner', recordOf(NEW, { notes }))),
    );
    expect(answers.map(({ json }) => json.worker.version).toSorted()).toEqual([1, 2, 3, 4]);
    const { worker, versions } = await show(NEW);
    expect([worker.version, versions.length]).toEqual([4, 4]);
    const { current } = hall.hall.parts.activeWorld;
    expect(current.documents.workers).toContainEqual(worker.record);
  });
});

describe('removal', () => {
  test('A removal takes the worker out of the world, and leaves a receipt.', async () => {
    const { status, json } = await hall.ask('owner', 'DELETE', `/wcp/workers/${ACME}`);
    expect([status, json.receipt.kind, json.receipt.policy_decision]).toEqual([200, 'enrolment', 'DENY']);
    const denied = await hall.post('tenant', '/wcp/dispatch', inputFor('tenant-a'));
    expect(denied.json.decision.deny_code).toBe('DENY_NO_AVAILABLE_WORKER');
    expect((await hall.get('tenant', '/wcp/workers')).json.items).toEqual([]);
    expect((await hall.get('tenant', '/wcp/capabilities')).json.items).toEqual([]);
    expect((await hall.ask('owner', 'DELETE', `/wcp/workers/${ACME}`)).status).toBe(404);
  });
});

describe('an enrolled worker that cannot be reached', () => {
  test('An unreachable worker is shown as such: it may be decided about, and is not available for a dispatch.', async () => {
    await hall.ask('owner', 'DELETE', `/wcp/workers/${ACME}`);
    await enrol('owner', recordOf(NEW, { attestation: undefined }));
    await hall.hall.reload({ config: {} });
    expect((await show(NEW)).worker.is_deliverable).toBe(false);
    const routed = await hall.post('tenant', '/wcp/route', inputFor('tenant-a'));
    expect(routed.json.worker_id).toBe(NEW);
    const dispatched = await hall.post('tenant', '/wcp/dispatch', inputFor('tenant-a'));
    expect(dispatched.json.decision.deny_code).toBe('DENY_NO_AVAILABLE_WORKER');
  });

  test('Capabilities are listed with the workers that declare them, page by page.', async () => {
    await enrol('rival', recordOf(RIVAL, { capabilities: ['cap.notify.send', CAPABILITIES.plain] }));
    const seen: unknown[] = [];
    for (let cursor = ''; ; ) {
      const { json } = await hall.get('tenant', `/wcp/capabilities?limit=3${cursor}`);
      seen.push(...json.items);
      if (json.next_cursor === null) break;
      cursor = `&cursor=${json.next_cursor}`;
    }
    expect(seen).toHaveLength(7);
    expect(seen).toContainEqual({ capability_id: CAPABILITIES.plain, workers: [ACME, RIVAL] });
    expect(seen).toContainEqual({ capability_id: 'cap.notify.send', workers: [RIVAL] });
  });
});
