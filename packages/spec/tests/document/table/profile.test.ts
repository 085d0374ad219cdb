import { describe, expect, test } from 'vitest';
import { findEntity } from '../../../src/catalog/index.ts';
import { type Demand, makesDemand, PROFILE_POSTURES, postureOf } from '../../../src/document/index.ts';

const DEMANDS: readonly Demand[] = [
  'require_signatory',
  'require_credential',
  'require_worker_attestation',
  'enforce_privilege_envelopes',
];

const FLOOR = { dev: 0, stage: 0, prod: 0, edge: 0 };
const CEILING = { dev: 100, stage: 100, prod: 100, edge: 100 };
const STRICT = { dev: 100, stage: 10, prod: 6, edge: 6 };

describe('The postures of the profiles', () => {
  test.each([
    ['prof.dev.permissive', [], false, { ...FLOOR, dev: 100, stage: 25 }, CEILING],
    ['prof.prod.strict', DEMANDS, false, FLOOR, STRICT],
    ['prof.edge.isolated', DEMANDS, true, FLOOR, STRICT],
    ['prof.mem.rag-strict', [], false, FLOOR, CEILING],
  ])('%s changes what section 4.3 says', (profile, demands, egress_none, limits_at_least, limits_at_most) => {
    expect(postureOf(profile)).toEqual({
      meaning: expect.stringMatching(/\.$/),
      demands,
      egress_none,
      limits_at_least,
      limits_at_most,
    });
  });

  test('Every profile with a posture is in the catalog.', () => {
    for (const profile of PROFILE_POSTURES.keys()) expect(findEntity(profile)?.type).toBe('profile');
  });

  test.each([undefined, null, 'prof.notify.standard', 'constructor'])(
    'The profile %j changes no demand and no limit.',
    (profile) => {
      const { demands, egress_none, limits_at_least, limits_at_most } = postureOf(profile);
      expect([demands, egress_none, limits_at_least, limits_at_most]).toEqual([[], false, FLOOR, CEILING]);
    },
  );
});

describe('A demand', () => {
  test.each(DEMANDS)('%s is made by the configuration, by its profile, by both or by neither', (demand) => {
    expect(makesDemand({}, demand)).toBe(false);
    expect(makesDemand({ [demand]: false, profile: null }, demand)).toBe(false);
    expect(makesDemand({ [demand]: true }, demand)).toBe(true);
    expect(makesDemand({ [demand]: false, profile: 'prof.prod.strict' }, demand)).toBe(true);
    expect(makesDemand({ profile: 'prof.edge.isolated' }, demand)).toBe(true);
    expect(makesDemand({ profile: 'prof.dev.permissive' }, demand)).toBe(false);
  });
});
