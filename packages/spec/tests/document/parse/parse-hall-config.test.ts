import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseHallConfig } from '../../../src/index.ts';
import { nearSchema } from '../near-schema.ts';

const CONFIG = {
  require_signatory: true,
  allowed_tenants: ['agent.research', 'A@b:c/d-e_f.0'],
  tenant_floors: {
    'agent.research': { environments: ['dev'], data_label: 'INTERNAL' },
    '*': { qos_class: 'P2' },
  },
  'x.budgets': [
    { budget_id: 'a', scope: {}, unit: 'calls', limit: 0, window_seconds: 1 },
    {
      budget_id: 'b',
      scope: { tenant_id: '*', capability_id: 'cap.doc.summarize', worker_id: 'org.acme.doc.a' },
      unit: 'cost',
      limit: 10,
      reserve: 2,
      window_seconds: 31_536_000,
    },
  ],
  require_credential: false,
  require_worker_attestation: true,
  enforce_privilege_envelopes: true,
  trusted_authorities: ['org.acme', 'x.ada'],
  blast: { max_score: { dev: 100, stage: 15, prod: 0, edge: 10 }, on_exceeded: 'deny' },
  privilege_policy: { egress_allowlist: { prod: ['api.acme.example'] }, secrets: { edge: ['key'], dev: [] } },
  approval: { ttl_seconds: 600, default_level: 'executor' },
  redact_tenant: true,
  profile: 'prof.prod.strict',
  policy_version: 'policy.v3',
};

function withAt(path: string, value: unknown): object {
  const copy = structuredClone(CONFIG) as Record<string, unknown>;
  const segments = path.split('/').slice(1);
  const last = segments.pop() as string;
  const holder = segments.reduce<Record<string, unknown>>(
    (at, name) => at[name] as Record<string, unknown>,
    copy,
  );
  holder[last] = value;
  return copy;
}

const findingsOf = (document: unknown): string[] => {
  const parsed = parseHallConfig(document);
  return parsed.ok ? [] : parsed.findings.map(({ path, code }) => `${path} ${code}`);
};

