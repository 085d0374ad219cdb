import type { HallConfig } from '@wcp/spec';
import { catalog } from '@wcp/spec/catalog';
import { type Budget, ENVS } from '@wcp/spec/document';
import { expect, test } from 'vitest';
import { DEFAULT_POLICY_VERSION, isProfile, type Settings, settingsOf } from '../../src/world/settings.ts';
import { AUDIT, decideScene, makeRecord, worldOf } from '../support.ts';

const DEFAULTS: Settings = {
  require_signatory: false,
  allowed_tenants: new Set(),
  tenant_floors: new Map(),
  budgets: [],
  require_credential: false,
  require_worker_attestation: false,
  enforce_privilege_envelopes: false,
  trusted_authorities: null,
  max_score: { dev: 25, stage: 15, prod: 10, edge: 10 },
  on_exceeded: 'require_human',
  egress_allowlist: { dev: new Set(), stage: new Set(), prod: new Set(), edge: new Set() },
  secrets: { dev: new Set(), stage: new Set(), prod: new Set(), edge: new Set() },
  ttl_seconds: 900,
  default_level: 'gatekeeper',
  redact_tenant: false,
  policy_version: 'policy.v0',
  policy_version_shown: 'policy.v0',
  profile_controls: [],
  egress_none: false,
};
const BUDGET: Budget = {
  budget_id: 'b',
  scope: { tenant_id: '*' },
  unit: 'calls',
  limit: 5,
  window_seconds: 60,
};
const STRICT = {
  require_signatory: true,
  require_credential: true,
  require_worker_attestation: true,
  enforce_privilege_envelopes: true,
};
const MEMORY = 'ctrl.mem.provenance-required';

test('An empty configuration has the defaults of section 4.3.', () => {
  expect(settingsOf({})).toEqual(DEFAULTS);
  expect(settingsOf({ profile: null, trusted_authorities: null })).toEqual(DEFAULTS);
  expect(DEFAULT_POLICY_VERSION).toBe('policy.v0');
});

test('What a configuration says is in force.', () => {
  const config: HallConfig = {
    ...STRICT,
    allowed_tenants: ['a'],
    'x.budgets': [BUDGET],
    tenant_floors: { '*': { environments: ['dev', 'dev'] }, a: { qos_class: 'P2' } },
    trusted_authorities: [],
    blast: { max_score: { dev: 1, edge: 100 }, on_exceeded: 'deny' },
    privilege_policy: { egress_allowlist: { prod: ['h'] }, secrets: { edge: ['s'] } },
    approval: { ttl_seconds: 1, default_level: 'executor' },
    redact_tenant: true,
    policy_version: 'policy.v9\n',
  };
  expect(settingsOf(config)).toEqual({
    ...DEFAULTS,
    ...STRICT,
    allowed_tenants: new Set(['a']),
    budgets: [BUDGET],
    tenant_floors: new Map([
      ['*', { environments: new Set(['dev']), data_label: null, tenant_risk: null, qos_class: null }],
      ['a', { environments: null, data_label: null, tenant_risk: null, qos_class: 'P2' }],
    ]),
    trusted_authorities: new Set(),
    max_score: { dev: 1, stage: 15, prod: 10, edge: 100 },
    on_exceeded: 'deny',
    egress_allowlist: { ...DEFAULTS.egress_allowlist, prod: new Set(['h']) },
    secrets: { ...DEFAULTS.secrets, edge: new Set(['s']) },
    ttl_seconds: 1,
    default_level: 'executor',
    redact_tenant: true,
    policy_version: 'policy.v9\n',
    policy_version_shown: 'policy.v9\\u000a',
  });
});

/** What each profile that the protocol's text names makes of an empty configuration. */
const NAMED: readonly (readonly [profile: string, changes: Partial<Settings>])[] = [
  ['prof.dev.permissive', { max_score: { dev: 100, stage: 25, prod: 10, edge: 10 } }],
  [
    'prof.prod.strict',
    { ...STRICT, max_score: { dev: 25, stage: 10, prod: 6, edge: 6 }, profile_controls: [AUDIT] },
  ],
  [
    'prof.edge.isolated',
    {
      ...STRICT,
      max_score: { dev: 25, stage: 10, prod: 6, edge: 6 },
      profile_controls: [AUDIT],
      egress_none: true,
    },
  ],
  ['prof.mem.rag-strict', { profile_controls: [MEMORY] }],
];

