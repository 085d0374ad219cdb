import { QOS_CLASSES } from '@wcp/spec/document';
import { describe, expect, test } from 'vitest';
import { compileWorld, decide, effectiveQosClass, type World } from '../../src/index.ts';

const worldOf = (tenant_floors: object): World =>
  compileWorld({ rules: [], workers: [], config: { tenant_floors } });
const FACTS = { now: '2026-01-01T00:00:00.000Z', decision_id: '6b1f4c8e-0f5a-4f6e-8d43-0c8f5f0a7e21' };

function decided(world: World, tenant_id: string, qos_class: string): string {
  const input = {
    env: 'dev',
    data_label: 'PUBLIC',
    tenant_risk: 'low',
    correlation_id: 'corr-1',
    request: {},
  };
  return decide(world, FACTS, { ...input, capability_id: 'cap.doc.summarize', tenant_id, qos_class })
    .qos_class;
}

describe('The class that a request is served in', () => {
  const world = worldOf({ capped: { qos_class: 'P2' }, free: {}, '*': { qos_class: 'P1' } });

  test.each([
    ['capped', 'P0', 'P2'],
    ['capped', 'P3', 'P3'],
    ['free', 'P0', 'P0'],
    ['somebody', 'P0', 'P1'],
    ['somebody', 'P2', 'P2'],
  ])('Of %s, who says %s, it is %s.', (tenant, said, served) => {
    expect(effectiveQosClass(world, tenant, said)).toBe(served);
  });

  test('It is the class that the decision echoes, for every class and tenant.', () => {
    for (const tenant of ['capped', 'free', 'somebody']) {
      for (const said of QOS_CLASSES) {
        expect(effectiveQosClass(world, tenant, said)).toBe(decided(world, tenant, said));
      }
    }
  });

  test.each([undefined, null, 0, 'p0', 'interactive', '__proto__', ['P0'], { toString: () => 'P0' }])(
    'What is not a class (%j) is served last.',
    (said) => {
      expect(effectiveQosClass(world, 'free', said)).toBe('P3');
    },
  );

  test('A world that denies everything serves nobody before anybody else.', () => {
    const broken = compileWorld({ rules: 'none', workers: [], config: {} });
    expect(effectiveQosClass(broken, 'free', 'P0')).toBe('P3');
    expect(effectiveQosClass({} as World, 'free', 'P0')).toBe('P3');
  });

  test('A floor that only names other members lowers no class.', () => {
    expect(effectiveQosClass(worldOf({ free: { data_label: 'RESTRICTED' } }), 'free', 'P0')).toBe('P0');
  });
});
