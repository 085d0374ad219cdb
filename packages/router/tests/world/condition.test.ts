import { expect, test } from 'vitest';
import { compileMatch, MATCH_MEMBERS, matches, valuesOf } from '../../src/world/condition.ts';
import { makeInput, readAccepted } from '../support.ts';

test.each([
  ['an exact value', 'prod', ['prod']],
  ['{eq}', { eq: 'prod' as const }, ['prod']],
  ['{in}', { in: ['prod' as const, 'edge' as const] }, ['prod', 'edge']],
])('The condition %s accepts the values that it names.', (_title, condition, values) => {
  expect([...(valuesOf(condition) ?? [])]).toEqual(values);
});

test('{any: true} and an absent condition accept every value', () => {
  expect(valuesOf({ any: true })).toBeNull();
  expect(valuesOf(undefined)).toBeNull();
});

test('A rule may have conditions on six members.', () => {
  expect(MATCH_MEMBERS).toEqual([
    'capability_id',
    'env',
    'data_label',
    'tenant_risk',
    'qos_class',
    'tenant_id',
  ]);
});

test('An empty match accepts every input.', () => {
  expect(compileMatch({})).toEqual([]);
  expect(matches([], readAccepted(makeInput()))).toBe(true);
});

test.each(MATCH_MEMBERS)('A match on %s accepts the input with that value and no other.', (member) => {
  const input = readAccepted(makeInput());
  const compiled = compileMatch({ [member]: { in: [makeInput()[member]] } });
  expect(matches(compiled, input)).toBe(true);
  const other = {
    capability_id: 'cap.a.b',
    env: 'edge',
    data_label: 'PUBLIC',
    tenant_risk: 'high',
    qos_class: 'P0',
  };
  expect(matches(compiled, readAccepted({ ...makeInput({ tenant_id: 'tenant-z' }), ...other }))).toBe(false);
});

test('All conditions of a match must be met.', () => {
  const compiled = compileMatch({ env: 'dev', qos_class: 'P2', tenant_id: { any: true } });
  expect(compiled.map(([member]) => member)).toEqual(['env', 'qos_class']);
  expect(matches(compiled, readAccepted(makeInput()))).toBe(true);
  expect(matches(compiled, readAccepted(makeInput({ qos_class: 'P1' })))).toBe(false);
  expect(matches(compiled, readAccepted(makeInput({ env: 'stage' })))).toBe(false);
});
