import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PolicyGateRequest } from '@wcp/router';
import { DATA_LABELS, ENVS, QOS_CLASSES, TENANT_RISKS } from '@wcp/spec/document';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { cedarPolicies } from '../../src/cedar/index.ts';
import { type LoadedGate, openGate, type PolicySource } from '../../src/index.ts';
import { opaBundle } from '../../src/opa/index.ts';
import { policyFolder } from '../support/policy-folder.ts';
import type { Condition } from '../support/rego/assemble-module.ts';
import { opaBundleOf } from '../support/rego/opa-bundle.ts';
import { equals, rule } from '../support/rego/rules.ts';
import { gateRequest } from '../support/request.ts';

const EXAMPLE = join(import.meta.dirname, '../../example');

/** Requests near the policies: each value of a member is one that some policy names, or another one. */
const requests: fc.Arbitrary<PolicyGateRequest> = fc
  .record({
    capability_id: fc.constantFrom('cap.doc.summarize', 'cap.hello.greet', 'cap.doc.chunk'),
    tenant_id: fc.constantFrom('acme', 'beta', 'agent.example', 'other'),
    env: fc.constantFrom(...ENVS),
    data_label: fc.constantFrom(...DATA_LABELS),
    tenant_risk: fc.constantFrom(...TENANT_RISKS),
    qos_class: fc.constantFrom(...QOS_CLASSES),
    authority: fc.constantFrom('org.example', 'x.other'),
    risk_tier: fc.constantFrom('low', 'medium', 'high', 'critical'),
    blast_score: fc.integer({ min: 0, max: 25 }),
    privilege_context: fc.constantFrom(null, {}, { purpose: 'audit' }, { purpose: 'test' }, { purpose: 7 }),
  })
  .map((members) => gateRequest(members as Partial<PolicyGateRequest>));

/** One request for each decision of each pair, which a sample may miss. */
const WITNESSES = [
  gateRequest(),
  gateRequest({ env: 'prod', authority: 'x.other' }),
  gateRequest({ tenant_id: 'other', risk_tier: 'high' }),
  gateRequest({ tenant_id: 'agent.example', capability_id: 'cap.hello.greet' }),
  gateRequest({ capability_id: 'cap.hello.greet', data_label: 'INTERNAL' }),
];

async function open(source: PolicySource): Promise<LoadedGate> {
  const gate = await openGate(source, { timeout_ms: 10_000 });
  onTestFinished(() => gate.close());
  return gate;
}

/** The example is about a capability that no catalog has. */
const capabilities = async () => ['cap.hello.greet'];

interface Decided {
  readonly decision: string;
  readonly supervisor_level?: string;
}

/** What counts: the reasons are texts of their own. */
const decisionOf = ({ decision, supervisor_level }: Decided) => `${decision} ${supervisor_level}`;

const askAll = (gate: LoadedGate, asked: readonly PolicyGateRequest[]) =>
  Promise.all(asked.map(async (request) => decisionOf(await gate.decide(request))));

function interpret(file: string, inputs: readonly PolicyGateRequest[]): string[] {
  const program = join(import.meta.dirname, '../support/rego/interpret-rego.ts');
  const input = JSON.stringify({ rego: readFileSync(file, 'utf8'), rule: 'decision', inputs });
  const values = JSON.parse(
    execFileSync(process.execPath, [program], { input, encoding: 'utf8', timeout: 60_000 }),
  );
  return values.map(decisionOf);
}

test.for([
  ['the example', EXAMPLE, 'main'],
  ['policies with every kind of condition', import.meta.dirname, 'policies'],
] as const)(
  'Cedar and Rego, interpreted by OPA, decide the same about any request: %s.',
  async ([, folder, name]) => {
    const cedar = await open(cedarPolicies({ path: `${name}.cedar`, dir: folder, capabilities }));
    const asked = [...WITNESSES, ...fc.sample(requests, 200)];
    const [ours, theirs] = [await askAll(cedar, asked), interpret(join(folder, `${name}.rego`), asked)];
    expect(theirs).toHaveLength(asked.length);
    for (const [index, request] of asked.entries()) {
      expect({ request, is: theirs[index] }).toEqual({ request, is: ours[index] });
    }
    // A sample that decides one way only would show nothing.
    expect(new Set(ours).size).toBe(3);
  },
);

const compare = (member: string, is: Condition['is'], than: unknown): Condition => ({
  path: [member],
  is,
  than,
});

test('Cedar and a bundle of WebAssembly on the runtime of OPA decide the same about any request.', async () => {
  const [allow, deny] = [
    { decision: 'ALLOW', reason: 'x' },
    { decision: 'DENY', reason: 'x' },
  ];
  const human = { decision: 'REQUIRE_HUMAN', reason: 'x', supervisor_level: 'executor' };
  const summarize = equals('capability_id', 'cap.doc.summarize');
  const inDev = [equals('env', 'dev'), compare('blast_score', '<=', 12)];
  const purpose: Condition = { path: ['privilege_context', 'purpose'], is: '==', than: 'audit' };
  const bundle = await opaBundleOf([
    rule(deny, compare('authority', '!=', 'org.example'), compare('env', '!=', 'dev')),
    rule(deny, compare('blast_score', '>', 20)),
    rule(deny, equals('data_label', 'RESTRICTED'), equals('qos_class', 'P0')),
    rule(human, summarize, equals('risk_tier', 'high'), equals('tenant_risk', 'low')),
    rule(allow, equals('tenant_id', 'acme'), ...inDev),
    rule(allow, equals('tenant_id', 'beta'), ...inDev),
    rule(allow, equals('tenant_id', 'acme'), summarize, purpose),
    rule(deny),
  ]);
  const cedar = await open(cedarPolicies({ path: 'policies.cedar', dir: import.meta.dirname }));
  const rego = await open(opaBundle({ bundle: 'b.tar.gz', dir: policyFolder({ 'b.tar.gz': bundle }) }));
  const reached = new Set<string>();
  const same = fc.asyncProperty(requests, async (request) => {
    const ours = decisionOf(await cedar.decide(request));
    reached.add(ours);
    expect(decisionOf(await rego.decide(request))).toBe(ours);
  });
  await fc.assert(same, { numRuns: 1_000, examples: WITNESSES.map((request) => [request]) });
  expect([...reached].sort()).toEqual(['ALLOW undefined', 'DENY undefined', 'REQUIRE_HUMAN executor']);
});
