import { describe, expect, it } from 'vitest';
import { folderOf, REQUEST, RULES, record, THREE_MISTAKES, wcp, wcpJson } from '../../support/support.ts';

const HELD = {
  rule_id: 'held',
  match: { ...RULES.rules[0].match, data_label: 'RESTRICTED' },
  decision: {
    ...RULES.rules[0].decision,
    escalation: { human_required_default: true, supervisor_level: 'executor' },
  },
};
const PROD_RULES = { rules: [HELD, ...RULES.rules] };
const worker_id = 'org.acme.summarizer.one';
const CASES = {
  defaults: { input: REQUEST },
  cases: [
    { name: 'A summary runs.', expected: { outcome: 'DISPATCH', worker_id, matched_rule_id: 'summarize' } },
    {
      name: 'A restricted summary is done by a human.',
      input: { data_label: 'RESTRICTED' },
      expected: { outcome: 'STEWARD_HOLD', supervisor_level: 'executor', worker_id },
    },
    {
      name: 'Nothing is fetched.',
      input: { capability_id: 'cap.web.fetch' },
      expected: { outcome: 'DENY', deny_code: 'DENY_NO_MATCHING_RULE' },
    },
    {
      name: 'A worker that is away is not called.',
      facts: { workers: { [worker_id]: { available: false } } },
      expected: { outcome: 'DENY', deny_code: 'DENY_NO_AVAILABLE_WORKER' },
    },
    {
      name: 'Half a request is refused.',
      input: { tenant_id: '' },
      expected: { outcome: 'DENY', deny_code: 'DENY_MISSING_TENANT_ID' },
    },
  ],
};
const folder = (files: Readonly<Record<string, unknown>> = {}) =>
  folderOf({ 'rules.json': PROD_RULES, 'rules.test.json': CASES, 'worker.json': record(), ...files });
const ARGS = ['rules', 'test', 'rules.json', '--workers', 'worker.json'];

/** The findings of a document of cases, as places and codes. */
async function findingsOf(cases: unknown): Promise<string[]> {
  const { code, json } = await wcpJson(ARGS, { cwd: folder({ 'rules.test.json': cases }) });
  expect(code).toBe(2);
  const { problems } = json as { problems: { path: string; code: string }[] };
  return problems.map((each) => `${each.path} ${each.code}`);
}

