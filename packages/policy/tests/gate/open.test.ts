import { expect, test } from 'vitest';
import { cedarPolicies } from '../../src/cedar/index.ts';
import { openGate, type PolicySource } from '../../src/index.ts';
import { engineOf, finding, sourceOf } from '../support/fake-source.ts';
import { policyFolder } from '../support/policy-folder.ts';

async function codesOf(source: PolicySource): Promise<readonly string[]> {
  try {
    await openGate(source, { timeout_ms: 10 });
    return [];
  } catch (error) {
    expect(error).toMatchObject({ code: 'ERR_WCP_POLICY' });
    return (error as { findings: { code: string }[] }).findings.map(({ code }) => code);
  }
}

test('Policies that allow everything are refused at the start', async () => {
  const cedar = cedarPolicies({ path: policyFolder({ 'a.cedar': 'permit(principal, action, resource);' }) });
  expect(await codesOf(cedar)).toEqual(['POLICY_SELF_TEST_ALLOWED']);
  const always = { ...engineOf(() => null), decide: () => ({ decision: 'ALLOW', reason: '' }) as const };
  expect(await codesOf(sourceOf(() => always))).toEqual(['POLICY_SELF_TEST_ALLOWED']);
});

test('An engine that cannot answer the self-test is refused and closed, whatever it does instead', async () => {
  const ways: (() => unknown)[] = [() => undefined, () => new Promise(() => {}), () => Promise.reject('no')];
  for (const decide of ways) {
    const engine = engineOf(() => null);
    const broken = Object.assign(engine, { decide });
    expect(await codesOf(sourceOf(() => broken as typeof engine))).toEqual(['POLICY_SELF_TEST_UNANSWERED']);
    expect(engine.closed).toBe(1);
  }
});

test('Broken policies open nothing, and every finding is told', async () => {
  expect(await codesOf(sourceOf(() => [finding('A'), finding('B')]))).toEqual(['A', 'B']);
});