test.each(NAMED)('%s sets what section 4.3 lists, and nothing else', (profile, changes) => {
  const { profile_controls, ...rest } = settingsOf({ profile });
  const expected = { ...DEFAULTS, ...changes };
  expect({ ...rest, profile_controls: [...profile_controls] }).toEqual(expected);
});

const LIMITS: readonly (readonly [profile: string, written: number, limits: readonly number[]])[] = [
  ['prof.dev.permissive', 0, [100, 25, 0, 0]],
  ['prof.dev.permissive', 50, [100, 50, 50, 50]],
  ['prof.dev.permissive', 100, [100, 100, 100, 100]],
  ['prof.prod.strict', 0, [0, 0, 0, 0]],
  ['prof.prod.strict', 100, [100, 10, 6, 6]],
  ['prof.edge.isolated', 5, [5, 5, 5, 5]],
  ['prof.edge.isolated', 100, [100, 10, 6, 6]],
  ['prof.mem.rag-strict', 100, [100, 100, 100, 100]],
];

test.each(LIMITS)('%s over limits of %i gives %j', (profile, written, limits) => {
  const max_score = { dev: written, stage: written, prod: written, edge: written };
  const settings = settingsOf({ profile, blast: { max_score } });
  expect(ENVS.map((env) => settings.max_score[env])).toEqual(limits);
});

test('A profile adds demands and takes none away.', () => {
  for (const [profile] of NAMED) {
    for (const name of Object.keys(STRICT) as (keyof typeof STRICT)[]) {
      expect(settingsOf({ profile, [name]: true })[name]).toBe(true);
      expect(settingsOf({ profile, [name]: false })[name]).toBe(settingsOf({ profile })[name]);
    }
  }
});

const PUBLISHED = catalog.entities.filter(({ type }) => type === 'profile');
const OTHERS = PUBLISHED.filter(({ id }) => !NAMED.some(([named]) => named === id));

test.each(OTHERS.map(({ id, controls_required }) => [id, controls_required ?? []] as const))(
  'The catalog profile %s adds its controls to every rule, and changes nothing else.',
  (profile, controls) => {
    const { profile_controls, ...rest } = settingsOf({ profile });
    expect({ ...rest, profile_controls: [] }).toEqual(DEFAULTS);
    expect([...profile_controls]).toEqual(controls);
    const scene = { config: { profile }, record: { currently_implements: [...controls] } };
    expect(decideScene(scene).required_controls_effective).toEqual([...new Set(controls)].sort());
    if (controls.length > 0)
      expect(decideScene({ ...scene, record: { currently_implements: [] } }).deny_code).toBe(
        'DENY_MISSING_REQUIRED_CONTROLS',
      );
  },
);

test('Every profile of the catalog has a list of controls, which may be empty.', () => {
  expect(OTHERS.length).toBeGreaterThan(20);
  expect(PUBLISHED.every((profile) => Array.isArray(profile.controls_required))).toBe(true);
  expect(PUBLISHED.some(({ controls_required }) => controls_required?.length === 0)).toBe(true);
});

test('A profile that the catalog does not hold is an error, and the world denies.', () => {
  expect(PUBLISHED.every(({ id }) => isProfile(id))).toBe(true);
  for (const profile of ['prof.no.such', 'x.ada.quiet', AUDIT]) expect(isProfile(profile)).toBe(false);
  expect(worldOf({ config: { profile: 'prof.no.such', policy_version: 'v9' } })).toMatchObject({
    policy_version: 'policy.v0',
    diagnostics: [{ level: 'error', code: 'UNKNOWN_PROFILE', path: '/config/profile' }],
  });
  expect(decideScene({ config: { profile: 'prof.no.such' } }).deny_code).toBe('DENY_HALL_MISCONFIGURED');
});

test('A profile may be written with underscores.', () => {
  const decision = decideScene({
    config: { profile: 'prof.mem.rag_strict' },
    workers: () => [makeRecord({ currently_implements: [MEMORY] })],
  });
  expect(decision).toMatchObject({ outcome: 'DISPATCH', required_controls_effective: [MEMORY] });
});