describe('A Hall configuration', () => {
  test('A configuration may have every member of section 4.3, or none.', () => {
    expect(parseHallConfig(CONFIG)).toEqual({ ok: true, value: CONFIG, diagnostics: [] });
    expect(parseHallConfig({})).toEqual({ ok: true, value: {}, diagnostics: [] });
  });

  test.each<[path: string, values: readonly unknown[]]>([
    ['/trusted_authorities', [null, []]],
    ['/allowed_tenants', [[]]],
    ['/tenant_floors', [{}, { '*': {} }, { ['x'.repeat(128)]: { environments: [] } }]],
    ['/x.budgets', [[]]],
    ['/x.budgets/0/scope', [{ tenant_id: 'a' }, { capability_id: '*' }, { worker_id: '*' }]],
    ['/x.budgets/0/unit', ['blast']],
    ['/x.budgets/0/limit', [2 ** 53 - 1]],
    ['/blast', [{}, { max_score: {} }, { on_exceeded: 'require_human' }]],
    ['/privilege_policy', [{}, { egress_allowlist: {}, secrets: {} }]],
    ['/approval', [{}]],
    ['/approval/ttl_seconds', [1, 31_536_000]],
    ['/profile', [null, 'prof.dev.permissive', 'x.ada.profile']],
    ['/policy_version', ['x', ' ', 'ä'.repeat(128), '😀'.repeat(128)]],
  ])('%s of a configuration may be %j', (path, values) => {
    for (const value of values) expect(findingsOf(withAt(path, value))).toEqual([]);
  });

  const boolean = [null, 0, 1, 'true', [], {}];
  const list = [null, 'x', {}, 1];
  test.each<[path: string, values: readonly unknown[]]>([
    ['/x.budgets', [null, {}, 'x']],
    ['/x.budgets/0', [null, []]],
    ['/x.budgets/0/budget_id', [null, '', 'a b']],
    ['/x.budgets/1/budget_id', ['a']],
    ['/x.budgets/0/scope', [null, []]],
    ['/x.budgets/0/scope/tenant_id', [null, '', '**', 'a b']],
    ['/x.budgets/0/scope/capability_id', [null, '', 'cap', 'wrk.a.b']],
    ['/x.budgets/0/scope/worker_id', [null, '', 'org.acme', 'cap.a.b']],
    ['/x.budgets/0/unit', [null, 'tokens', '']],
    ['/x.budgets/0/limit', [null, -1, 0.5, 2 ** 53, '1']],
    ['/x.budgets/0/window_seconds', [null, 0, 1.5, 31_536_001]],
    ['/x.budgets/1/reserve', [null, 0, 1.5, 2 ** 53]],
    ['/require_signatory', boolean],
    ['/require_credential', boolean],
    ['/require_worker_attestation', boolean],
    ['/enforce_privilege_envelopes', boolean],
    ['/redact_tenant', boolean],
    ['/allowed_tenants', list],
    ['/tenant_floors', [null, [], 'x', 1]],
    ['/tenant_floors/*', [null, [], 'x']],
    ['/tenant_floors/*/environments', [null, 'dev', {}]],
    ['/tenant_floors/agent.research/environments/0', [null, 'test']],
    ['/tenant_floors/*/data_label', [null, 'SECRET', 1]],
    ['/tenant_floors/a b', [{}]],
    ['/tenant_floors/**', [{}]],
    ['/allowed_tenants/0', [null, '', 'a b', 'x'.repeat(129)]],
    ['/trusted_authorities', ['org.acme', {}, 1, false]],
    ['/trusted_authorities/1', [null, 'acme', 'org.acme.a', 'org.ac_me', 'cap.a']],
    ['/blast', [null, [], 5]],
    ['/blast/max_score', [null, 10, []]],
    ['/blast/max_score/prod', [null, -1, 101, 0.5, '6', true]],
    ['/blast/on_exceeded', [null, 'allow', true]],
    ['/privilege_policy', [null, []]],
    ['/privilege_policy/egress_allowlist', [null, []]],
    ['/privilege_policy/egress_allowlist/prod', list],
    ['/privilege_policy/egress_allowlist/prod/0', ['', null, 1]],
    ['/privilege_policy/secrets/edge/0', ['', null]],
    ['/approval', [null, []]],
    ['/approval/ttl_seconds', [null, 0, -1, 1.5, 31_536_001, '900']],
    ['/approval/default_level', [null, 'boss']],
    ['/profile', ['', 'strict', 'pol.a', 1, false]],
    ['/policy_version', [null, '', 1, 'x'.repeat(129), '😀'.repeat(129)]],
  ])('%s of a configuration may not be %j', (path, values) => {
    for (const value of values) expect(findingsOf(withAt(path, value))).toEqual([`${path} INVALID_VALUE`]);
  });

  test.each([
    '/zz',
    '/blast/zz',
    '/blast/max_score/moon',
    '/privilege_policy/zz',
    '/privilege_policy/secrets/test',
    '/approval/zz',
    '/policy_gate',
  ])('A configuration may not have the member %s', (path) => {
    expect(findingsOf(withAt(path, 1))).toEqual([`${path} UNKNOWN_MEMBER`]);
  });

  test.each<[unknown, string]>([
    [null, ' INVALID_VALUE'],
    [[], ' INVALID_VALUE'],
    ['{}', ' INVALID_VALUE'],
    [undefined, ' NOT_JSON'],
    [{ policy_version: '\udfff' }, '/policy_version NOT_JSON'],
    [{ require_signatory: undefined }, '/require_signatory NOT_JSON'],
  ])('%j is not a configuration', (value, found) => {
    expect(findingsOf(value)).toEqual([found]);
  });

  test('A profile with underscores is read with hyphens, with a diagnostic of level info.', () => {
    expect(parseHallConfig({ profile: 'prof.prod_strict' })).toEqual({
      ok: true,
      value: { profile: 'prof.prod-strict' },
      diagnostics: [expect.objectContaining({ level: 'info', code: 'UNDERSCORE_ID', path: '/profile' })],
    });
  });

  test('The function parseHallConfig never throws, whatever the value.', () => {
    fc.assert(
      fc.property(fc.oneof(fc.anything({ withBigInt: true }), nearSchema('hall-config')), (value) => {
        const parsed = parseHallConfig(value);
        expect(parsed.ok || parsed.findings.length > 0).toBe(true);
      }),
    );
  });
});
