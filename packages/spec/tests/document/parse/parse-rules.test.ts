import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { parseRules } from '../../../src/index.ts';
import { pollute, unpollute } from '../../pollution.ts';
import { nearSchema } from '../near-schema.ts';

afterEach(unpollute);

const RULE = {
  rule_id: 'rr_doc_summarize_dev',
  description: 'Summaries in dev.',
  match: { capability_id: 'cap.doc.summarize', env: { in: ['dev', 'stage'] }, data_label: { any: true } },
  decision: {
    candidate_workers_ranked: [
      {
        worker_species_id: 'wrk.doc.summarizer',
        score_hint: 1,
        requires_controls_minimum: [],
        authorities: ['org.acme'],
      },
    ],
    required_controls_suggested: ['ctrl.obs.audit-log-append-only'],
    recommended_profiles: [{ profile_id: 'prof.dev.permissive', score: 1 }, 'prof.prod.strict'],
    escalation: {
      policy_gate: true,
      human_required_default: false,
      human_required_if: [{ tenant_risk: 'high', blast_score: { gte: 5 } }],
      supervisor_level: 'gatekeeper',
      rationale: null,
      msavx_step_up: false,
    },
    preconditions: {
      deny_if_unsigned_artifact_in_prod: true,
      deny_if_no_attestation_in_prod: true,
      must_have_correlation_id: true,
      must_attach_policy_version: false,
      must_record_artifact_hash_if_executes: false,
      deny_if_missing_required_controls: false,
    },
    max_blast_score: { prod: 6 },
    catalog_version_min: '1.0.0',
  },
};
const LEAST = { rule_id: 'r1', match: {}, decision: { candidate_workers_ranked: [] } };

/** The rule with what stands at a path put in, or taken out where it is undefined. */
function withAt(path: string, value: unknown): object {
  const copy = structuredClone(RULE);
  const segments = path.split('/').slice(1);
  const last = segments.pop() as string;
  const holder = segments.reduce<Record<string, unknown>>(
    (at, name) => at[name] as Record<string, unknown>,
    copy,
  );
  if (value === undefined) delete holder[last];
  else holder[last] = value;
  return copy;
}

const findingsOf = (document: unknown): string[] => {
  const parsed = parseRules(document);
  return parsed.ok ? [] : parsed.findings.map(({ path, code }) => `${path} ${code}`);
};

describe('A rules document', () => {
  test('A rules document is a list of rules or an object whose only member is one.', () => {
    expect(parseRules([RULE, LEAST])).toMatchObject({ ok: true, value: [RULE, LEAST], diagnostics: [] });
    expect(parseRules({ rules: [RULE] })).toMatchObject({ ok: true, value: [RULE], diagnostics: [] });
    expect(parseRules([])).toMatchObject({ ok: true, value: [] });
    expect(parseRules({ rules: [] })).toMatchObject({ ok: true, value: [] });
  });

  test.each<[unknown, string[]]>([
    [null, [' INVALID_VALUE']],
    ['rules', [' INVALID_VALUE']],
    [{}, ['/rules MISSING_MEMBER']],
    [{ rules: null }, ['/rules INVALID_VALUE']],
    [{ rules: [], version: 1 }, ['/version UNKNOWN_MEMBER']],
    [{ rules: { rules: [] } }, ['/rules INVALID_VALUE']],
    [
      [null, 1, 'x', []],
      ['/0 INVALID_VALUE', '/1 INVALID_VALUE', '/2 INVALID_VALUE', '/3 INVALID_VALUE'],
    ],
    [[{}], ['/0/decision MISSING_MEMBER', '/0/match MISSING_MEMBER', '/0/rule_id MISSING_MEMBER']],
    [undefined, [' NOT_JSON']],
    [[{ ...LEAST, description: '\ud800' }], ['/0/description NOT_JSON']],
    [[{ ...LEAST, description: undefined }], ['/0/description NOT_JSON']],
  ])('%j is not a rules document', (document, found) => {
    expect(findingsOf(document)).toEqual(found);
  });

  test('Two rules may not share a rule_id.', () => {
    expect(findingsOf([LEAST, RULE, LEAST, LEAST])).toEqual([
      '/2/rule_id INVALID_VALUE',
      '/3/rule_id INVALID_VALUE',
    ]);
    expect(findingsOf({ rules: [LEAST, LEAST] })).toEqual(['/rules/1/rule_id INVALID_VALUE']);
  });

  test('A rules document is not changed by reading it.', () => {
    const document = { rules: [structuredClone(RULE)] };
    parseRules(document);
    expect(document).toEqual({ rules: [RULE] });
  });

  test('A rules document is read the same when Object.prototype is polluted.', () => {
    pollute({ rules: [LEAST], rule_id: 'x', eq: 'dev', escalation: { policy_gate: false }, anyOf: [{}] });
    const list = parseRules([LEAST]);
    const bad = findingsOf([{ match: {}, decision: {} }]);
    unpollute();
    expect(list).toMatchObject({ ok: true, value: [LEAST] });
    expect(list.ok && Object.getPrototypeOf(list.value[0])).toBeNull();
    expect(bad).toEqual(['/0/decision/candidate_workers_ranked MISSING_MEMBER', '/0/rule_id MISSING_MEMBER']);
  });
});

