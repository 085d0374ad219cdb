import { ENVS } from '@wcp/spec/document';
import { expect, test } from 'vitest';
import { decideScene, HASH, OTHER_HASH, type Scene, together, WORKER_ID } from '../support.ts';

const REQUIRED: Scene = { config: { require_worker_attestation: true } };
const BY_RULE: Scene = { rule: { decision: { preconditions: { deny_if_no_attestation_in_prod: true } } } };
const SIGNED_ONLY: Scene = {
  rule: { decision: { preconditions: { deny_if_unsigned_artifact_in_prod: true } } },
};
const bare = (hash: string): string => hash.slice('sha256:'.length);
const attested = (code_hash: unknown): Scene => ({ record: { attestation: { code_hash } } });
const live = (current_hash: unknown): Scene => ({ facts: { workers: { [WORKER_ID]: { current_hash } } } });
const banned = (...banned_hashes: string[]): Scene => ({ facts: { banned_hashes } });
const inEnv = (env: string): Scene => ({ input: { env } });

type Row = readonly [title: string, scene: Scene, code: string | null, valid: boolean | null];

const ROWS: readonly Row[] = [
  ['not required, nothing known', { record: { attestation: undefined } }, null, null],
  ['not required, malformed', attested('x'), null, null],
  ['not required, changed', live(OTHER_HASH), null, null],
  ['required and the same', together(REQUIRED, live(HASH)), null, true],
  ['required, the record bare', together(REQUIRED, attested(bare(HASH)), live(HASH)), null, true],
  ['required, the live one bare', together(REQUIRED, live(bare(HASH))), null, true],
  [
    'no attestation',
    together(REQUIRED, { record: { attestation: undefined } }),
    'DENY_WORKER_ATTESTATION_MISSING',
    false,
  ],
  [
    'an attestation without a hash',
    together(REQUIRED, { record: { attestation: { code_hash: undefined } } }, live(HASH)),
    'DENY_WORKER_ATTESTATION_MISSING',
    false,
  ],
  [
    'a hash of null',
    together(REQUIRED, attested(null), live(HASH)),
    'DENY_WORKER_ATTESTATION_MISSING',
    false,
  ],
  ...['', 'sha256:', HASH.toUpperCase(), `sha512:${bare(HASH)}`, `${HASH}0`, 7, {}, [], true].map(
    (hash): Row => [
      `a code hash of ${JSON.stringify(hash)}`,
      together(REQUIRED, attested(hash), live(HASH)),
      'DENY_WORKER_ATTESTATION_INVALID_HASH',
      false,
    ],
  ),
  ['no live hash', REQUIRED, 'DENY_WORKER_HASH_UNAVAILABLE', false],
  ['a live hash of null', together(REQUIRED, live(null)), 'DENY_WORKER_HASH_UNAVAILABLE', false],
  ['a malformed live hash', together(REQUIRED, live('sha256:xyz')), 'DENY_WORKER_HASH_UNAVAILABLE', false],
  ['another live hash', together(REQUIRED, live(OTHER_HASH)), 'DENY_WORKER_TAMPERED', false],
  [
    'the attested hash banned',
    together(REQUIRED, live(OTHER_HASH), banned(HASH)),
    'DENY_WORKER_BANNED',
    false,
  ],
  [
    'the live hash banned',
    together(REQUIRED, live(OTHER_HASH), banned(OTHER_HASH)),
    'DENY_WORKER_BANNED',
    false,
  ],
  ['banned in bare form', together(REQUIRED, live(HASH), banned(bare(HASH))), 'DENY_WORKER_BANNED', false],
  [
    'banned, the live one bare',
    together(REQUIRED, live(bare(OTHER_HASH)), banned(OTHER_HASH)),
    'DENY_WORKER_BANNED',
    false,
  ],
  ['banned though not required', banned(OTHER_HASH, HASH), 'DENY_WORKER_BANNED', null],
  [
    'the live hash banned though not required',
    together(live(OTHER_HASH), banned(OTHER_HASH)),
    'DENY_WORKER_BANNED',
    null,
  ],
  ['a ban on others', together(REQUIRED, live(HASH), banned(OTHER_HASH)), null, true],
  ['a malformed code hash is on no ban list', together(attested('missing'), banned(HASH)), null, null],
  ['an empty ban list', together(REQUIRED, live(HASH), banned()), null, true],
];

test.each(ROWS)('Step 10 judges the code of a worker: %s', (_title, scene, code, valid) => {
  const decision = decideScene(scene);
  expect(decision.deny_code).toBe(code);
  expect(decision.worker_attestation_valid).toBe(valid);
  expect(decision.worker_attestation_checked).toBe(valid !== null);
});

test.each(ENVS)('The precondition deny_if_no_attestation_in_prod is in force in prod and edge: %s', (env) => {
  const strict = env === 'prod' || env === 'edge';
  const decision = decideScene(together(BY_RULE, inEnv(env)));
  expect(decision.deny_code).toBe(strict ? 'DENY_WORKER_HASH_UNAVAILABLE' : null);
  expect(decision.worker_attestation_checked).toBe(strict);
  expect(decision.preconditions_checked?.includes('deny_if_no_attestation_in_prod')).toBe(strict);
});

test.each(ENVS)(
  'The precondition deny_if_unsigned_artifact_in_prod is in force in prod and edge: %s',
  (env) => {
    const strict = env === 'prod' || env === 'edge';
    const unsigned = decideScene(together(SIGNED_ONLY, inEnv(env)));
    expect(unsigned.deny_code).toBe(strict ? 'DENY_UNSIGNED_ARTIFACT' : null);
    expect(unsigned.worker_attestation_valid).toBeNull();
    const facts = { workers: { [WORKER_ID]: { signed: true } } };
    const signed = decideScene(together(SIGNED_ONLY, inEnv(env), { facts }));
    expect(signed.deny_code).toBeNull();
    expect(signed.preconditions_checked?.includes('deny_if_unsigned_artifact_in_prod')).toBe(strict);
  },
);

test('An attested worker that is merely unsigned keeps worker_attestation_valid true.', () => {
  const decision = decideScene(together(REQUIRED, SIGNED_ONLY, inEnv('prod'), live(HASH)));
  expect(decision).toMatchObject({ deny_code: 'DENY_UNSIGNED_ARTIFACT', worker_attestation_valid: true });
});

test('A precondition that is false demands nothing, and the four permanent ones cannot be switched off.', () => {
  const decision = decideScene({
    input: { env: 'prod' },
    rule: {
      decision: {
        preconditions: {
          deny_if_no_attestation_in_prod: false,
          deny_if_unsigned_artifact_in_prod: false,
          deny_if_missing_required_controls: false,
          must_have_correlation_id: false,
          must_attach_policy_version: false,
          must_record_artifact_hash_if_executes: false,
        },
        required_controls_suggested: ['org.acme.more'],
      },
    },
  });
  expect(decision.deny_code).toBe('DENY_MISSING_REQUIRED_CONTROLS');
  expect(decision.preconditions_checked).toEqual([
    'deny_if_missing_required_controls',
    'must_attach_policy_version',
    'must_have_correlation_id',
    'must_record_artifact_hash_if_executes',
  ]);
});

test('The list preconditions_checked is sorted.', () => {
  const { preconditions_checked } = decideScene(together(BY_RULE, SIGNED_ONLY, inEnv('edge'), live(HASH)));
  expect(preconditions_checked).toHaveLength(6);
  expect(preconditions_checked).toEqual([...(preconditions_checked ?? [])].sort());
});
