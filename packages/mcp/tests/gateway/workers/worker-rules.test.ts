import type { Containment } from '@wcp/hall';
import { type RegistryRecord, recordHash } from '@wcp/spec';
import { describe, expect, test } from 'vitest';
import { attestedRecord, workerRules } from '../../../src/gateway/workers/enrol-workers.ts';
import { isChanged } from '../../../src/gateway/workers/worker-packages.ts';

const NOTHING = { network_egress: 'none', secrets_access: [], filesystem_writes: [], tools: [] } as const;
const HASH = `sha256:${'a'.repeat(64)}` as const;

function recordWith(change: object = {}): RegistryRecord {
  const record = {
    worker_id: 'org.example.hello',
    worker_species_id: 'wrk.hello.greeter',
    capabilities: ['cap.hello.greet', 'cap.hello.bye'],
    risk_tier: 'low',
    privilege_envelope: NOTHING,
    ext: { tools: { 'cap.hello.greet': { input_schema: { type: 'object' } } } },
    ...change,
  };
  return { ...record, artifact_hash: recordHash(record) } as unknown as RegistryRecord;
}

function verdicts(
  record: RegistryRecord,
  state: Containment['state'],
  words: { run?: string[]; deny?: string[] } = {},
) {
  const delivery = { containment: () => ({ state, enforcement: null, message: null }) };
  const rules = workerRules(
    [record],
    { run: [], deny: [], ...words },
    new Map([[record.worker_id, delivery]]),
  );
  return (rules as { rule_id: string; decision: { escalation: object } }[]).map(({ rule_id, decision }) => [
    rule_id,
    Object.keys(decision.escalation).length === 0 ? 'run' : 'hold',
  ]);
}

const both = (verdict: string) => [
  ['cap.hello.greet', verdict],
  ['cap.hello.bye', verdict],
];

describe('The first rules of a worker', () => {
  test('One that can touch nothing, and is really contained, runs.', () => {
    expect(verdicts(recordWith(), 'contained')).toEqual(both('run'));
  });

  test.each(['declared', 'not_contained'] as const)(
    'Where nothing holds it to its envelope (%s), it waits.',
    (state) => {
      expect(verdicts(recordWith(), state)).toEqual(both('hold'));
    },
  );

  test.each([
    ['network', { network_egress: 'allowlisted', egress_allowlist: ['example.com'] }],
    ['network, because nothing else is said', { network_egress: undefined }],
    ['secrets', { secrets_access: ['KEY'] }],
    ['a place to write', { filesystem_writes: ['/srv'] }],
    ['tools', { tools: ['git'] }],
  ])('One whose envelope has %s waits.', (_, more) => {
    const record = recordWith({ privilege_envelope: JSON.parse(JSON.stringify({ ...NOTHING, ...more })) });
    expect(verdicts(record, 'contained')).toEqual(both('hold'));
  });

  test('One without an envelope waits, and so does one that the Hall does not reach.', () => {
    const { privilege_envelope: _, ...record } = recordWith();
    expect(verdicts(record as RegistryRecord, 'contained')).toEqual(both('hold'));
    expect(workerRules([recordWith()], { run: [], deny: [] }, new Map())).toMatchObject([
      { decision: { escalation: { human_required_default: true } } },
      { decision: { escalation: { human_required_default: true } } },
    ]);
  });

  test('What the operator names runs, and what the operator takes away gets no rule.', () => {
    expect(verdicts(recordWith(), 'declared', { run: ['cap.hello.greet'], deny: ['cap.hello.bye'] })).toEqual(
      [['cap.hello.greet', 'run']],
    );
  });
});

describe('A worker beside its enrolment', () => {
  const enrolled = attestedRecord({ record: recordWith(), code_hash: HASH }, '2026-01-01T00:00:00.000Z');

  test('It is enrolled under its own hash, attested by the hash of its package.', () => {
    expect(enrolled).toMatchObject({
      artifact_hash: recordHash(enrolled),
      attestation: { code_hash: HASH, hash_method: 'module', attested_by: 'namespace-key@org.example' },
    });
    expect(isChanged(enrolled, { record: recordWith(), code_hash: HASH })).toBe(false);
  });

  test('Other code is a change, and so is another description in a record outside of the package.', () => {
    expect(isChanged(enrolled, { record: recordWith(), code_hash: `sha256:${'b'.repeat(64)}` })).toBe(true);
    expect(isChanged(enrolled, { record: recordWith({ ext: {} }), code_hash: HASH })).toBe(true);
    expect(isChanged(enrolled, { record: recordWith({ ext: { tools: {} } }), code_hash: null })).toBe(true);
  });
});
