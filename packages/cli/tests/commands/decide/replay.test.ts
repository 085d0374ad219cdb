import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
// @boundaries-ignore What a Hall keeps is seen from inside alone.
import { partsOf } from '../../../../hall/src/hall/create-hall.ts';
import { folderOf, REQUEST, record, scratch, wcp } from '../../support/support.ts';
import {
  DENIED,
  echoWorker,
  HALL_RULES,
  HELD,
  openTestHall,
  type TestHall,
} from '../../support/test-hall.ts';

const [HELD_RULE, PLAIN_RULE] = HALL_RULES as [(typeof HALL_RULES)[0], (typeof HALL_RULES)[0]];
const allow = (rule_id: string, capability_id: string) => ({
  ...PLAIN_RULE,
  rule_id,
  match: { capability_id },
});
const needs = (human: string) => ({
  ...PLAIN_RULE,
  decision: { ...PLAIN_RULE.decision, escalation: { human_required_default: true, supervisor_level: human } },
});

let test: TestHall;
beforeEach(async () => {
  const second = echoWorker({ worker_id: 'org.acme.summarizer.two', worker_species_id: 'wrk.doc.other' });
  test = await openTestHall({ workers: [echoWorker(), second] });
  await test.hall.dispatch(REQUEST);
  await test.hall.dispatch(HELD);
  await test.hall.dispatch(DENIED);
});

/** Replays under other documents, and gives the kinds of what comes out otherwise. */
async function kinds(documents: Readonly<Record<string, unknown>>, ...more: string[]): Promise<string[]> {
  const dir = folderOf(documents);
  const args = Object.keys(documents).flatMap((name) => [`--${name.split('.')[0]}`, join(dir, name)]);
  const { code, json } = await test.json('auditor', ['replay', ...args, ...more]);
  expect(code).toBe(json.flips === 0 ? 0 : 1);
  return json.found.map(({ kind }: { kind: string }) => kind);
}

