import * as cedar from '@cedar-policy/cedar-wasm/nodejs';
import { expect, onTestFinished, test } from 'vitest';
import { cedarPolicies, cedarSchema } from '../../src/cedar/index.ts';
import { readPolicies } from '../../src/cedar/policy/read-policies.ts';
import { validatePolicies, validateWith } from '../../src/cedar/policy/validate-policies.ts';
import { type LoadedGate, openGate } from '../../src/index.ts';
import { policyFolder } from '../support/policy-folder.ts';
import { gateRequest } from '../support/request.ts';

const PERMIT = 'permit(principal == Tenant::"acme", action, resource) when { context.env == "dev" };';
/** Cedar compares each character of the pattern with each of the text, which a caller may write. */
const purposeLike = (pattern: string) => `forbid(principal, action, resource)
when { context has privilege_context && context.privilege_context.hasTag("purpose")
  && context.privilege_context.getTag("purpose") like "${pattern}" };`;

async function open(text: string, timeout_ms = 20_000): Promise<LoadedGate> {
  const dir = policyFolder({ 'main.cedar': text });
  const gate = await openGate(cedarPolicies({ path: 'main.cedar', dir }), { timeout_ms });
  onTestFinished(() => gate.close());
  return gate;
}

const withPurpose = (purpose: string) => gateRequest({ privilege_context: { purpose } });
const codeOf = async (verdict: ReturnType<LoadedGate['decide']>) =>
  Promise.resolve(verdict).then(
    ({ decision }) => decision,
    ({ code }) => code,
  );

test('A request that takes too long is denied and ended, the process goes on, and the next one is answered', async () => {
  const gate = await open(`${PERMIT}\n${purposeLike(`*${'a'.repeat(1_000)}b*`)}`, 1_000);
  const late = codeOf(gate.decide(withPurpose('a'.repeat(1_000_000))));
  // In this thread nothing waits for the engine: a short request is answered before the long one.
  expect(gate.decide(gateRequest())).toMatchObject({ decision: 'ALLOW' });
  expect(await late).toBe('ERR_WCP_POLICY_ENGINE');
  const next = () => codeOf(gate.decide(withPurpose('a'.repeat(3_000))));
  await expect.poll(next, { timeout: 40_000 }).toBe('ALLOW');
});

test('A large request is decided as a small one is, though in a thread', async () => {
  const gate = await open(`${PERMIT}\n${purposeLike('*audit*')}`);
  const long = 'x'.repeat(1_000_000);
  for (const [purpose, decision] of [
    [long, 'ALLOW'],
    [`${long} audit`, 'DENY'],
  ] as const) {
    const verdict = gate.decide(withPurpose(purpose));
    expect(verdict).toBeInstanceOf(Promise);
    expect(await verdict).toMatchObject({ decision, policy_version: gate.policy_version });
  }
});

test('Many policies are examined and asked in a thread, and decide as few do', async () => {
  const others = Array.from(
    { length: 300 },
    (_, index) =>
      `@id("p${index}") permit(principal == Tenant::"t${index}", action, resource) when { context.env == "stage" };`,
  );
  const gate = await open([...others, PERMIT].join('\n'));
  const asked = [
    gateRequest(),
    gateRequest({ tenant_id: 't7', env: 'stage' }),
    gateRequest({ env: 'stage' }),
  ];
  const verdicts = await Promise.all(asked.map((request) => gate.decide(request)));
  expect(verdicts.map(({ decision, reason }) => [decision, reason])).toEqual([
    ['ALLOW', 'main.cedar:301'],
    ['ALLOW', 'p7'],
    ['DENY', 'No policy permits this.'],
  ]);
  const broken = [...others, 'permit(principal, action, resource) when { context.env == "live" };'].join(
    '\n',
  );
  const loading = await cedarPolicies({ path: policyFolder({ 'main.cedar': broken }) }).load();
  expect(loading).toMatchObject({ ok: false, findings: [{ line: 301, code: 'POLICY_VALUE' }] });
});

test('A request that the engine cannot read is denied, and the next one answered at once', async () => {
  const gate = await open(PERMIT);
  expect(() => gate.decide(gateRequest({ tenant_id: '\ud800' }))).toThrow('The policy engine failed.');
  expect(gate.decide(gateRequest())).toMatchObject({ decision: 'ALLOW' });
});

test('An engine that a request brings down is replaced by that of a thread', async () => {
  const real = await open(PERMIT);
  expect(real.decide(gateRequest())).toMatchObject({ decision: 'ALLOW' });
  // Cedar's stack ends where JavaScript's does: a caller that is deep in its own leaves none for the engine.
  const deep = (levels: number): unknown => (levels > 0 ? deep(levels - 1) : real.decide(gateRequest()));
  const failures: unknown[] = [];
  for (let levels = 1_000; levels < 40_000 && failures.length === 0; levels += 20) {
    try {
      deep(levels);
    } catch (error) {
      failures.push(error);
    }
  }
  expect(failures).toHaveLength(1);
  expect(await codeOf(real.decide(gateRequest()))).toBe('ALLOW');
});

const NAMES = ['cap.doc.summarize', 'cap.doc.chunk'];
const HEADS = [
  'action',
  ...NAMES.map((name) => `action == Action::"${name}"`),
  'action in Action::"dispatch"',
];
const CONDITIONS = [
  'context.env == "dev"',
  'action == Action::"cap.doc.summarize"',
  'action == Action::"cap.doc.sumarize"',
  'action == Action::"cap.doc.chunk" && context.blst == 1',
  'action != Action::"cap.web.fetch" || context.blast_score == "1"',
  'context.env == "a" && !(context.env == "a")',
  'action in [Action::"cap.web.fetch", Action::"cap.doc.chunk"]',
  'false',
  'resource.privilege_envelope.tools.isEmpty()',
];

test('Policies are as right or wrong for the capabilities that they name and one other as for the whole catalog', () => {
  for (const head of HEADS) {
    for (const condition of CONDITIONS) {
      const text = `permit(principal, ${head}, resource) when { ${condition} };`;
      const policies = readPolicies(cedar, [{ name: 'a', place: 'a', text }], []);
      expect(policies).toHaveLength(1);
      expect(validatePolicies(cedar, policies, null), text).toEqual(
        validateWith(cedar, policies, cedarSchema()),
      );
    }
  }
});