const CONDITION = [null, [], {}, 5, true, { nope: 'dev' }, { eq: 'dev', in: ['dev'] }];
const ANY = [{ any: false }, { any: null }, { any: 1 }, { any: 'true' }];
const NOT_BOOLEAN = [null, 0, 1, 'true', {}, []];

describe('A wrong part of a rule is found where it stands', () => {
  test.each<[path: string, values: readonly unknown[], at?: string | undefined, code?: string]>([
    ['/rule_id', [null, 1, '', ' ', 'a b', 'ä', 'x'.repeat(129), {}]],
    ['/description', [null, 1, {}, []]],
    ['/match', [null, [], 'x', 1]],
    ['/match/env', [...CONDITION, '', 'moon', 'Dev']],
    ['/match/env', [{ eq: 'moon' }, { eq: null }, { eq: ['dev'] }], '/match/env/eq'],
    ['/match/env', [{ in: [] }, { in: null }, { in: 'dev' }, { in: {} }], '/match/env/in'],
    [
      '/match/env',
      [{ in: ['dev', 'moon'] }, { in: ['dev', null] }, { in: ['dev', ['dev']] }],
      '/match/env/in/1',
    ],
    ['/match/env', ANY, '/match/env/any'],
    [
      '/match/env',
      [
        { any: true, x: 1 },
        { eq: 'dev', x: 1 },
        { in: ['dev'], x: 1 },
      ],
      '/match/env/x',
      'UNKNOWN_MEMBER',
    ],
    ['/match/capability_id', ['cap', 'cap.a_b', 'wrk.a', 'org.acme', '']],
    ['/match/data_label', ['public', 'SECRET']],
    ['/match/tenant_risk', ['LOW', 'critical']],
    ['/match/qos_class', ['P4', 'p0']],
    ['/match/tenant_id', ['', 'a b', 'x'.repeat(129)]],
    ['/match/blast_score', [{ gte: 1 }, 1], undefined, 'UNKNOWN_MEMBER'],
    ['/match/correlation_id', ['x'], undefined, 'UNKNOWN_MEMBER'],
    ['/decision', [null, [], 'x']],
    ['/decision/candidate_workers_ranked', [null, {}, 'wrk.a']],
    ['/decision/candidate_workers_ranked/0', [null, 'wrk.a', []]],
    [
      '/decision/candidate_workers_ranked/0/worker_species_id',
      [null, 'cap.a', 'wrk.a_b', 'wrk', 'org.acme', 1],
    ],
    ['/decision/candidate_workers_ranked/0/score_hint', ['1', true, {}, []]],
    ['/decision/candidate_workers_ranked/0/requires_controls_minimum', [null, 'ctrl.a', {}]],
    ['/decision/candidate_workers_ranked/0/requires_controls_minimum/0', [null, 'cap.a', 'x.ada.my_control']],
    ['/decision/candidate_workers_ranked/0/authorities', ['org.acme', {}, 1]],
    ['/decision/candidate_workers_ranked/0/authorities/0', ['org.acme.a', 'acme', null]],
    ['/decision/required_controls_suggested', [null, 'ctrl.a', {}]],
    ['/decision/required_controls_suggested/0', ['ctrl', 'pol.a', 1]],
    ['/decision/recommended_profiles', [null, 'prof.a', {}]],
    ['/decision/recommended_profiles/0', [null, 1, 'pol.a', []]],
    ['/decision/recommended_profiles/0/profile_id', [null, 'pol.a']],
    ['/decision/recommended_profiles/0/score', ['1', true]],
    ['/decision/escalation', [null, [], true]],
    ['/decision/escalation/policy_gate', NOT_BOOLEAN],
    ['/decision/escalation/human_required_default', NOT_BOOLEAN],
    ['/decision/escalation/msavx_step_up', NOT_BOOLEAN],
    ['/decision/escalation/human_required_if', [null, {}, true]],
    ['/decision/escalation/human_required_if/0', [null, {}, [], 'high']],
    ['/decision/escalation/human_required_if/0/blast_score', [null, 5, []]],
    ['/decision/escalation/human_required_if/0/blast_score/gte', [null, -1, 101, 1.5, '5']],
    ['/decision/escalation/human_required_if/0/blast_score/lte', [5], undefined, 'UNKNOWN_MEMBER'],
    ['/decision/escalation/human_required_if/0/tenant_risk', CONDITION],
    [
      '/decision/escalation/human_required_if/0/qos_class',
      ANY,
      '/decision/escalation/human_required_if/0/qos_class/any',
    ],
    ['/decision/escalation/supervisor_level', ['boss', true, 1]],
    ['/decision/escalation/rationale', [1, {}, []]],
    ['/decision/preconditions', [null, [], true]],
    ['/decision/preconditions/must_have_correlation_id', NOT_BOOLEAN],
    ['/decision/preconditions/deny_if_unsigned_artifact_in_prod', NOT_BOOLEAN],
    ['/decision/max_blast_score', [null, -1, 101, 0.5, '6', [], true]],
    ['/decision/max_blast_score/prod', [null, -1, 101, 0.5, '6']],
    [
      '/decision/catalog_version_min',
      [null, 1, '1', '1.0', '1.0.0.0', 'v1.0.0', '1.0.0-rc', ' 1.0.0', 'wcp@1.0.0', '1.0.1234567890'],
    ],
    ['/zz', [1], undefined, 'UNKNOWN_MEMBER'],
    ['/match/zz', [{ any: true }], undefined, 'UNKNOWN_MEMBER'],
    ['/decision/zz', [1], undefined, 'UNKNOWN_MEMBER'],
    ['/decision/candidate_workers_ranked/0/zz', [1], undefined, 'UNKNOWN_MEMBER'],
    ['/decision/recommended_profiles/0/zz', [1], undefined, 'UNKNOWN_MEMBER'],
    ['/decision/escalation/zz', [1], undefined, 'UNKNOWN_MEMBER'],
    ['/decision/escalation/human_required_if/0/zz', [1], undefined, 'UNKNOWN_MEMBER'],
    ['/decision/preconditions/zz', [true], undefined, 'UNKNOWN_MEMBER'],
    ['/decision/max_blast_score/moon', [1], undefined, 'UNKNOWN_MEMBER'],
  ])('%s of a rule may not be %j', (path, values, at = path, code = 'INVALID_VALUE') => {
    for (const value of values) {
      expect(findingsOf([withAt(path, value)]), JSON.stringify(value)).toEqual([`/0${at} ${code}`]);
    }
  });

  test.each([
    '/rule_id',
    '/match',
    '/decision',
    '/decision/candidate_workers_ranked',
    '/decision/candidate_workers_ranked/0/worker_species_id',
  ])('A rule must have %s', (path) => {
    expect(findingsOf([withAt(path, undefined)])).toEqual([`/0${path} MISSING_MEMBER`]);
  });

  test('A condition on the blast score must have a bound.', () => {
    const path = '/decision/escalation/human_required_if/0/blast_score';
    expect(findingsOf([withAt(path, {})])).toEqual([`/0${path}/gte MISSING_MEMBER`]);
  });

  test('A recommended profile must have an id.', () => {
    expect(findingsOf([withAt('/decision/recommended_profiles/0', { score: 1 })])).toEqual([
      '/0/decision/recommended_profiles/0/profile_id MISSING_MEMBER',
    ]);
  });
});

