// Registry records: species with none to three workers of several authorities, some of them broken.

import { generateControls } from './generate-rules.ts';
import { ENVS } from './ids.ts';
import type { RouteInput } from './input.ts';
import type { Obj } from './json.ts';
import {
  AUTHORITIES,
  BARE_HASHES,
  CAPABILITIES,
  CATALOG_PROFILES,
  CONTROLS,
  HASHES,
  HOSTS,
  MALFORMED_HASHES,
  SECRETS,
  SPECIES,
} from './pools.ts';
import type { Rng } from './prng.ts';
import { recordHash } from './records.ts';

export function generateWorkers(rng: Rng, target: RouteInput): Obj[] {
  const records = SPECIES.flatMap((species) =>
    Array.from(
      {
        length: rng.weighted([
          [14, 0],
          [40, 1],
          [30, 2],
          [16, 3],
        ]),
      },
      (_, index) => generateRecord(rng, target, species, index),
    ),
  );
  const twice = rng.some(records, 0.04).map((record) => ({
    ...generateRecord(rng, target, rng.pick(SPECIES), 0),
    worker_id: record['worker_id'],
  }));
  return rng.shuffled([...records, ...twice].map((record) => finished(rng, record)));
}

function generateRecord(rng: Rng, target: RouteInput, species: string, index: number): Obj {
  const authority = rng.pick(AUTHORITIES);
  const kind = species.split('.').at(-1) ?? '';
  const envs = rng.chance(0.75) ? ENVS : rng.some(ENVS, 0.6);
  return {
    worker_id: `${authority}.${kind}${rng.pick(['', '.prod'])}-${index}`,
    worker_species_id: species,
    capabilities: rng.chance(0.93)
      ? [target.capability_id, ...rng.some(CAPABILITIES, 0.2)]
      : [rng.pick(CAPABILITIES)],
    risk_tier: rng.pick(['low', 'medium', 'high', 'critical']),
    currently_implements: generateImplemented(rng),
    ...rng.maybe(0.2, 'required_controls', () => generateControls(rng, 0.3)),
    ...rng.maybe(0.95, 'allowed_environments', () => envs),
    ...rng.maybe(0.2, 'idempotency', () => rng.pick(['full', 'partial', 'none'])),
    ...rng.maybe(0.2, 'determinism', () => rng.pick(['captured', 'nondeterministic', 'non-deterministic'])),
    ...rng.maybe(0.8, 'privilege_envelope', () => generateEnvelope(rng)),
    ...rng.maybe(0.9, 'blast_radius', () => generateRadius(rng)),
    ...rng.maybe(0.4, 'owner', () => authority),
    ...rng.maybe(0.1, 'contact', () => 'ops@example.org'),
    ...rng.maybe(0.1, 'notes', () => ''),
    ...rng.maybe(0.2, 'catalog_version_min', () =>
      rng.pick(['1.0.0', 'wcp-catalog@0.9.0', '1.1.0', '2.0.0']),
    ),
    ...rng.maybe(0.8, 'attestation', () => generateAttestation(rng, authority)),
    ...rng.maybe(0.05, 'ext', () => ({ anything: [1, { goes: true }] })),
    ...rng.maybe(0.05, 'unlisted', () => rng.pick([null, 1, 'x'])),
  };
}

const generateImplemented = (rng: Rng): string[] => {
  const all = [...CONTROLS, ...(rng.chance(0.8) ? Object.values(CATALOG_PROFILES).flat() : [])];
  const implemented = rng.chance(0.65) ? all : rng.some(all, 0.7);
  return implemented.map((id) => (id.startsWith('ctrl.') && rng.chance(0.3) ? id.replaceAll('-', '_') : id));
};

const generateEnvelope = (rng: Rng): Obj => ({
  ...rng.maybe(0.92, 'network_egress', () =>
    rng.weighted([
      [50, 'none'],
      [40, 'allowlisted'],
      [10, 'unrestricted'],
    ]),
  ),
  ...rng.maybe(0.5, 'egress_allowlist', () => rng.some(HOSTS, 0.45)),
  ...rng.maybe(0.3, 'secrets_access', () => rng.some(SECRETS, 0.35)),
  ...rng.maybe(0.3, 'filesystem_writes', () =>
    rng.chance(0.75)
      ? rng.some(['/tmp/work', '/var/..data', '/a//b/', '/x/./y', '/...'], 0.4)
      : rng.some(['/', '', 'tmp', '../x', '/a/../b', '/a/..', '//', '..'], 0.3),
  ),
  ...rng.maybe(0.1, 'tools', () => ['grep']),
});

