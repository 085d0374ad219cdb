import { expect, test } from 'vitest';
import { compileWorld, decide } from '../../src/index.ts';
import {
  AUDIT,
  decideScene,
  documentsOf,
  HASH,
  type Members,
  makeFacts,
  makeInput,
  makeRecord,
  makeRule,
  OTHER_HASH,
  type Scene,
  SPECIES,
} from '../support.ts';

const EMBEDDER = 'wrk.mem.embedder';
const FETCHER = 'wrk.web.fetcher';
const MORE = 'org.acme.more';

/** A scene with these candidates and workers. */
function staffed(candidates: readonly Members[], workers: readonly Members[], scene: Scene = {}): Scene {
  return {
    ...scene,
    rules: () => [makeRule({ decision: { candidate_workers_ranked: candidates, ...scene.rule } })],
    workers: () => workers.map((worker) => makeRecord(worker)),
  };
}

const skips = (scene: Scene): unknown[] =>
  decideScene(scene).candidate_workers_ranked.map(({ skip_reason }) => skip_reason);

test('The first species with an eligible worker wins, and those after it are not examined.', () => {
  const scene = staffed(
    [
      { worker_species_id: FETCHER },
      {
        worker_species_id: EMBEDDER,
        score_hint: 2,
        requires_controls_minimum: ['ctrl.obs.audit_log_append_only'],
      },
      { worker_species_id: SPECIES },
      { worker_species_id: FETCHER, score_hint: null },
    ],
    [{}, { worker_id: 'org.acme.embedder.one', worker_species_id: EMBEDDER }],
  );
  expect(decideScene(scene)).toMatchObject({
    outcome: 'DISPATCH',
    worker_id: 'org.acme.embedder.one',
    selected_worker_species_id: EMBEDDER,
    candidate_workers_ranked: [
      {
        worker_species_id: FETCHER,
        score_hint: null,
        requires_controls_minimum: [],
        skip_reason: 'not_enrolled',
      },
      { worker_species_id: EMBEDDER, score_hint: 2, requires_controls_minimum: [AUDIT], skip_reason: null },
      {
        worker_species_id: SPECIES,
        score_hint: null,
        requires_controls_minimum: [],
        skip_reason: 'already_selected',
      },
      {
        worker_species_id: FETCHER,
        score_hint: null,
        requires_controls_minimum: [],
        skip_reason: 'already_selected',
      },
    ],
  });
});

test('Without any candidate there is no available worker.', () => {
  const decision = decideScene(staffed([], [{}]));
  expect(decision).toMatchObject({ deny_code: 'DENY_NO_AVAILABLE_WORKER', candidate_workers_ranked: [] });
});

test('The code is DENY_MISSING_REQUIRED_CONTROLS only where every candidate lacks controls, and `missing` is their union.', () => {
  const lacking = [
    { worker_species_id: SPECIES, requires_controls_minimum: [MORE] },
    {
      worker_species_id: EMBEDDER,
      requires_controls_minimum: ['ctrl.net.egress_denied', 'ctrl.net.egress-denied'],
    },
  ];
  const workers = [
    {},
    { worker_id: 'org.acme.b', required_controls: ['org.acme.own'] },
    { worker_id: 'org.acme.c', worker_species_id: EMBEDDER },
    {
      worker_id: 'org.acme.d',
      worker_species_id: EMBEDDER,
      allowed_environments: [],
      required_controls: ['org.acme.unseen'],
    },
  ];
  const decision = decideScene(staffed(lacking, workers));
  expect(decision.deny_reason_if_denied).toMatchObject({
    code: 'DENY_MISSING_REQUIRED_CONTROLS',
    missing: ['ctrl.net.egress-denied', MORE, 'org.acme.own'],
  });
  const mixed = decideScene(staffed([...lacking, { worker_species_id: FETCHER }], workers));
  expect(mixed.deny_code).toBe('DENY_NO_AVAILABLE_WORKER');
  expect(mixed.deny_reason_if_denied).not.toHaveProperty('missing');
});

test('The code is DENY_UNTRUSTED_AUTHORITY only where every candidate has an untrusted authority.', () => {
  const scene = staffed(
    [
      { worker_species_id: SPECIES, authorities: ['org.globex'] },
      { worker_species_id: EMBEDDER, authorities: [] },
    ],
    [{}, { worker_id: 'org.acme.e', worker_species_id: EMBEDDER }],
  );
  expect(skips(scene)).toEqual(['untrusted_authority', 'untrusted_authority']);
  expect(decideScene(scene).deny_code).toBe('DENY_UNTRUSTED_AUTHORITY');
  const mixed = staffed(
    [{ worker_species_id: SPECIES, authorities: [] }, { worker_species_id: FETCHER }],
    [{}],
  );
  expect(decideScene(mixed).deny_code).toBe('DENY_NO_AVAILABLE_WORKER');
});

test.each([
  ['null trusts any', null, undefined, 'DISPATCH'],
  ['a list trusts its own', ['org.acme'], undefined, 'DISPATCH'],
  ['an empty list trusts none', [], undefined, 'DENY'],
  ['a candidate allows any with null', ['org.acme'], null, 'DISPATCH'],
  ['a candidate allows its own', null, ['org.acme', 'org.globex'], 'DISPATCH'],
  ['a candidate with an empty list allows none', null, [], 'DENY'],
  ['both must hold: the Hall does not trust', ['org.globex'], ['org.acme'], 'DENY'],
  ['both must hold: the candidate does not allow', ['org.acme'], ['org.globex'], 'DENY'],
])(
  'Trust compares the authority of the worker id: %s',
  (_title, trusted_authorities, authorities, outcome) => {
    const candidate = { worker_species_id: SPECIES, ...(authorities === undefined ? {} : { authorities }) };
    expect(decideScene(staffed([candidate], [{}], { config: { trusted_authorities } })).outcome).toBe(
      outcome,
    );
  },
);

