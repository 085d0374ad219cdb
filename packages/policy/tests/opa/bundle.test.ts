import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, onTestFinished, test } from 'vitest';
import { type LoadedGate, openGate, PolicyError } from '../../src/index.ts';
import { opaBundle } from '../../src/opa/index.ts';
import { BUNDLE_LIMITS } from '../../src/opa/read-bundle.ts';
import { policyFolder } from '../support/policy-folder.ts';
import { opaBundleOf } from '../support/rego/opa-bundle.ts';
import { ALLOW_ACME, DENY_REST, equals, rule } from '../support/rego/rules.ts';
import { gateRequest } from '../support/request.ts';

async function open(
  bundle: Uint8Array,
  options: { readonly path?: string; readonly timeout_ms?: number } = {},
) {
  const { timeout_ms = 2_000, ...path } = options;
  const dir = policyFolder({ 'bundle.tar.gz': bundle });
  const gate = await openGate(opaBundle({ bundle: 'bundle.tar.gz', dir, ...path }), { timeout_ms });
  onTestFinished(() => gate.close());
  return { dir, gate };
}

async function codesOf(bundle: Uint8Array, path?: string): Promise<string[]> {
  const opening = open(bundle, path === undefined ? {} : { path });
  const error = await opening.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(PolicyError);
  return (error as PolicyError).findings.map(({ code }) => code);
}

const failure = (gate: LoadedGate, tenant_id: string) =>
  Promise.resolve(gate.decide(gateRequest({ tenant_id }))).then(
    () => null,
    ({ code }) => code,
  );

test('The rules of a bundle decide: allow, deny, and ask for a human of a level.', async () => {
  const human = { decision: 'REQUIRE_HUMAN', reason: 'beta is new', supervisor_level: 'executor' };
  const { gate } = await open(
    await opaBundleOf([ALLOW_ACME, rule(human, equals('tenant_id', 'beta')), DENY_REST]),
  );
  const { policy_version } = gate;
  expect(policy_version).toMatch(/^sha256:[0-9a-f]{64}$/);
  expect(await gate.decide(gateRequest())).toEqual({ decision: 'ALLOW', reason: 'acme may', policy_version });
  expect(await gate.decide(gateRequest({ tenant_id: 'beta' }))).toEqual({ ...human, policy_version });
  expect(await gate.decide(gateRequest({ tenant_id: 'other' }))).toMatchObject({ decision: 'DENY' });
});

test('A rule that is true or false allows or denies.', async () => {
  const { gate } = await open(await opaBundleOf([rule(true, equals('tenant_id', 'acme')), rule(false)]));
  expect(await gate.decide(gateRequest())).toMatchObject({
    decision: 'ALLOW',
    reason: 'data.wcp.decision is true',
  });
  expect(await gate.decide(gateRequest({ tenant_id: 'x' }))).toMatchObject({ decision: 'DENY' });
});

test('The version is the hash of what decides: the module and its data, not how they were packed.', async () => {
  const version = async (rules: Parameters<typeof opaBundleOf>[0], changed = {}) =>
    (await open(await opaBundleOf(rules, changed))).gate.policy_version;
  const first = await version([ALLOW_ACME, DENY_REST]);
  expect(await version([ALLOW_ACME, DENY_REST], { '/policy/main.rego': 'package wcp' })).toBe(first);
  expect(await version([DENY_REST])).not.toBe(first);
  expect(await version([ALLOW_ACME, DENY_REST], { '/data.json': { tenants: [] } })).not.toBe(first);
});

test('A rule that is undefined, that gives something else or that fails is no verdict, and the next request is answered.', async () => {
  const rules = [
    ALLOW_ACME,
    rule({ decision: 'PERMIT', reason: 'x' }, equals('tenant_id', 'unknown verdict')),
    rule({ decision: 'ALLOW', reason: 'x', policy_version: 'mine' }, equals('tenant_id', 'own version')),
    rule('ALLOW', equals('tenant_id', 'text')),
    { when: [equals('tenant_id', 'trap')], gives: 'traps' as const },
    rule(false, equals('env', 'prod')),
  ];
  const { gate } = await open(await opaBundleOf(rules));
  for (const tenant of ['undefined', 'unknown verdict', 'own version', 'text']) {
    expect(await failure(gate, tenant), tenant).toBe('ERR_WCP_POLICY_ANSWER');
  }
  expect(await failure(gate, 'trap')).toBe('ERR_WCP_POLICY_ENGINE');
  expect(await gate.decide(gateRequest())).toMatchObject({ decision: 'ALLOW' });
});

const decisionOf = (gate: LoadedGate, tenant_id: string) =>
  Promise.resolve(gate.decide(gateRequest({ tenant_id }))).then(
    ({ decision }) => decision,
    () => 'failed',
  );

test('A policy that never ends is denied in time, and so is what waits for it; another thread goes on.', async () => {
  const rules = [{ when: [equals('tenant_id', 'loop')], gives: 'hangs' as const }, ALLOW_ACME, DENY_REST];
  const { gate } = await open(await opaBundleOf(rules), { timeout_ms: 500 });
  const failures = await Promise.all([failure(gate, 'loop'), failure(gate, 'acme')]);
  expect(failures).toEqual(['ERR_WCP_POLICY_ENGINE', 'ERR_WCP_POLICY_ENGINE']);
  await expect.poll(() => decisionOf(gate, 'acme')).toBe('ALLOW');
});

