import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { folderOf, REQUEST, scratch, wcp, wcpJson } from '../../support/support.ts';
import {
  DENIED,
  echoWorker,
  HALL_RULES,
  HELD,
  openTestHall,
  type TestHall,
} from '../../support/test-hall.ts';

let test: TestHall;
beforeEach(async () => {
  test = await openTestHall();
  await test.hall.dispatch(REQUEST);
  await test.hall.dispatch(HELD);
  await test.hall.dispatch(DENIED);
});

const SUGGEST = ['rules', 'suggest'];
const MATCH = {
  capability_id: 'cap.doc.summarize',
  env: 'dev',
  data_label: 'INTERNAL',
  tenant_risk: 'low',
  qos_class: 'P2',
  tenant_id: 'tenant-a',
};

/** The decisions of the Hall in a folder. */
async function exported(): Promise<string> {
  const dir = join(scratch(), 'bundle');
  expect((await test.as('auditor', ['receipts', 'export', dir, '--decisions'])).code).toBe(0);
  return dir;
}

describe('rules suggest', () => {
  it('It writes the least rules for what was allowed and held, and exits 0 if no recorded decision would change.', async () => {
    const { code, json } = await test.json('auditor', SUGGEST);
    expect(json.document.rules).toMatchObject([
      { match: MATCH, decision: { candidate_workers_ranked: [{ authorities: ['org.acme'] }] } },
      {
        match: { ...MATCH, data_label: 'RESTRICTED' },
        decision: { escalation: { human_required_default: true, supervisor_level: 'gatekeeper' } },
      },
    ]);
    expect(json).toMatchObject({ ok: true, written: null, decisions: 3, unused: {}, conflicts: [] });
    expect(json.traffic).toMatchObject({ decisions: 3, flips: 0 });
    const lost = json.changes.map(({ kind, before, cells }: Record<string, unknown>) => [
      kind,
      before,
      cells,
    ]);
    expect(lost).toEqual([
      ['newly_denied', 'plain', 95],
      ['newly_denied', 'held', 47],
      ['newly_denied', 'plain', 96],
      ['newly_denied', 'held', 48],
    ]);
    expect(code).toBe(0);
  });

  it('It shows each rule with what was seen, and what would change, to a person.', async () => {
    await test.as('steward', ['approvals', 'approve', (await firstApproval()) ?? '']);
    const { code, out } = await test.as('auditor', SUGGEST);
    expect(out).toContain('learned.cap.doc.summarize.2\n');
    expect(out).toMatch(/seen +1 allowed, 1 of them by a human, 1 held, in 1 cell, by held\n/);
    expect(out).toMatch(
      /takes +cap\.doc\.summarize env=dev data_label=RESTRICTED tenant_risk=low qos_class=P2\n/,
    );
    expect(out).toMatch(/asks +a human \(gatekeeper\)\n/);
    expect(out).toMatch(/workers +wrk\.doc\.summarizer of org\.acme\n/);
    expect(out).toContain('2 rules from 4 of 4 decisions.\n');
    expect(out).toContain('4 decisions replayed: no decision changes.\n');
    expect(out).toContain('newly denied    cap.doc.summarize  every other tenant: 96 cells (plain)\n');
    expect(out).toContain('Nothing was written. --write FILE writes these rules to a new file.\n');
    expect(code).toBe(0);
  });

  async function firstApproval(): Promise<string | undefined> {
    const { json } = await test.json('steward', ['approvals', 'list']);
    return json.items[0]?.approval_id;
  }

  it('It reads exported evidence as it reads a Hall, and gives the same document for the same record.', async () => {
    const bundle = await exported();
    const { json } = await test.json('auditor', SUGGEST);
    await test.hall.close();
    const offline = await wcpJson([...SUGGEST, '--bundle', bundle]);
    expect(json.compared_with).toBe('rules_in_force');
    expect(offline).toMatchObject({ code: 0, json: { ...json, compared_with: 'newest_decision' } });
    expect(await wcpJson([...SUGGEST, '--bundle', bundle])).toEqual(offline);
    const part = await wcpJson([...SUGGEST, '--bundle', bundle, '--limit', '1']);
    expect((part.json as typeof json).document.rules).toHaveLength(1);
  });

  it('With --write it writes a new file in the one form, for its owner alone, and it never writes over another.', async () => {
    const dir = folderOf({ 'rules.json': HALL_RULES });
    const before = readFileSync(join(dir, 'rules.json'), 'utf8');
    const file = join(dir, 'suggested.json');
    const { code, out } = await test.as('auditor', [...SUGGEST, '--write', file]);
    expect(out).toContain(`Written to ${file}; not in force.`);
    expect(code).toBe(0);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect((await wcp(['rules', 'format', '--check', file])).code).toBe(0);
    expect(await wcp(['rules', 'check', file])).toMatchObject({
      code: 0,
      out: '2 rules in 1 file: every rule can match.\n',
      err: '',
    });
    const replayed = await test.json('auditor', ['replay', '--rules', file]);
    expect(replayed).toMatchObject({ code: 0, json: { flips: 0, decisions: 3 } });
    for (const name of ['rules.json', 'suggested.json']) {
      const again = await test.as('auditor', [...SUGGEST, '--write', join(dir, name)]);
      expect(again.err).toContain('Rules are never replaced by suggested ones.');
      expect(again).toMatchObject({ code: 2, out: '' });
    }
    expect(readFileSync(join(dir, 'rules.json'), 'utf8')).toBe(before);
  });

  it('It exits 1 where rules in force deny what was recorded as allowed, or hold it.', async () => {
    const bundle = await exported();
    const [, plain] = HALL_RULES;
    const dir = folderOf({
      'none.json': [],
      'held.json': [{ ...plain, decision: HALL_RULES[0]?.decision }],
      'bad.json': [{ rule_id: 1 }],
    });
    const with_ = (name: string) => wcp([...SUGGEST, '--bundle', bundle, '--rules', join(dir, name)]);
    const none = await with_('none.json');
    expect(none.out).toMatch(/^newly allowed {3}cap\.doc\.summarize {2}tenant-a: 1 cell \(learned/m);
    const held = await with_('held.json');
    expect(held.out).toMatch(/^no longer held {2}cap\.doc\.summarize {2}tenant-a: 1 cell \(plain -> /m);
    const bad = await with_('bad.json');
    expect(bad.err).toContain('bad.json');
    expect([none.code, held.code, bad.code]).toEqual([1, 1, 2]);
  });

  it('It compares with the rules that are in force now, also where nothing has been decided by them yet.', async () => {
    await test.hall.reload({ rules: HALL_RULES.slice(0, 1) });
    const { code, json, out } = {
      ...(await test.json('auditor', SUGGEST)),
      ...(await test.as('auditor', SUGGEST)),
    };
    const allowed = json.changes.filter(({ kind }: { kind: string }) => kind === 'newly_allowed');
    expect(allowed).toMatchObject([{ before: null, cells: 1, tenants: ['tenant-a'] }]);
    expect(out).toContain('\nCompared with the rules in force\n');
    expect(code).toBe(1);
  });

  it('It exits 1 with nothing to suggest where nothing was allowed.', async () => {
    const shut = await openTestHall({ rules: [] });
    await shut.hall.dispatch(REQUEST);
    const { code, out } = await shut.as('auditor', SUGGEST);
    expect(out).toContain('0 rules from 1 of 1 decision.\n');
    expect(out).toContain('Nothing was allowed or held, so there is nothing to suggest.\n');
    expect(code).toBe(1);
  });

  it('It learns nothing from decisions that were changed in the evidence, says how many, and exits 1.', async () => {
    const bundle = await exported();
    const file = join(bundle, 'decisions.jsonl');
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, text.replaceAll('"tenant_id":"tenant-a"', '"tenant_id":"tenant-evil"'));
    const { code, out } = await wcp([...SUGGEST, '--bundle', bundle]);
    expect(out).toContain('RECORD_CHANGED: 3 not used.\n');
    expect(out).toContain('0 rules from 0 of 3 decisions.\n');
    expect(out).toContain('No rules in force are known. Name them with --rules.\n');
    expect(code).toBe(1);
  });

  it('It exits 2 for a time that is none, two places to read from, and a key that may not read worlds.', async () => {
    const { code, out } = await test.as('auditor', [...SUGGEST, '--since', 'yesterday']);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    const both = await test.as('auditor', [...SUGGEST, '--bundle', 'x', '--url', test.url]);
    const tenant = await test.as('tenant', SUGGEST);
    expect([both.code, tenant.code]).toEqual([2, 2]);
  });
});

describe('a Hall that allows and records', () => {
  it('teaches rules under which a stricter Hall takes the same requests, and no others.', async () => {
    const open = { rule_id: 'shadow', match: { env: 'dev' }, decision: HALL_RULES[1]?.decision };
    const shadow = await openTestHall({ rules: [open], workers: [echoWorker()] });
    for (const qos_class of ['P1', 'P2']) await shadow.hall.dispatch({ ...REQUEST, qos_class });
    await shadow.hall.route({ ...REQUEST, qos_class: 'P3' });
    const file = join(scratch(), 'learned.json');
    const { code, json } = await shadow.json('auditor', [...SUGGEST, '--write', file]);
    expect(json.rules).toMatchObject([{ dispatched: 3, from: ['shadow'], cells: 3 }]);
    expect(code).toBe(0);
    expect(existsSync(file)).toBe(true);
    const strict = await openTestHall({ rules: JSON.parse(readFileSync(file, 'utf8')) });
    const ask = async (change: object) => (await strict.hall.route({ ...REQUEST, ...change })).deny_code;
    expect(await ask({})).toBeNull();
    for (const change of [{ qos_class: 'P0' }, { tenant_id: 'tenant-b' }, { data_label: 'PUBLIC' }])
      expect(await ask(change)).toBe('DENY_NO_MATCHING_RULE');
  });
});
