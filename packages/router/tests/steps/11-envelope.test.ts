import type { DataLabel, Env } from '@wcp/spec';
import { ENVELOPE_VIOLATIONS, ENVS } from '@wcp/spec/document';
import { expect, test } from 'vitest';
import { decideScene, exactly, type Members, type Scene, together } from '../support.ts';

const ENFORCED: Scene = { config: { enforce_privilege_envelopes: true } };
/** The profile turns on more than the envelope; all of that is satisfied here. */
const ISOLATED: Scene = {
  config: {
    profile: 'prof.edge.isolated',
    allowed_tenants: ['tenant-a'],
    blast: { max_score: { prod: 100, edge: 100 } },
  },
  facts: {
    credential: { valid: true, tenant_id: 'tenant-a' },
    workers: { 'org.acme.doc-summarizer.prod-01': { current_hash: `sha256:${'a'.repeat(64)}` } },
  },
};
const LISTS: Scene = {
  config: {
    privilege_policy: {
      egress_allowlist: { prod: ['a.example', 'b.example'] },
      secrets: { prod: ['key'], dev: [] },
    },
  },
};
const STRICT: readonly Env[] = ['prod', 'edge'];
const LOOSE: readonly Env[] = ['dev', 'stage'];

function violations(
  envelope: Members | undefined,
  env: Env,
  data_label: DataLabel = 'INTERNAL',
  base = ENFORCED,
): unknown {
  const decision = decideScene(
    together(base, exactly('privilege_envelope', envelope), { input: { env, data_label } }),
  );
  expect(decision.deny_code).toBe(decision.privilege_envelope_ok ? null : 'DENY_PRIVILEGE_ENVELOPE_VIOLATED');
  return decision.deny_reason_if_denied?.violations ?? [];
}

test('A missing envelope is refused in prod and edge.', () => {
  for (const env of STRICT) expect(violations(undefined, env)).toEqual(['envelope_missing']);
  for (const env of LOOSE) expect(violations(undefined, env)).toEqual([]);
});

test('Unrestricted egress is refused in prod and edge, and absent egress counts as unrestricted.', () => {
  for (const envelope of [{}, { network_egress: 'unrestricted' }]) {
    for (const env of STRICT) expect(violations(envelope, env)).toEqual(['egress_unrestricted']);
    for (const env of LOOSE) expect(violations(envelope, env)).toEqual([]);
  }
});

test('Unrestricted egress is reported as egress_unrestricted alone, whatever the data.', () => {
  const envelope = { network_egress: 'unrestricted', egress_allowlist: ['c.example'] };
  expect(violations(envelope, 'prod', 'RESTRICTED')).toEqual(['egress_unrestricted']);
  expect(violations(envelope, 'edge', 'RESTRICTED', ISOLATED)).toEqual(['egress_unrestricted']);
});

test('RESTRICTED data in prod and edge goes to the hosts of the list for that environment only', () => {
  const base = together(ENFORCED, LISTS);
  const to = (...egress_allowlist: string[]) => ({ network_egress: 'allowlisted', egress_allowlist });
  expect(violations(to('a.example', 'b.example'), 'prod', 'RESTRICTED', base)).toEqual([]);
  expect(violations(to('a.example', 'c.example'), 'prod', 'RESTRICTED', base)).toEqual([
    'egress_not_allowlisted',
  ]);
  expect(violations(to('A.example'), 'prod', 'RESTRICTED', base)).toEqual(['egress_not_allowlisted']);
  expect(violations(to('a.example'), 'edge', 'RESTRICTED', base)).toEqual(['egress_not_allowlisted']);
  expect(violations(to(), 'edge', 'RESTRICTED', base)).toEqual([]);
  expect(violations({ network_egress: 'allowlisted' }, 'edge', 'RESTRICTED', base)).toEqual([]);
  for (const env of LOOSE) expect(violations(to('c.example'), env, 'RESTRICTED', base)).toEqual([]);
  for (const label of ['PUBLIC', 'INTERNAL'] as const)
    expect(violations(to('c.example'), 'prod', label, base)).toEqual([]);
  const none = { network_egress: 'none', egress_allowlist: ['c.example'] };
  expect(violations(none, 'prod', 'RESTRICTED', base)).toEqual([]);
});

