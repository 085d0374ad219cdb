import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { examineDeployment, examineGate } from '../../src/index.ts';
import { findingsOf, GREETING, open, read, scratch, until, write } from './support.ts';

const POLICIES = `@id("example") @reason("The example may greet in dev.")
permit(principal == Tenant::"agent.example", action == Action::"cap.hello.greet", resource)
when { context.env == "dev" };

@id("internal") @wcp_outcome("human") @wcp_level("gatekeeper")
permit(principal, action == Action::"cap.hello.greet", resource) when { context.data_label == "INTERNAL" };

@id("no-secrets") @reason("Restricted names are not greeted.")
forbid(principal, action, resource) when { context.data_label == "RESTRICTED" };
`;

/** A folder with the example of a Hall, whose rules ask a gate with these policies. */
async function gatedFolder(policies = POLICIES): Promise<string> {
  const dir = scratch();
  await (await open(dir)).close();
  const { rules } = JSON.parse(read(dir, 'rules.json'));
  for (const rule of rules) rule.decision.escalation = { policy_gate: true };
  write(dir, 'rules.json', { rules: rules.slice(1) });
  write(dir, 'server.json', { ...JSON.parse(read(dir, 'server.json')), gate: { cedar: 'policies/' } });
  mkdirSync(join(dir, 'policies'));
  write(dir, 'policies/main.cedar', policies);
  return dir;
}

test('Cedar policies decide what the rules leave to the gate, and each verdict names what decided.', async () => {
  const { hall } = await open(await gatedFolder());
  const { policy_version } = hall.health().gate ?? {};
  expect(policy_version).toMatch(/^sha256:[0-9a-f]{64}$/);
  const allowed = await hall.dispatch(GREETING);
  expect(allowed.result?.result).toEqual({ greeting: 'Hello, Ada!' });
  expect(allowed.decision.telemetry_envelopes.at(-1)).toMatchObject({
    event_id: 'evt.os.policy.gated',
    policy_version,
    reason: 'example: The example may greet in dev.',
  });
  const held = await hall.dispatch({ ...GREETING, data_label: 'INTERNAL' });
  expect(held.decision).toMatchObject({
    outcome: 'STEWARD_HOLD',
    supervisor_level: 'gatekeeper',
    escalation_context: { reasons: [{ reason: 'POLICY_GATE', level: 'gatekeeper' }] },
  });
  const forbidden = await hall.dispatch({ ...GREETING, data_label: 'RESTRICTED' });
  expect(forbidden.decision.deny_reason_if_denied).toMatchObject({
    code: 'DENY_POLICY_GATE',
    reason: 'no-secrets: Restricted names are not greeted.',
    policy_version,
  });
  const unknown = await hall.dispatch({ ...GREETING, env: 'stage' });
  expect(unknown.decision.deny_reason_if_denied).toMatchObject({ reason: 'No policy permits this.' });
});

test('Policies that change come into force; broken ones do not, and health says so to everybody without their text.', async () => {
  const dir = await gatedFolder();
  const { hall, said } = await open(dir);
  const code = async () => (await hall.dispatch(GREETING)).decision.deny_code;
  expect(await code()).toBeNull();
  expect(hall.health()).toMatchObject({ troubles: [], gate: { kind: 'cedar', stale_since: null } });

  write(dir, 'policies/main.cedar', POLICIES.replace('cap.hello.greet', 'cap.hello.great'));
  await until(() => hall.health().gate?.stale_since !== null);
  expect(hall.health()).toMatchObject({ status: 'degraded', troubles: [{ code: 'POLICIES_REJECTED' }] });
  expect(JSON.stringify(hall.health())).not.toContain('great');
  expect(said).toContainEqual(
    expect.stringMatching(/^error POLICY_INVALID policies\/main\.cedar:2: .*great/),
  );
  expect(await code()).toBeNull();

  write(dir, 'policies/main.cedar', 'permit(principal == Tenant::"other", action, resource);');
  await until(() => hall.health().gate?.stale_since === null);
  expect(hall.health().troubles).toEqual([]);
  expect(await code()).toBe('DENY_POLICY_GATE');
});

test('A Hall whose policies are broken, missing or allow everything does not start.', async () => {
  const dir = await gatedFolder('permit(principal, action, resource);');
  expect(await findingsOf(dir)).toMatchObject([{ file: 'server.json', code: 'POLICY_SELF_TEST_ALLOWED' }]);
  write(
    dir,
    'policies/main.cedar',
    'permit(principal, action == Action::"org.example.cap.nobody", resource);\npermit(',
  );
  expect(await findingsOf(dir)).toMatchObject([{ file: 'policies/main.cedar:2', code: 'POLICY_SYNTAX' }]);
  write(
    dir,
    'policies/main.cedar',
    'permit(principal, action == Action::"org.example.cap.nobody", resource);',
  );
  expect(await findingsOf(dir)).toMatchObject([
    {
      file: 'policies/main.cedar:1',
      code: 'POLICY_INVALID',
      message: expect.stringContaining('org.example.cap.nobody'),
    },
  ]);
  rmSync(join(dir, 'policies'), { recursive: true });
  expect(await findingsOf(dir)).toMatchObject([{ file: 'policies/', code: 'POLICY_FILE_UNREADABLE' }]);
});

test.each([[{}], [{ cedar: 'a', opa: 'b' }], [{ cedar: '' }], [{ cedar: 1 }], ['policies/']])(
  'A gate of the form %j is refused as a setting.',
  async (gate) => {
    const dir = await gatedFolder();
    write(dir, 'server.json', { gate });
    const [finding] = await findingsOf(dir);
    expect(finding).toMatchObject({ file: 'server.json', path: expect.stringMatching(/^\/gate/) });
  },
);

test('The doctor loads the policies as the Hall would, and leads to the file that is broken.', async () => {
  const dir = await gatedFolder();
  const gateChecks = async () => (await examineDeployment(dir)).filter(({ name }) => name === 'gate');
  const examined = await examineGate(dir);
  expect(examined).toMatchObject({ kind: 'cedar', findings: [] });
  expect(await gateChecks()).toEqual([
    {
      name: 'gate',
      subject: 'cedar',
      status: 'ok',
      message: `The policies can be put in force: ${examined?.policy_version}.`,
      remedy: null,
    },
  ]);
  writeFileSync(join(dir, 'policies/main.cedar'), 'permit(');
  expect(await gateChecks()).toMatchObject([
    {
      subject: 'policies/main.cedar:1',
      status: 'fail',
      remedy: expect.stringContaining(join(dir, 'policies/main.cedar')),
    },
  ]);
});