describe('replay under other documents', () => {
  it('A replay exits 0 under the same rules, and under rules that decide alike.', async () => {
    expect(await kinds({ 'rules.json': HALL_RULES })).toEqual([]);
    expect(
      await kinds({
        'rules.json': { rules: HALL_RULES.map((rule) => ({ ...rule, rule_id: `${rule.rule_id}-2` })) },
      }),
    ).toEqual([]);
  });

  it.each([
    ['allow to deny, hold to deny', [], ['allow_to_deny', 'hold_to_deny']],
    ['deny to allow', [...HALL_RULES, allow('fetch', 'cap.web.fetch')], []],
    ['allow to hold', [HELD_RULE, needs('gatekeeper')], ['allow_to_hold']],
    ['hold to allow', [PLAIN_RULE], ['hold_to_allow']],
    ['other level of a hold', [needs('executor')], ['allow_to_hold', 'other_level']],
    ['advice where there was none', [HELD_RULE, needs('advisory')], ['other_level']],
  ])('A replay under other rules finds %s.', async (_, rules, expected) => {
    const found = await kinds({ 'rules.json': rules });
    expect(found).toEqual(expected);
  });

  it('A replay finds denials that become dispatches or holds when another worker may run.', async () => {
    const able = record({ capabilities: ['cap.doc.summarize', 'cap.web.fetch'] });
    const rules = [...HALL_RULES, allow('fetch', 'cap.web.fetch')];
    expect(await kinds({ 'rules.json': rules, 'workers.json': able })).toEqual(['deny_to_allow']);
    const waiting = [
      ...HALL_RULES,
      { ...needs('gatekeeper'), rule_id: 'fetch', match: { capability_id: 'cap.web.fetch' } },
    ];
    expect(await kinds({ 'rules.json': waiting, 'workers.json': able })).toEqual(['deny_to_hold']);
  });

  it('A replay finds other workers through rules and records, and the effects of a configuration.', async () => {
    const other = HALL_RULES.map((rule) => ({
      ...rule,
      decision: { ...rule.decision, candidate_workers_ranked: [{ worker_species_id: 'wrk.doc.other' }] },
    }));
    expect(await kinds({ 'rules.json': other })).toEqual(['other_worker', 'other_worker']);
    const renamed = record({ worker_id: 'org.acme.summarizer.new' });
    expect(await kinds({ 'workers.json': [renamed] })).toEqual(['other_worker', 'other_worker']);
    const config = { require_signatory: true, allowed_tenants: ['tenant-b'] };
    expect(await kinds({ 'config.json': config })).toEqual(['allow_to_deny', 'hold_to_deny']);
  });

  it('A replay shows each change with decision, tenant, capability and codes, and counts denials for another reason.', async () => {
    const file = join(folderOf({ 'r.json': [allow('fetch', 'cap.web.fetch')] }), 'r.json');
    const { code, out } = await test.as('auditor', ['replay', '--rules', file]);
    expect(out).toMatch(/^allow to deny {3}[0-9a-f-]{36} {2}tenant-a {2}cap\.doc\.summarize$/m);
    expect(out).toContain(
      'DISPATCH org.acme.summarizer.one (plain) -> DENY DENY_NO_MATCHING_RULE (NO_MATCH)',
    );
    expect(out).toContain('3 decisions replayed: 2 change (1 allow to deny, 1 hold to deny).');
    expect(out).toContain('1 request still denied, but for another reason.');
    expect(code).toBe(1);
  });

  it('A replay assumes that a used approval is given again and that a void one stays void.', async () => {
    const { json: list } = await test.json('steward', ['approvals', 'list']);
    const [{ approval_id }] = list.items;
    expect((await test.as('steward', ['approvals', 'approve', approval_id])).code).toBe(0);
    const stale = (await test.hall.dispatch({ ...HELD, correlation_id: 'c-stale' })).decision.decision_id;
    await test.hall.reload({ config: { policy_version: 'p.2' } });
    expect((await test.as('steward', ['approvals', 'approve', stale ?? ''])).code).toBe(1);
    expect(await kinds({ 'rules.json': HALL_RULES })).toEqual([]);
    expect(await kinds({ 'rules.json': [PLAIN_RULE] })).toEqual([
      'hold_to_allow',
      'other_level',
      'hold_to_allow',
    ]);
    const higher = { ...HELD_RULE, decision: { ...needs('executor').decision } };
    expect(await kinds({ 'rules.json': [higher, PLAIN_RULE] })).toEqual([
      'other_level',
      'allow_to_hold',
      'other_level',
    ]);
  });

  it('A replay covers only decisions since a time, and only up to a limit.', async () => {
    await new Promise((resolve) => setTimeout(resolve, 5));
    const since = (await test.hall.route(REQUEST)).timestamp as string;
    expect(await kinds({ 'rules.json': [] }, '--since', since)).toEqual(['allow_to_deny']);
    expect(await kinds({ 'rules.json': [] }, '--limit', '1')).toEqual(['allow_to_deny']);
    expect(await kinds({ 'rules.json': [] }, '--since', '2099-01-01T00:00:00Z')).toEqual([]);
  });

  it('A replay finds the first decision since a time among many.', async () => {
    for (let index = 0; index < 1300; index += 1) await test.hall.route(DENIED);
    await new Promise((resolve) => setTimeout(resolve, 5));
    const since = (await test.hall.route(DENIED)).timestamp as string;
    for (let index = 1; index < 20; index += 1) await test.hall.route(DENIED);
    const { json } = await test.json('auditor', ['replay', '--since', since]);
    expect(json).toMatchObject({ ok: true, is_audit: true, decisions: 20 });
  });

  it('A replay exits 2 for documents with mistakes, an invalid time, and a key that may not read worlds.', async () => {
    const dir = folderOf({ 'r.json': { rules: [{ rule_id: 1 }] } });
    const broken = await test.as('auditor', ['replay', '--rules', join(dir, 'r.json')]);
    expect(broken.err).toMatch(/r\.json:[0-9]+:[0-9]+: \/rules\/0/);
    const time = await test.as('auditor', ['replay', '--since', 'yesterday']);
    const tenant = await test.as('tenant', ['replay']);
    const both = await test.as('auditor', ['replay', '--bundle', dir, '--url', test.url]);
    expect([broken.code, time.code, tenant.code, both.code]).toEqual([2, 2, 2, 2]);
  });
});