describe('What may stand in a rule', () => {
  test.each<[path: string, values: readonly unknown[]]>([
    ['/match/env', ['edge', { eq: 'prod' }, { in: ['dev'] }, { any: true }]],
    ['/match/capability_id', ['x.ada.doc.shred', { in: ['cap.a', 'org.acme.b'] }]],
    ['/match/tenant_id', ['A@b:c/d-e_f.0', { eq: 'x' }]],
    ['/decision/candidate_workers_ranked', [[]]],
    ['/decision/candidate_workers_ranked/0/score_hint', [null, 0, -1.5, 1e300]],
    ['/decision/candidate_workers_ranked/0/authorities', [null, [], ['x.ada', 'org.acme']]],
    ['/decision/candidate_workers_ranked/0/worker_species_id', ['x.ada.worker']],
    [
      '/decision/recommended_profiles',
      [[], ['x.ada.profile'], [{ profile_id: 'prof.a' }], [{ profile_id: 'prof.a', score: null }]],
    ],
    ['/decision/escalation', [{}, { supervisor_level: null, rationale: 'why' }, { human_required_if: [] }]],
    [
      '/decision/escalation/human_required_if',
      [[{ blast_score: { gte: 0 } }, { env: { any: true }, qos_class: 'P0' }]],
    ],
    ['/decision/preconditions', [{}]],
    ['/decision/max_blast_score', [0, 100, {}, { dev: 0, stage: 1, prod: 2, edge: 100 }]],
    ['/decision/catalog_version_min', ['0.0.0', 'wcp-catalog@1.10.999999999']],
  ])('%s of a rule may be %j', (path, values) => {
    for (const value of values) expect(findingsOf([withAt(path, value)])).toEqual([]);
  });

  test('Everything in a rule but rule_id, match and the candidates may be absent.', () => {
    expect(findingsOf([LEAST])).toEqual([]);
  });
});