const DIMENSIONS = ['data', 'network', 'financial', 'time'];

const generateRadius = (rng: Rng): Obj => ({
  ...Object.fromEntries(
    DIMENSIONS.filter(() => rng.chance(0.97)).map((name) => [name, rng.pick([0, 0, 0, 1, 1, 2, 4])]),
  ),
  ...rng.maybe(0.97, 'reversibility', () =>
    rng.pick([0, 0, 1, 3, 'reversible', 'reversible', 'partially-reversible', 'difficult', 'irreversible']),
  ),
});

const generateAttestation = (rng: Rng, authority: string): Obj => ({
  ...rng.maybe(0.95, 'code_hash', () =>
    rng.weighted<unknown>([
      [75, rng.pick(HASHES)],
      [12, rng.pick(BARE_HASHES)],
      [6, rng.pick(MALFORMED_HASHES)],
      [3, rng.pick([7, {}, [], true])],
      [4, null],
    ]),
  ),
  ...rng.maybe(0.3, 'hash_method', () =>
    rng.pick(['file', 'module', 'container', 'signed-manifest', 'mcp-tool']),
  ),
  ...rng.maybe(0.2, 'attested_at', () => 'yesterday'),
  ...rng.maybe(0.3, 'attested_by', () => `namespace-key@${authority}`),
  ...rng.maybe(0.1, 'source', () => 'ci'),
  ...rng.maybe(0.05, 'more', () => 1),
});

/** The record with its hash, or one that must not be enrolled. */
function finished(rng: Rng, record: Obj): Obj {
  if (rng.chance(0.02)) return { ...record, artifact_hash: rng.pick([...HASHES, ...MALFORMED_HASHES, null]) };
  const content = rng.chance(0.05) ? broken(rng, record) : record;
  const hash = recordHash(content) ?? HASHES[0];
  const artifact_hash = rng.chance(0.1) ? hash?.replace('sha256:', '') : hash;
  return rng.chance(0.005) ? content : { ...content, artifact_hash };
}

function broken(rng: Rng, record: Obj): Obj {
  const change = (name: string, value: unknown): Obj => ({ ...record, [name]: value });
  const inside = (name: string, more: Obj): Obj =>
    change(name, { ...(record[name] as Obj | undefined), ...more });
  return rng.pick([
    () => change('owner', rng.pick(['org.other', null, 'org.acme ', 7])),
    () => inside('attestation', { attested_by: rng.pick(['namespace-key@org.other', 'org.acme', null, 3]) }),
    () => inside('attestation', { hash_method: rng.pick(['folder', null]) }),
    () =>
      inside(
        'blast_radius',
        rng.pick<Obj>([{ other: 0 }, { data: 6 }, { time: null }, { reversibility: 'maybe' }]),
      ),
    () =>
      inside(
        'privilege_envelope',
        rng.pick<Obj>([{ other: 0 }, { tools: 'grep' }, { network_egress: null }]),
      ),
    () =>
      change('capabilities', rng.pick([[], null, 'cap.doc.summarize', ['cap.doc_summarize'], ['wrk.a.b']])),
    () => change('risk_tier', rng.pick(['severe', null])),
    () =>
      change(
        'worker_id',
        rng.pick(['acme.a.b', 'org.acme', 'org.acme.Big.one', 'x.ada.a_b', null, 'org.a.b.c.d']),
      ),
    () => change('worker_species_id', rng.pick(['wrk.doc_summarizer', 'cap.doc.summarize', null])),
    () => change('allowed_environments', rng.pick([null, 'dev', ['test'], []])),
    () => change('required_controls', rng.pick([null, ['cap.doc.summarize'], ['ctrl.Upper.x'], 'ctrl.a.b'])),
    () => change('currently_implements', rng.pick([null, ['prof.a.b'], {}])),
    () => change(rng.pick(['contact', 'notes', 'ext', 'attestation', 'idempotency', 'determinism']), null),
    () => change('catalog_version_min', rng.pick(['1.0', '', null, 1])),
    () => change('notes', '\ud800'),
  ])();
}