test('A worker without allowed_environments runs in dev only, one with an empty list nowhere.', () => {
  const only = (allowed: unknown, env: string) =>
    skips({ record: { allowed_environments: allowed }, input: { env } })[0];
  expect(only(undefined, 'dev')).toBeNull();
  for (const env of ['stage', 'prod', 'edge']) expect(only(undefined, env)).toBe('env_not_allowed');
  expect(only([], 'dev')).toBe('env_not_allowed');
});

test.each([
  ['1.1.0', '1.1.0', null],
  ['1.1.0', 'wcp-catalog@1.1.0', null],
  ['1.10.0', '1.9.0', null],
  ['1.1.0', '1.1.1', 'catalog_incompatible'],
  ['wcp-catalog@1.1.0', '2.0.0', 'catalog_incompatible'],
])('Under catalog %s a worker that needs catalog %s: %s', (catalogVersion, least, reason) => {
  expect(skips({ catalogVersion, record: { catalog_version_min: least } })).toEqual([reason]);
});

test('A worker without an entry is available; only false makes it unavailable.', () => {
  const seen = (entry: Members | undefined) =>
    skips({ facts: { workers: entry === undefined ? {} : { 'org.acme.doc-summarizer.prod-01': entry } } })[0];
  expect(seen(undefined)).toBeNull();
  expect(seen({})).toBeNull();
  expect(seen({ available: true })).toBeNull();
  expect(seen({ available: false })).toBe('unavailable');
});

test('The required controls are those of rule, profile, candidate and record, each once and sorted.', () => {
  const decision = decideScene(
    staffed(
      [{ worker_species_id: SPECIES, requires_controls_minimum: ['org.acme.b', AUDIT] }],
      [
        {
          required_controls: ['org.acme.c'],
          currently_implements: [
            'org.acme.c',
            'org.acme.b',
            'org.acme.a',
            AUDIT,
            'ctrl.mem.provenance_required',
            'org.acme.z',
          ],
        },
      ],
      {
        config: { profile: 'prof.mem.rag-strict' },
        rule: { required_controls_suggested: ['org.acme.a', 'ctrl.obs.audit_log_append_only'] },
      },
    ),
  );
  const controls = ['ctrl.mem.provenance-required', AUDIT, 'org.acme.a', 'org.acme.b', 'org.acme.c'];
  expect(decision).toMatchObject({
    outcome: 'DISPATCH',
    required_controls_effective: controls,
    controls_applied: controls,
  });
});

// --- R7: nothing is pooled

test('Controls are never pooled over workers of one species: two halves do not make one worker.', () => {
  const scene = staffed(
    [{ worker_species_id: SPECIES, requires_controls_minimum: ['org.acme.a', 'org.acme.b'] }],
    [
      { worker_id: 'org.acme.one', currently_implements: ['org.acme.a'] },
      { worker_id: 'org.acme.two', currently_implements: ['org.acme.b'] },
      {
        worker_id: 'org.globex.three',
        worker_species_id: EMBEDDER,
        currently_implements: ['org.acme.a', 'org.acme.b'],
      },
    ],
  );
  expect(decideScene(scene)).toMatchObject({
    deny_code: 'DENY_MISSING_REQUIRED_CONTROLS',
    deny_reason_if_denied: { missing: ['org.acme.a', 'org.acme.b'] },
  });
});

test('An enrolment by one authority changes nothing for the worker of another.', () => {
  const alone: Scene = {
    config: { require_worker_attestation: true, enforce_privilege_envelopes: true },
    input: { env: 'prod' },
    record: { attestation: undefined },
  };
  expect(decideScene(alone).deny_code).toBe('DENY_WORKER_ATTESTATION_MISSING');
  const stranger = makeRecord({
    worker_id: 'x.ada.one',
    attestation: { code_hash: OTHER_HASH },
    allowed_environments: ['dev'],
  });
  const facts = makeFacts({ workers: { 'x.ada.one': { current_hash: OTHER_HASH, signed: true } } });
  const { workers, ...rest } = documentsOf(alone);
  const together = compileWorld({ ...rest, workers: [...(workers as unknown[]), stranger] });
  expect(decide(together, facts, makeInput(alone.input)).deny_code).toBe('DENY_WORKER_ATTESTATION_MISSING');
});

test('Environments, hashes and envelopes are those of the selected worker alone.', () => {
  const workers = [
    { worker_id: 'org.acme.dev', allowed_environments: ['dev'], attestation: { code_hash: HASH } },
    {
      worker_id: 'org.acme.prod',
      allowed_environments: ['prod'],
      attestation: { code_hash: OTHER_HASH },
      privilege_envelope: { network_egress: 'unrestricted' },
    },
  ];
  const facts = {
    workers: { 'org.acme.dev': { current_hash: HASH }, 'org.acme.prod': { current_hash: HASH } },
  };
  const config = { require_worker_attestation: true };
  const scene = staffed([{ worker_species_id: SPECIES }], workers, { config, facts });
  expect(decideScene(scene)).toMatchObject({ outcome: 'DISPATCH', worker_id: 'org.acme.dev' });
  expect(decideScene({ ...scene, input: { env: 'prod' } }).deny_code).toBe('DENY_WORKER_TAMPERED');
});