test('A thread that is only busy is not ended: what is late is denied, and the next request answered.', async () => {
  const { gate } = await open(await opaBundleOf([ALLOW_ACME, DENY_REST]), { timeout_ms: 300 });
  const asked = await Promise.all(Array.from({ length: 8_000 }, () => decisionOf(gate, 'acme')));
  expect(new Set(asked).has('ALLOW')).toBe(true);
  await expect.poll(() => decisionOf(gate, 'other')).toBe('DENY');
});

test('A gate that is closed denies, and its thread has ended.', async () => {
  const { gate } = await open(await opaBundleOf([ALLOW_ACME, DENY_REST]));
  await gate.close();
  expect(() => gate.decide(gateRequest())).toThrow('closed');
});

test('A bundle that is broken is refused with what is wrong.', async () => {
  const whole = await opaBundleOf([DENY_REST]);
  const changed = (files: Parameters<typeof opaBundleOf>[1]) => opaBundleOf([DENY_REST], files);
  const resolver = { entrypoint: 'wcp/decision', module: '/other.wasm' };
  const cases: readonly [string, Uint8Array, string][] = [
    ['no gzip', Buffer.from('no bundle'), 'POLICY_BUNDLE_FORM'],
    ['cut off', whole.subarray(0, whole.length / 2), 'POLICY_BUNDLE_FORM'],
    ['no tar', gzipSync(Buffer.alloc(4_096, 'x')), 'POLICY_BUNDLE_FORM'],
    ['no module', await changed({ '/policy.wasm': undefined }), 'POLICY_BUNDLE_FORM'],
    ['no manifest', await changed({ '/.manifest': undefined }), 'POLICY_BUNDLE_FORM'],
    ['another module', await changed({ '/.manifest': { wasm: [resolver] } }), 'POLICY_BUNDLE_FORM'],
    ['data that is a list', await changed({ '/data.json': [] }), 'POLICY_BUNDLE_FORM'],
    ['data in two places', await changed({ '/more/data.json': {} }), 'POLICY_BUNDLE_FORM'],
    ['data twice', await changed({ './data.json': {} }), 'POLICY_BUNDLE_FORM'],
    ['a module that is none', await changed({ '/policy.wasm': 'nothing' }), 'POLICY_BUNDLE_BROKEN'],
    ['a module without a policy', await changed({ '/policy.wasm': EMPTY_MODULE }), 'POLICY_BUNDLE_BROKEN'],
    ['a bomb', gzipSync(Buffer.alloc(BUNDLE_LIMITS.unpacked_bytes + 1)), 'POLICY_BUNDLE_TOO_LARGE'],
  ];
  for (const [what, bundle, code] of cases) expect(await codesOf(bundle), what).toEqual([code]);
  expect(await codesOf(whole, 'wcp/other')).toEqual(['POLICY_BUNDLE_ENTRYPOINT']);
  expect(await codesOf(whole, 'data.wcp')).toEqual(['POLICY_RULE_PATH']);
  expect(await codesOf(await opaBundleOf([rule(true)]))).toEqual(['POLICY_SELF_TEST_ALLOWED']);
});

const EMPTY_MODULE = new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);

test('A broken bundle does not replace the one in force; a mended one does.', async () => {
  const { dir, gate } = await open(await opaBundleOf([ALLOW_ACME, DENY_REST]));
  const first = gate.policy_version;
  writeFileSync(join(dir, 'bundle.tar.gz'), 'broken');
  expect((await gate.reload()).findings.map(({ code }) => code)).toEqual(['POLICY_BUNDLE_FORM']);
  expect(await gate.decide(gateRequest())).toMatchObject({ decision: 'ALLOW', policy_version: first });
  writeFileSync(join(dir, 'bundle.tar.gz'), await opaBundleOf([DENY_REST]));
  expect(await gate.reload()).toMatchObject({ stale_since: null, findings: [] });
  expect(await gate.decide(gateRequest())).toMatchObject({
    decision: 'DENY',
    policy_version: gate.policy_version,
  });
  expect(gate.policy_version).not.toBe(first);
});

test('A signature that is not checked is said.', async () => {
  const dir = policyFolder({ 'b.tar.gz': await opaBundleOf([DENY_REST], { '/.signatures.json': {} }) });
  const loading = await opaBundle({ bundle: 'b.tar.gz', dir }).load();
  expect(loading).toMatchObject({
    ok: true,
    unchecked: [expect.stringContaining('signature was not checked')],
  });
  if (loading.ok) await loading.engine.close?.();
});

test('A file that is missing is a finding.', async () => {
  const loading = await opaBundle({ bundle: 'none.tar.gz', dir: policyFolder({}) }).load();
  expect(loading).toMatchObject({
    ok: false,
    findings: [{ file: 'none.tar.gz', code: 'POLICY_FILE_UNREADABLE' }],
  });
});
