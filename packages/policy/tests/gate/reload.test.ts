import { mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { cedarPolicies } from '../../src/cedar/index.ts';
import { openGate } from '../../src/index.ts';
import { engineOf, finding, type Next, sourceOf } from '../support/fake-source.ts';
import { policyFolder } from '../support/policy-folder.ts';
import { gateRequest } from '../support/request.ts';

const ALLOW = () => ({ decision: 'ALLOW', reason: '' });

test('Broken policies are findings, and the last good ones stay in force until better ones come', async () => {
  let now = 0;
  const lines: string[] = [];
  const first = engineOf(ALLOW, 'v1');
  const second = engineOf(ALLOW, 'v2');
  const steps: Next[] = [first, [finding('X')], [finding('Y')], second];
  const gate = await openGate(
    sourceOf(() => steps.shift() ?? []),
    {
      now: () => now,
      log: (_, message) => lines.push(message),
    },
  );
  now = 1_000;
  expect(await gate.reload()).toEqual({
    kind: 'test',
    policy_version: 'v1',
    loaded_at: '1970-01-01T00:00:00.000Z',
    stale_since: '1970-01-01T00:00:01.000Z',
    findings: [finding('X')],
  });
  now = 2_000;
  expect(await gate.reload()).toMatchObject({
    stale_since: '1970-01-01T00:00:01.000Z',
    findings: [finding('Y')],
  });
  expect(gate.decide(gateRequest())).toMatchObject({ decision: 'ALLOW', policy_version: 'v1' });
  expect(first.closed).toBe(0);
  expect(await gate.reload()).toEqual({
    kind: 'test',
    policy_version: 'v2',
    loaded_at: '1970-01-01T00:00:02.000Z',
    stale_since: null,
    findings: [],
  });
  expect(gate.decide(gateRequest())).toMatchObject({ policy_version: 'v2' });
  expect(first.closed).toBe(1);
  expect(lines).toEqual([
    'X main.test:3: Broken. Mend it.',
    'The new policies are broken. The last good ones stay in force.',
    'Y main.test:3: Broken. Mend it.',
    'The new policies are broken. The last good ones stay in force.',
    'The policies v2 are in force.',
  ]);
});

test('New policies that allow everything do not come into force either', async () => {
  const everything = { ...engineOf(ALLOW, 'v2'), decide: () => ({ decision: 'ALLOW', reason: '' }) as const };
  const steps = [engineOf(ALLOW), everything];
  const gate = await openGate(sourceOf(() => steps.shift() ?? []));
  expect((await gate.reload()).findings).toMatchObject([{ code: 'POLICY_SELF_TEST_ALLOWED' }]);
  expect(gate.policy_version).toBe('v1');
});

test('The same policies again are asked as they were loaded last, and are no newer for it', async () => {
  const steps = [engineOf(ALLOW), engineOf(ALLOW)];
  const [first, second] = steps;
  let now = 0;
  const gate = await openGate(
    sourceOf(() => steps.shift() ?? []),
    { now: () => now },
  );
  now = 1_000;
  expect(await gate.reload()).toMatchObject({ loaded_at: '1970-01-01T00:00:00.000Z', stale_since: null });
  expect([first?.closed, second?.closed]).toEqual([1, 0]);
});

test('A source that throws keeps the last good policies in force', async () => {
  let isBroken = false;
  const source = sourceOf(() => {
    if (isBroken) throw new Error('not a finding');
    return engineOf(ALLOW);
  });
  const gate = await openGate(source);
  isBroken = true;
  expect((await gate.reload()).findings).toMatchObject([{ code: 'POLICY_LOADING_FAILED' }]);
  expect(gate.decide(gateRequest())).toMatchObject({ decision: 'ALLOW' });
});

test('An engine that fails while it is closed takes nothing down', async () => {
  const failing = () => ({ ...engineOf(ALLOW, 'v1'), close: () => Promise.reject(new Error('no')) });
  const gate = await openGate(sourceOf(failing));
  expect(await gate.reload()).toMatchObject({ stale_since: null });
  expect(gate.decide(gateRequest())).toMatchObject({ decision: 'ALLOW' });
  const denied = () => ({ ...failing(), decide: () => ({ decision: 'ALLOW', reason: '' }) as const });
  const steps = [failing(), denied()];
  const other = await openGate(sourceOf(() => steps.shift() ?? []));
  expect((await other.reload()).findings).toMatchObject([{ code: expect.stringMatching(/^POLICY_/) }]);
  await gate.close();
});

test('An engine that was replaced is closed when its last answer has come', async () => {
  let answer: (value: unknown) => void = () => {};
  const first = engineOf(
    () =>
      new Promise((resolve) => {
        answer = resolve;
      }),
    'v1',
  );
  const steps: Next[] = [first, engineOf(ALLOW, 'v2')];
  const gate = await openGate(sourceOf(() => steps.shift() ?? []));
  const verdict = gate.decide(gateRequest());
  await gate.reload();
  expect(first.closed).toBe(0);
  answer({ decision: 'DENY', reason: 'late' });
  expect(await verdict).toMatchObject({ decision: 'DENY', policy_version: 'v1' });
  await vi.waitFor(() => expect(first.closed).toBe(1));
});

const permit = (tenant: string) => `permit(principal == Tenant::"${tenant}", action, resource);`;

test('Files that change come into force by themselves, broken ones do not', async () => {
  const path = policyFolder({ 'main.cedar': permit('acme') });
  const gate = await openGate(cedarPolicies({ path }), { watch: true });
  onTestFinished(() => gate.close());
  const decision = (tenant_id: string) => gate.decide(gateRequest({ tenant_id }));
  const { policy_version } = gate;
  expect(decision('acme')).toMatchObject({ decision: 'ALLOW' });

  writeFileSync(join(path, 'main.cedar'), 'permit(principal');
  await vi.waitFor(() => expect(gate.state.stale_since).not.toBeNull(), { interval: 50 });
  expect(gate.state.findings).toMatchObject([
    { file: join(path, 'main.cedar'), line: 1, code: 'POLICY_SYNTAX' },
  ]);
  expect(decision('acme')).toMatchObject({ decision: 'ALLOW', policy_version });

  writeFileSync(join(path, 'main.cedar'), permit('other'));
  await vi.waitFor(() => expect(gate.policy_version).not.toBe(policy_version), {
    timeout: 20_000,
    interval: 50,
  });
  expect([decision('acme'), decision('other')]).toMatchObject([{ decision: 'DENY' }, { decision: 'ALLOW' }]);
  expect(gate.state).toMatchObject({ stale_since: null, findings: [] });
});

test('Policies that are exchanged behind a link, as a mounted configuration is, come into force', async () => {
  const path = policyFolder({ '..first/main.cedar': permit('acme') });
  symlinkSync('..first', join(path, '..data'));
  symlinkSync('..data/main.cedar', join(path, 'main.cedar'));
  const gate = await openGate(cedarPolicies({ path }), { watch: true });
  onTestFinished(() => gate.close());
  const { policy_version } = gate;
  mkdirSync(join(path, '..second'));
  writeFileSync(join(path, '..second/main.cedar'), permit('other'));
  symlinkSync('..second', join(path, '..next'));
  renameSync(join(path, '..next'), join(path, '..data'));
  await vi.waitFor(() => expect(gate.policy_version).not.toBe(policy_version), {
    timeout: 20_000,
    interval: 50,
  });
  expect(gate.decide(gateRequest({ tenant_id: 'other' }))).toMatchObject({ decision: 'ALLOW' });
});