test('Secrets in prod and edge come from the list for that environment only.', () => {
  const base = together(ENFORCED, LISTS);
  const with_ = (...secrets_access: string[]) => ({ network_egress: 'none', secrets_access });
  expect(violations(with_('key'), 'prod', 'PUBLIC', base)).toEqual([]);
  expect(violations(with_('key', 'other'), 'prod', 'PUBLIC', base)).toEqual(['secret_not_allowed']);
  expect(violations(with_('KEY'), 'prod', 'PUBLIC', base)).toEqual(['secret_not_allowed']);
  expect(violations(with_('key'), 'edge', 'PUBLIC', base)).toEqual(['secret_not_allowed']);
  for (const env of LOOSE) expect(violations(with_('other'), env, 'RESTRICTED', base)).toEqual([]);
});

test.each(['/', '', 'tmp', './tmp', '../x', '/a/../b', '/a/..', '/..', '..', ' /a'])(
  'The write path %j is refused everywhere.',
  (path) => {
    for (const env of ENVS) {
      expect(violations({ network_egress: 'none', filesystem_writes: ['/ok', path] }, env)).toEqual([
        'write_path_refused',
      ]);
    }
  },
);

test.each(['/tmp', '/a/..b', '/a...', '/...', '//', '/a/./b', '/ ', '/tmp/'])(
  'The write path %j passes.',
  (path) => {
    for (const env of ENVS)
      expect(violations({ network_egress: 'none', filesystem_writes: [path] }, env)).toEqual([]);
  },
);

test('Under prof.edge.isolated only the egress none passes, and a missing envelope never does.', () => {
  for (const env of ENVS) {
    expect(violations(undefined, env, 'PUBLIC', ISOLATED)).toEqual(['envelope_missing']);
    expect(violations({ network_egress: 'none' }, env, 'PUBLIC', ISOLATED)).toEqual([]);
    expect(violations({ network_egress: 'allowlisted' }, env, 'PUBLIC', ISOLATED)).toEqual([
      'egress_not_none',
    ]);
  }
  for (const env of LOOSE) expect(violations({}, env, 'PUBLIC', ISOLATED)).toEqual(['egress_not_none']);
  for (const env of STRICT) expect(violations({}, env, 'PUBLIC', ISOLATED)).toEqual(['egress_unrestricted']);
  const off = { network_egress: 'allowlisted', egress_allowlist: ['c.example'] };
  expect(violations(off, 'edge', 'RESTRICTED', ISOLATED)).toEqual([
    'egress_not_allowlisted',
    'egress_not_none',
  ]);
});

test('Every violation is listed, sorted.', () => {
  const worst = {
    network_egress: 'allowlisted',
    egress_allowlist: ['c.example'],
    secrets_access: ['other'],
    filesystem_writes: ['/', '..'],
    tools: ['sh'],
  };
  const found = violations(worst, 'prod', 'RESTRICTED', together(ISOLATED, LISTS));
  expect(found).toEqual([
    'egress_not_allowlisted',
    'egress_not_none',
    'secret_not_allowed',
    'write_path_refused',
  ]);
  expect([...ENVELOPE_VIOLATIONS]).toEqual([...ENVELOPE_VIOLATIONS].sort());
});

const CONTROL = 'ctrl.privilege-envelopes-required';

test.each<[string, Scene]>([
  [
    'the rule',
    { rule: { decision: { required_controls_suggested: ['ctrl.privilege_envelopes_required'] } } },
  ],
  ['the record', { record: { required_controls: [CONTROL] } }],
  [
    'the candidate',
    {
      rule: {
        decision: {
          candidate_workers_ranked: [
            { worker_species_id: 'wrk.doc.summarizer', requires_controls_minimum: [CONTROL] },
          ],
        },
      },
    },
  ],
])('The control asks for the check where %s requires it.', (_title, scene) => {
  const bad = { currently_implements: [CONTROL], privilege_envelope: { filesystem_writes: ['/'] } };
  expect(decideScene({ record: bad })).toMatchObject({ outcome: 'DISPATCH', privilege_envelope_ok: null });
  expect(decideScene(together({ record: bad }, scene))).toMatchObject({
    deny_code: 'DENY_PRIVILEGE_ENVELOPE_VIOLATED',
    privilege_envelope_ok: false,
  });
});

test('Where no check is required the envelope has no effect, and where it passes the decision says so.', () => {
  const open = { record: { privilege_envelope: undefined }, input: { env: 'prod' } };
  expect(decideScene(open)).toMatchObject({ outcome: 'DISPATCH', privilege_envelope_ok: null });
  expect(decideScene(ENFORCED)).toMatchObject({ outcome: 'DISPATCH', privilege_envelope_ok: true });
});