describe('rules test', () => {
  it('The command rules test decides the cases beside the rules and exits 0 if each comes out as expected.', async () => {
    const { code, out, err } = await wcp(ARGS, { cwd: folder() });
    expect(out).toBe(
      [
        'ok    A summary runs.',
        'ok    A restricted summary is done by a human.',
        'ok    Nothing is fetched.',
        'ok    A worker that is away is not called.',
        'ok    Half a request is refused.',
        '5 cases: each comes out as expected. They cover 2 of 144 cells.\n',
      ].join('\n'),
    );
    expect({ code, err }).toEqual({ code: 0, err: '' });
  });

  it('It exits 1 and shows of each case that fails what differs, where it stands, and why it came out so.', async () => {
    const cases = {
      defaults: { input: REQUEST },
      cases: [
        {
          name: 'A restricted summary runs.',
          input: { data_label: 'RESTRICTED' },
          expected: { outcome: 'DISPATCH', worker_id },
        },
        {
          name: 'A summary at the edge is denied.',
          input: { env: 'edge' },
          expected: { outcome: 'DENY', deny_code: 'DENY_NO_MATCHING_RULE' },
        },
      ],
    };
    const cwd = folder({ 'rules.test.json': cases });
    const { code, out } = await wcp(ARGS, { cwd });
    expect(out).toMatch(/^FAIL {2}A restricted summary runs\. {2}\(rules\.test\.json:\d+:\d+\)$/m);
    expect(out).toMatch(/outcome +expected DISPATCH, was STEWARD_HOLD/);
    expect(out).toMatch(/why +Rule "held" is the first that matches\./);
    expect(out).toMatch(/deny_code +expected DENY_NO_MATCHING_RULE, was DENY_NO_AVAILABLE_WORKER/);
    expect(out).toMatch(/Rule "summarize" matched\.\s+Candidates: wrk\.doc\.summarizer\s+env_not_allowed\./);
    expect(out).toContain('2 cases: 2 of them failed.');
    expect(code).toBe(1);
    const { json } = await wcpJson(ARGS, { cwd });
    expect(json).toMatchObject({
      ok: false,
      passed: 0,
      failed: 2,
      cases: [
        {
          path: '/cases/0',
          passed: false,
          differences: [{ member: 'outcome', expected: 'DISPATCH', actual: 'STEWARD_HOLD' }],
        },
        { decision: { deny_code: 'DENY_NO_AVAILABLE_WORKER' } },
      ],
    });
  });

  it('With --coverage it shows which cells no case covers, capability by capability, and the rules that no case matches.', async () => {
    const cases = { cases: CASES.cases.slice(2, 3), defaults: CASES.defaults };
    const rules = {
      rules: [{ ...RULES.rules[0], match: { capability_id: 'cap.web.fetch', env: 'prod' } }, HELD],
    };
    const cwd = folder({ 'rules.test.json': cases, 'rules.json': rules });
    const { out } = await wcp([...ARGS, '--coverage'], { cwd });
    expect(out).toContain(
      'cap.doc.summarize: 0 of 144 cells covered; no case for\n  env=any  data_label=any  ',
    );
    expect(out).toContain('cap.web.fetch: 1 of 144 cells covered; no case for\n');
    expect(out).toContain('  env=stage,prod,edge  data_label=INTERNAL  tenant_risk=low  qos_class=P2\n');
    expect(out).toContain('No case matches: summarize, held.\n');
    const { json } = await wcpJson([...ARGS, '--coverage'], { cwd });
    const { coverage } = json as { coverage: { capabilities: { covered: number; uncovered: unknown[] }[] } };
    expect(coverage).toMatchObject({ cells: 144, covered: 1, unmatched_rules: ['summarize', 'held'] });
  });

  it('A request that was denied before the rules were tried covers no cell, and the floor of a tenant counts.', async () => {
    const config = { tenant_floors: { '*': { environments: ['dev'], data_label: 'RESTRICTED' } } };
    const cases = {
      defaults: { input: REQUEST },
      cases: [
        { name: 'Raised.', expected: { outcome: 'STEWARD_HOLD' } },
        {
          name: 'Elsewhere.',
          input: { env: 'prod' },
          expected: { outcome: 'DENY', deny_code: 'DENY_TENANT_ENV_NOT_ALLOWED' },
        },
      ],
    };
    const cwd = folder({ 'rules.test.json': cases, 'hall.json': config });
    const { out, code } = await wcp([...ARGS, '--config', 'hall.json', '--coverage'], { cwd });
    expect(out).toContain('They cover 1 of 144 cells.');
    expect(out).toContain('  env=any  data_label=PUBLIC,INTERNAL  tenant_risk=low  qos_class=P2\n');
    expect(code).toBe(0);
  });

  it('The verdict of the policy gate is a fact of a case.', async () => {
    const rules = [
      { ...RULES.rules[0], decision: { ...RULES.rules[0].decision, escalation: { policy_gate: true } } },
    ];
    const policy = { decision: 'DENY', policy_version: 'p.1', reason: 'no' };
    const cases = {
      defaults: { input: REQUEST },
      cases: [
        { name: 'No gate.', expected: { outcome: 'DENY', deny_code: 'DENY_POLICY_GATE_UNCONFIGURED' } },
        { name: 'No.', facts: { policy }, expected: { outcome: 'DENY', deny_code: 'DENY_POLICY_GATE' } },
      ],
    };
    const cwd = folder({ 'rules.json': rules, 'rules.test.json': cases });
    expect((await wcp(ARGS, { cwd })).code).toBe(0);
  });
});