describe('replay without other documents', () => {
  let dir = '';
  beforeEach(async () => {
    dir = join(scratch(), 'bundle');
    await test.as('auditor', ['receipts', 'export', dir, '--decisions']);
  });
  const change = (name: string, from: string | RegExp, to: string) => {
    const file = join(dir, name);
    const before = readFileSync(file, 'utf8');
    writeFileSync(file, before.replace(from, to));
    expect(readFileSync(file, 'utf8')).not.toBe(before);
  };
  const audit = async () => {
    const { code, out } = await wcp(['replay', '--bundle', dir, '--json']);
    const { found, decisions } = JSON.parse(out) as { found: { code: string }[]; decisions: number };
    return { code, decisions, codes: found.map((each) => each.code) };
  };
  const worldFile = () => {
    const { decision } = JSON.parse(readFileSync(join(dir, 'decisions.jsonl'), 'utf8').split('\n')[0] ?? '');
    return join('worlds', `${decision.world_digest.replace(':', '-')}.json`);
  };

  it('A replay finds that every decision comes out as its receipt says, at a Hall and offline in a folder.', async () => {
    const { code, out } = await test.as('auditor', ['replay']);
    expect(out).toContain('3 decisions replayed: each comes out exactly as its receipt says');
    expect(code).toBe(0);
    await test.hall.close();
    expect(await audit()).toEqual({ code: 0, decisions: 3, codes: [] });
  });

  it('A replay makes every decision again, whatever facts it was made from.', async () => {
    const gated = {
      rule_id: 'gated',
      match: { capability_id: 'cap.doc.hash' },
      decision: { ...PLAIN_RULE.decision, escalation: { policy_gate: true } },
    };
    const { hall, as } = await openTestHall({
      rules: [...HALL_RULES, gated],
      config: { require_signatory: true, allowed_tenants: ['tenant-a'], require_worker_attestation: false },
      workers: [
        echoWorker({
          capabilities: ['cap.doc.summarize', 'cap.doc.hash'],
          blast_radius: { data: 3, network: 0, financial: 0, time: 0, reversibility: 'reversible' },
        }),
      ],
      policyGate: async ({ data_label }) => ({
        decision: data_label === 'PUBLIC' ? 'ALLOW' : 'DENY',
        policy_version: 'gate.1',
        reason: 'by label',
      }),
    });
    const received: Record<string, unknown>[] = [
      { capability_id: 'cap.doc.hash', data_label: 'PUBLIC' },
      { capability_id: 'cap.doc.hash' },
      { tenant_credential: 'none' },
      { env: 'moon' },
      { tenant_id: 'tenant-b' },
      { dry_run: true },
      ...Array.from({ length: 12 }, () => ({ correlation_id: 'one-chain' })),
    ];
    for (const change of received) await hall.dispatch({ ...REQUEST, ...change });
    await as('steward', ['freeze', 'tenant', 'tenant-a', '--reason', 'stop']);
    await hall.dispatch(REQUEST);
    await as('steward', ['release', 'tenant', 'tenant-a']);
    const { decision } = await hall.dispatch(HELD);
    await as('steward', ['approvals', 'approve', decision.decision_id ?? '']);
    const { store } = partsOf(hall).storage;
    const rows = await store.list('decisions', { limit: 1000 });
    const facts = new Set(rows.flatMap((row) => Object.keys(JSON.parse(row.facts ?? '{}'))));
    expect([...facts]).toEqual(
      expect.arrayContaining(['policy', 'credential', 'frozen', 'approval', 'chain']),
    );
    const { code, out } = await as('auditor', ['replay']);
    expect(out).toContain(`${rows.length} decisions replayed: each comes out exactly as its receipt says`);
    expect(code).toBe(0);
  });

  it('A replay covers a folder under other rules.', async () => {
    const file = join(folderOf({ 'r.json': [] }), 'r.json');
    const { code, out } = await wcp(['replay', '--bundle', dir, '--rules', file]);
    expect(out).toContain('2 change (1 allow to deny, 1 hold to deny)');
    expect(code).toBe(1);
  });

  it('A replay audits a part of a log.', async () => {
    const part = join(scratch(), 'part');
    await test.as('auditor', ['receipts', 'export', part, '--decisions', '--stream', 'tenant-a']);
    const { code, out } = await wcp(['replay', '--bundle', part]);
    expect({ code, out }).toMatchObject({
      code: 0,
      out: expect.stringContaining('3 decisions replayed: each'),
    });
  });

  it('A replay finds a record that was changed afterwards.', async () => {
    change('decisions.jsonl', '"tenant_risk":"low"', '"tenant_risk":"high"');
    expect(await audit()).toEqual({ code: 1, decisions: 3, codes: ['RECORD_CHANGED'] });
  });

  it('A replay finds a decision that does not follow from the recorded facts and world.', async () => {
    change(worldFile(), '"plain"', '"plane"');
    expect((await audit()).codes).toEqual(['WORLD_CHANGED', 'WORLD_CHANGED', 'WORLD_CHANGED']);
  });

  it('finds events that were changed, added or removed afterwards', async () => {
    const text = readFileSync(join(dir, 'decisions.jsonl'), 'utf8');
    const [dispatched, ...rest] = text.split('\n');
    const record = JSON.parse(dispatched ?? '');
    const { telemetry_envelopes: events } = record.decision;
    for (const telemetry_envelopes of [
      [],
      events.slice(1),
      [...events, events[0]],
      [{ ...events[0], blast_score: 0 }, ...events.slice(1)],
    ]) {
      const changed = { ...record, decision: { ...record.decision, telemetry_envelopes } };
      writeFileSync(join(dir, 'decisions.jsonl'), [JSON.stringify(changed), ...rest].join('\n'));
      expect((await audit()).codes).toEqual(['EVENTS_CHANGED']);
    }
  });

  it('finds a decision that was removed from the records', async () => {
    const text = readFileSync(join(dir, 'decisions.jsonl'), 'utf8');
    for (const index of [0, 1, 2]) {
      const left = text.split('\n').toSpliced(index, 1).join('\n');
      writeFileSync(join(dir, 'decisions.jsonl'), left);
      expect(await audit()).toEqual({ code: 1, decisions: 2, codes: ['DECISION_MISSING'] });
    }
  });

  it('A replay finds facts that were changed, apart from a decision that comes out differently.', async () => {
    change(
      'decisions.jsonl',
      /"available":true|"banned_hashes":\[\]/,
      '"frozen":{"scope":"hall","reason":"x"}',
    );
    expect((await audit()).codes).toEqual(['FACTS_CHANGED']);
  });

  it('A replay finds a decision without a receipt, and one without a world.', async () => {
    const receipts = readFileSync(join(dir, 'receipts.jsonl'), 'utf8').trimEnd().split('\n');
    writeFileSync(join(dir, 'receipts.jsonl'), `${receipts.slice(0, -1).join('\n')}\n`);
    expect((await audit()).codes).toEqual(['RECEIPT_MISSING']);
    writeFileSync(join(dir, 'receipts.jsonl'), `${[...receipts.slice(0, -1), receipts[2]].join('\n')}\n`);
    expect((await audit()).codes).toEqual(['DECISION_MISSING', 'RECEIPT_MISSING']);
    rmSync(join(dir, worldFile()));
    expect((await audit()).codes).toEqual(
      expect.arrayContaining(['WORLD_MISSING', 'WORLD_MISSING', 'WORLD_MISSING']),
    );
  });

  it('A replay exits 2 if a line is not a record, or there are no decisions.', async () => {
    change('decisions.jsonl', /\n$/, '\n{"position": "x"}\n');
    const torn = await wcp(['replay', '--bundle', dir]);
    expect(torn.err).toMatch(/decisions\.jsonl:4:1: error NOT_JSON/);
    rmSync(join(dir, 'decisions.jsonl'));
    const none = await wcp(['replay', '--bundle', dir]);
    expect(none.err).toContain('receipts export DIR --decisions');
    expect([torn.code, none.code]).toEqual([2, 2]);
  });
});