describe('Underscores', () => {
  test('Underscores in controls and profiles are read as hyphens, each with a diagnostic of level info.', () => {
    const rule = withAt('/decision/required_controls_suggested', ['ctrl.obs.audit_log', 'ctrl.a-b']);
    const parsed = parseRules({
      rules: [
        rule,
        {
          ...LEAST,
          decision: {
            candidate_workers_ranked: [
              { worker_species_id: 'wrk.a', requires_controls_minimum: ['ctrl.c_d'] },
            ],
            recommended_profiles: ['prof.e_f'],
          },
        },
      ],
    });
    expect(parsed).toMatchObject({
      ok: true,
      value: [
        { decision: { required_controls_suggested: ['ctrl.obs.audit-log', 'ctrl.a-b'] } },
        {
          decision: {
            candidate_workers_ranked: [{ requires_controls_minimum: ['ctrl.c-d'] }],
            recommended_profiles: ['prof.e-f'],
          },
        },
      ],
    });
    expect(
      parsed.ok && parsed.diagnostics.map(({ level, code, path }) => `${level} ${code} ${path}`),
    ).toEqual([
      'info UNDERSCORE_ID /rules/0/decision/required_controls_suggested/0',
      'info UNDERSCORE_ID /rules/1/decision/candidate_workers_ranked/0/requires_controls_minimum/0',
      'info UNDERSCORE_ID /rules/1/decision/recommended_profiles/0',
    ]);
  });

  test('Underscores in rule ids and tenants stay.', () => {
    expect(parseRules([{ ...LEAST, rule_id: 'a_b', match: { tenant_id: 'c_d' } }])).toMatchObject({
      value: [{ rule_id: 'a_b', match: { tenant_id: 'c_d' } }],
      diagnostics: [],
    });
  });
});

test('The function parseRules never throws, whatever the value.', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.anything({ withBigInt: true, withDate: true, withMap: true }), nearSchema('rules')),
      (value) => {
        const parsed = parseRules(value);
        expect(parsed.ok ? parsed.value : parsed.findings).toBeInstanceOf(Array);
      },
    ),
  );
});
