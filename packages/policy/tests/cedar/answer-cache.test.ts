import * as cedar from '@cedar-policy/cedar-wasm/nodejs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AnswerCache } from '../../src/cedar/answer-cache.ts';
import { CedarEngine } from '../../src/cedar/cedar-engine.ts';
import type { Cedar } from '../../src/cedar/engine-package.ts';
import { readPolicies } from '../../src/cedar/policy/read-policies.ts';
import { gateRequest } from '../support/request.ts';

const POLICIES = `
@id("b") permit(principal, action, resource) when { context.env == "dev" };
@id("a") @wcp_outcome("human") @wcp_level("gatekeeper") permit(principal, action, resource) when { context.blast_score > 5 };
@id("c") forbid(principal == Tenant::"barred", action, resource);
@id("d") forbid(principal, action, resource)
when { context has privilege_context && context.privilege_context.hasTag("purpose")
  && context.privilege_context.getTag("purpose") == "resale" };`;

/** An engine, and how often Cedar was asked. */
function engineOf(text: string) {
  let asked = 0;
  const counted: Cedar = {
    ...cedar,
    statefulIsAuthorized: (call) => {
      asked += 1;
      return cedar.statefulIsAuthorized(call);
    },
  };
  const policies = readPolicies(counted, [{ name: 'main.cedar', place: 'main.cedar', text }], []);
  return { engine: new CedarEngine(counted, policies, 'v'), asked: () => asked };
}
const { signal } = new AbortController();

test('An answer is remembered for the equal question, and for no other', async () => {
  const purpose = fc.constantFrom(null, {}, { purpose: 'resale' }, { purpose: 'audit' }, { purpose: 7 });
  const request = fc
    .record({
      tenant_id: fc.constantFrom('acme', 'barred', 'a"c'),
      env: fc.constantFrom('dev', 'prod'),
      blast_score: fc.integer({ min: 0, max: 10 }),
      privilege_context: purpose,
      // Nothing that the policies read.
      rule_id: fc.constantFrom('r1', 'r2'),
    })
    .map((members) => gateRequest(members as Parameters<typeof gateRequest>[0]));
  const remembering = engineOf(POLICIES);
  const questions = new Set<string>();
  await fc.assert(
    fc.asyncProperty(request, async (asked) => {
      const fresh = engineOf(POLICIES);
      expect(await remembering.engine.decide(asked, signal)).toEqual(
        await fresh.engine.decide(asked, signal),
      );
      const { tenant_id, env, blast_score, privilege_context } = asked;
      questions.add(JSON.stringify([tenant_id, env, blast_score, privilege_context]));
      await fresh.engine.close();
    }),
    { numRuns: 300 },
  );
  expect(remembering.asked()).toBe(questions.size);
  await remembering.engine.close();
});

test('A policy that fails is asked again, and fails again', () => {
  const { engine, asked } = engineOf(
    'forbid(principal, action, resource) when { context.blast_score * 9223372036854775807 > 1 };',
  );
  const request = gateRequest({ blast_score: 3 });
  for (let turn = 0; turn < 3; turn += 1) expect(() => engine.decide(request, signal)).toThrow('failed');
  expect(asked()).toBe(3);
});

test('What is remembered is bounded by size, and nobody who got an answer can change it', () => {
  const cache = new AnswerCache();
  const answer = { decision: 'DENY', reason: 'x'.repeat(1_000) } as const;
  for (let index = 0; index < 10_000; index += 1) cache.set(`request ${index}`, { ...answer });
  expect(cache.get('request 0')).toBeUndefined();
  const kept = cache.get('request 9999');
  expect(kept).toEqual(answer);
  expect(() => Object.assign(kept as object, { decision: 'ALLOW' })).toThrow(TypeError);
  cache.set('y'.repeat(10_000), { ...answer });
  expect(cache.get('y'.repeat(10_000))).toBeUndefined();
});
