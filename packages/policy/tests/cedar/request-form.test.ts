import * as cedar from '@cedar-policy/cedar-wasm/nodejs';
import { DATA_LABELS, ENVS, QOS_CLASSES, TENANT_RISKS } from '@wcp/spec/document';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readPolicies } from '../../src/cedar/policy/read-policies.ts';
import { FULL_FORM, formOf, writeRequest } from '../../src/cedar/request/request-form.ts';
import { cedarSchema } from '../../src/cedar/request/schema.ts';

/** Conditions that read each member, alone and within what can hide it. */
const CONDITIONS = [
  'context.env == "prod"',
  '["PUBLIC", "INTERNAL"].contains(context.data_label)',
  'context.tenant_risk == "low" || context.qos_class == "P1"',
  'context.blast_score * 2 > 20',
  'context.capability_id like "cap.doc.*"',
  'context.tenant_id == "a" && context.worker_id like "org.*"',
  '(if context.rule_id == "r" then resource.risk_tier else resource.authority) == "low"',
  'context has privilege_context && context.privilege_context.hasTag("k")',
  'context has privilege_context && context.privilege_context.hasTag("k") && context.privilege_context.getTag("k") == "v"',
  'resource has privilege_envelope.network_egress && resource.privilege_envelope.network_egress == "none"',
  'resource has privilege_envelope && resource.privilege_envelope.tools.contains("git")',
  'resource.worker_species_id == "wrk.doc.summarizer" && context.policy_version == "policy.v0"',
  '{a: context.env, b: resource}.a == "dev"',
  'action in Action::"dispatch"',
  'action in [Action::"cap.web.fetch", Action::"cap.doc.chunk"]',
  'principal == Tenant::"a"',
  // Names of records that the JSON of a policy uses for itself.
  '{Var: context.env}.Var == "dev"',
  '{".": context.env}["."] == "prod"',
  '{"has": context.tenant_risk, ".": context.blast_score}["has"] == "low"',
  '[{".": context}].contains({".": context})',
  'context["qos_class"] == "P2"',
];

const texts = fc.constantFrom('a', 'b', 'r', 'low', 'org.example', 'wrk.doc.summarizer', 'policy.v0');
const request = fc.record({
  capability_id: fc.constantFrom('cap.doc.summarize', 'cap.doc.chunk', 'cap.web.fetch'),
  tenant_id: texts,
  env: fc.constantFrom(...ENVS),
  data_label: fc.constantFrom(...DATA_LABELS),
  tenant_risk: fc.constantFrom(...TENANT_RISKS),
  qos_class: fc.constantFrom(...QOS_CLASSES),
  policy_version: texts,
  rule_id: texts,
  worker_id: texts,
  worker_species_id: texts,
  authority: texts,
  risk_tier: fc.constantFrom('low', 'high'),
  blast_score: fc.integer({ min: 0, max: 25 }),
  privilege_envelope: fc.option(
    fc.record(
      { network_egress: fc.constantFrom('none' as const, 'unrestricted' as const), tools: fc.array(texts) },
      { requiredKeys: [] },
    ),
  ),
  privilege_context: fc.option(
    fc.dictionary(fc.constantFrom('k', 'l'), fc.oneof(fc.constant('v'), fc.json())),
  ),
});

const policy = fc
  .record({
    effect: fc.constantFrom('permit', 'forbid'),
    conditions: fc.array(fc.constantFrom(...CONDITIONS), { minLength: 1, maxLength: 3 }),
    join: fc.constantFrom(' && ', ' || '),
  })
  .map(({ effect, conditions, join }) => {
    const body = conditions.map((each) => `(${each})`).join(join);
    return `${effect}(principal, action, resource) when { ${body} };`;
  });

test('What the policies do not read cannot change their answer, and every request fits the schema', () => {
  const schema = cedarSchema();
  fc.assert(
    fc.property(fc.array(policy, { minLength: 1, maxLength: 4 }), request, (texts, asked) => {
      const policies = readPolicies(
        cedar,
        [{ name: 'main.cedar', place: 'main.cedar', text: texts.join('\n') }],
        [],
      );
      expect(policies).toHaveLength(texts.length);
      const staticPolicies = Object.fromEntries(policies.map(({ id, text }) => [id, text]));
      const projected = writeRequest(asked, formOf(policies));
      const full = writeRequest(asked, FULL_FORM);
      // The engine takes the hierarchy of actions from a schema, and refuses to be told it as well.
      const entities = full.entities.filter(({ uid }) => !('type' in uid && uid.type === 'Action'));
      const expected = cedar.isAuthorized({
        ...full,
        entities,
        schema,
        validateRequest: true,
        policies: { staticPolicies },
      });
      expect(expected).toMatchObject({ type: 'success', response: { diagnostics: { errors: [] } } });
      expect(sorted(cedar.isAuthorized({ ...projected, policies: { staticPolicies } }))).toEqual(
        sorted(expected),
      );
    }),
    { numRuns: 60 },
  );
});

test('A context that is compared as a whole is handed over as a whole', () => {
  const [policy] = readPolicies(
    cedar,
    [
      {
        name: 'main.cedar',
        place: 'main.cedar',
        text: 'forbid(principal, action, resource) when { [context].contains(context) };',
      },
    ],
    [],
  );
  expect(formOf(policy === undefined ? [] : [policy]).context).toEqual(FULL_FORM.context);
});

function sorted(answer: cedar.AuthorizationAnswer) {
  if (answer.type !== 'success') return answer;
  const { decision, diagnostics } = answer.response;
  return { decision, reason: diagnostics.reason.toSorted(), errors: diagnostics.errors };
}
