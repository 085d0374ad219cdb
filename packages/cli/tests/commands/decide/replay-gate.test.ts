import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { join } from 'node:path';
import * as hall from '@wcp/hall';
import { expect, onTestFinished, test } from 'vitest';
import { scratch, wcp, wcpJson } from '../../support/support.ts';

const EXAMPLE = readFileSync(join(import.meta.dirname, '../../../../policy/example/main.cedar'), 'utf8');

const GREETING = {
  capability_id: 'cap.hello.greet',
  env: 'dev',
  data_label: 'PUBLIC',
  tenant_risk: 'low',
  qos_class: 'P2',
  tenant_id: 'agent.example',
  correlation_id: 'c-1',
  request: { name: 'Ada' },
};

/** A Hall whose rule asks Cedar, and whose budget lets two greetings pass. */
async function gatedHall() {
  const dir = join(scratch(), 'my-hall');
  await (await hall.openDeployment(dir, { listens: false })).close();
  const read = (name: string) => JSON.parse(readFileSync(join(dir, name), 'utf8'));
  const write = (name: string, value: unknown) => writeFileSync(join(dir, name), JSON.stringify(value));
  const { rules } = read('rules.json');
  for (const rule of rules) rule.decision.escalation = { policy_gate: true };
  write('rules.json', { rules: rules.slice(1) });
  write('server.json', { ...read('server.json'), gate: { cedar: 'policies/' } });
  const budget = { budget_id: 'two', scope: {}, unit: 'calls', limit: 2, window_seconds: 31_536_000 };
  write('hall.json', { ...read('hall.json'), 'x.budgets': [budget] });
  const policies = join(dir, 'policies');
  mkdirSync(policies);
  writeFileSync(join(policies, 'main.cedar'), EXAMPLE);
  const opened = await hall.openDeployment(dir, { port: 0 });
  onTestFinished(() => opened.close());
  const send = async (change: object = {}) => {
    const { decision } = await opened.hall.dispatch({ ...GREETING, ...change });
    return decision.deny_code ?? decision.outcome;
  };
  return { opened, policies, send };
}

/** Everything that was decided, in a folder. */
async function exported(opened: hall.Deployment): Promise<string> {
  const { key } = await opened.hall.identity.keys.create({ label: 'audit', roles: ['auditor'] });
  const dir = join(scratch(), 'evidence');
  const env = { WCP_HALL_URL: String(opened.url), WCP_HALL_KEY: key };
  expect(await wcp(['receipts', 'export', dir, '--decisions'], { env })).toMatchObject({ code: 0 });
  return dir;
}

/** From now on Cedar cannot be loaded. */
function withoutCedar(): void {
  const hooks = registerHooks({
    load(url, context, nextLoad) {
      if (url.includes('cedar-wasm')) throw new Error('Cedar is gone.');
      return nextLoad(url, context);
    },
  });
  onTestFinished(() => hooks.deregister());
}

test('What Cedar and budgets decided is decided again exactly when policies have changed and gone, and Cedar with them.', async () => {
  const { opened, policies, send } = await gatedHall();
  const first = opened.hall.health().gate?.policy_version;
  const before = [
    await send(),
    await send({ data_label: 'INTERNAL' }),
    await send({ data_label: 'RESTRICTED' }),
    await send({ env: 'stage' }),
  ];
  expect(before).toEqual(['DISPATCH', 'STEWARD_HOLD', 'DENY_POLICY_GATE', 'DENY_POLICY_GATE']);
  // The policies now forbid what they allowed, and allow what they forbade.
  writeFileSync(
    join(policies, 'main.cedar'),
    'permit(principal == Tenant::"agent.example", action, resource) when { context.data_label == "RESTRICTED" };',
  );
  await expect.poll(() => opened.hall.health().gate?.policy_version).not.toBe(first);
  const after = [
    await send(),
    await send({ data_label: 'RESTRICTED' }),
    await send({ data_label: 'RESTRICTED' }),
  ];
  expect(after).toEqual(['DENY_POLICY_GATE', 'DISPATCH', 'DENY_X_BUDGET_EXHAUSTED']);
  const evidence = await exported(opened);
  await opened.close();
  rmSync(policies, { recursive: true });
  withoutCedar();
  const replayed = await wcpJson(['replay', '--bundle', evidence]);
  expect(replayed).toMatchObject({ code: 0, json: { is_audit: true, decisions: 7, flips: 0 } });

  const file = join(evidence, 'decisions.jsonl');
  const records = readFileSync(file, 'utf8');
  const forged = async (from: RegExp, to: string) => {
    expect(records).toMatch(from);
    writeFileSync(file, records.replace(from, to));
    const { code, json } = await wcpJson(['replay', '--bundle', evidence]);
    return { code, by_kind: (json as { by_kind: unknown }).by_kind };
  };
  const changed = { code: 1, by_kind: { FACTS_CHANGED: 1 } };
  expect(await forged(/"decision":"DENY"/, '"decision":"ALLOW"')).toEqual(changed);
  expect(await forged(/("facts":.*?"policy_version":"sha256:)[0-9a-f]{4}/, '$10000')).toEqual(changed);
  expect(await forged(/("x.spent":\{.*?:)[1-9]\d*/, '$10')).toEqual(changed);
});