describe('a document of cases', () => {
  it('shows everything that is wrong with any of its cases at once, and no case runs', async () => {
    const found = await findingsOf({
      defaults: { input: REQUEST },
      extra: 1,
      cases: [
        { name: '', expected: { outcome: 'MAYBE' } },
        {
          name: 'a',
          input: { capabilty_id: 'x' },
          expected: { outcome: 'DISPATCH', deny_code: 'DENY_FROZEN' },
        },
        { name: 'a', expected: { outcome: 'DENY' }, facts: { now: 'later' } },
        { name: 'a', expected: { outcome: 'DENY', deny_code: 'DENY_FROZEN', worker_id } },
        { name: 'b', expected: { outcome: 'DISPATCH' } },
        { name: 'b', expected: { outcome: 'DISPATCH' } },
        7,
      ],
    });
    expect(found.toSorted()).toEqual([
      '/cases/0/expected/outcome INVALID_VALUE',
      '/cases/0/name INVALID_VALUE',
      '/cases/1/expected/deny_code INVALID_VALUE',
      '/cases/1/input/capabilty_id UNKNOWN_MEMBER',
      '/cases/2/expected/deny_code MISSING_MEMBER',
      '/cases/2/facts/now INVALID_VALUE',
      '/cases/3/expected/worker_id INVALID_VALUE',
      '/cases/5/name INVALID_VALUE',
      '/cases/6 INVALID_VALUE',
      '/extra UNKNOWN_MEMBER',
    ]);
  });

  it.each([
    ['null', null, ['/ INVALID_VALUE']],
    ['no cases', { cases: [] }, ['/cases INVALID_VALUE']],
    ['cases that are no list', { cases: {} }, ['/cases INVALID_VALUE']],
    [
      'a case without a request',
      { cases: [{ name: 'a', expected: { outcome: 'DISPATCH' } }] },
      ['/cases/0/input MISSING_MEMBER'],
    ],
    [
      'defaults that are none',
      { defaults: 3, cases: [{ name: 'a', input: REQUEST, expected: { outcome: 'DISPATCH' } }] },
      ['/defaults INVALID_VALUE'],
    ],
  ])('is refused with %s', async (_, cases, expected) => {
    const found = await findingsOf(cases);
    expect(found.map((each) => each.replace(/^ /, '/ '))).toEqual(expected);
  });

  it.each([
    ['a byte order mark', `\ufeff${JSON.stringify(CASES)}`, 'BYTE_ORDER_MARK'],
    ['a member twice', '{"cases": [], "cases": []}', 'DUPLICATE_MEMBER'],
    ['a hundred thousand levels', `{"cases": ${'['.repeat(100_000)}`, 'TOO_DEEP'],
    ['a member that is the prototype', '{"cases": [{"__proto__": {"name": "x"}}]}', 'UNKNOWN_MEMBER'],
  ])('is refused with %s', async (_, text, code) => {
    const { err, code: exit } = await wcp(ARGS, { cwd: folder({ 'rules.test.json': text }) });
    expect(err).toContain(code);
    expect(exit).toBe(2);
  });

  it('is named with --cases where it is elsewhere, and its absence is said', async () => {
    const cwd = folderOf({
      'r.json': PROD_RULES,
      'elsewhere.json': CASES,
      'worker.json': record(),
      rules: PROD_RULES,
    });
    const more = ['--workers', 'worker.json'];
    expect((await wcp(['rules', 'test', 'r.json', '--cases', 'elsewhere.json', ...more], { cwd })).code).toBe(
      0,
    );
    const absent = await wcp(['rules', 'test', 'r.json', ...more], { cwd });
    expect(absent.err).toBe(
      'r.test.json: error ABSENT: There are no cases yet. Write them to this file, or name another one with --cases.\n',
    );
    const unnamed = await wcp(['rules', 'test', 'rules', ...more], { cwd });
    expect(unnamed.err).toContain('--cases');
    expect([absent.code, unnamed.code]).toEqual([2, 2]);
  });

  it('does not run with rules that have mistakes: these are shown beside its own', async () => {
    const cwd = folder({ 'rules.json': THREE_MISTAKES, 'rules.test.json': { cases: [] } });
    const { err, code } = await wcp(ARGS, { cwd });
    expect(err).toMatch(/^rules\.json:5:25: /m);
    expect(err).toMatch(/^rules\.test\.json:\d+:\d+: \/cases /m);
    expect(code).toBe(2);
  });
});
