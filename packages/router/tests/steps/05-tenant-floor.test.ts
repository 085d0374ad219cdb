import { expect, test } from 'vitest';
import { explain, type PolicyGateRequest } from '../../src/index.ts';
import { ALLOW, decideScene, makeFacts, makeInput, type Scene, together, worldOf } from '../support.ts';

const RAISED = { data_label: 'RESTRICTED', tenant_risk: 'high', qos_class: 'P3' } as const;
const SAID = { data_label: 'PUBLIC', tenant_risk: 'low', qos_class: 'P0' } as const;
const FLOORED: Scene = { input: SAID, config: { tenant_floors: { 'tenant-a': RAISED } } };
const CLOSED: Scene = {
  config: { tenant_floors: { '*': { environments: ['prod'], data_label: 'INTERNAL' } } },
};

test('A tenant that relabels RESTRICTED as PUBLIC is judged as if it had said RESTRICTED.', () => {
  expect(decideScene(FLOORED)).toEqual(decideScene({ ...FLOORED, input: RAISED }));
  expect(decideScene(FLOORED)).toMatchObject({ outcome: 'DISPATCH', ...RAISED });
});

test('The policy gate is asked about the values that the floor gives.', () => {
  const asked: PolicyGateRequest[] = [];
  const gate = (request: PolicyGateRequest) => {
    asked.push(request);
    return ALLOW;
  };
  decideScene(together(FLOORED, { gate, rule: { decision: { escalation: { policy_gate: true } } } }));
  expect(asked).toMatchObject([RAISED]);
});

test('An environment that is not open to the tenant is denied, and the explanation leads to one that is.', () => {
  const { decision, steps, changes } = explain(worldOf(CLOSED), makeFacts(), makeInput());
  expect(decision.deny_code).toBe('DENY_TENANT_ENV_NOT_ALLOWED');
  expect(steps.find(({ status }) => status === 'denied')).toMatchObject({ step: 4 });
  expect(changes).toEqual([{ where: 'input', path: '/env', from: 'dev', to: 'prod' }]);
});

test('Where only the environment is closed, the explanation still knows the rule that would match.', () => {
  const scene = together(CLOSED, { rule: { decision: { required_controls_suggested: ['org.acme.a'] } } });
  const { changes } = explain(worldOf(scene), makeFacts(), makeInput());
  expect(changes?.map(({ where }) => where)).toEqual(['worker', 'input']);
});
