import { mkdirSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createHall, inProcessDelivery } from '@wcp/hall';
import { worker } from '@wcp-workers/hello-worker';
import { expect, onTestFinished, test } from 'vitest';
import { describeContained, HELD, openWorker, scratch } from './support.ts';

/** A Hall that listens and holds a request, and the key of a steward there. */
async function openHolding() {
  const hall = await createHall({
    rules: [
      {
        rule_id: 'held',
        match: {},
        decision: {
          candidate_workers_ranked: [{ worker_species_id: 'wrk.hello.greeter' }],
          escalation: { human_required_default: true, supervisor_level: 'gatekeeper' },
        },
      },
    ],
    workers: [{ delivery: inProcessDelivery(worker) }],
  });
  onTestFinished(() => hall.close());
  const { key } = await hall.identity.keys.create({ label: 'steward', roles: ['steward'] });
  await hall.app.listen({ host: '127.0.0.1', port: 0 });
  const host = `127.0.0.1:${(hall.app.server.address() as AddressInfo).port}`;
  const { decision } = await hall.dispatch({
    capability_id: 'cap.hello.greet',
    env: 'dev',
    data_label: 'PUBLIC',
    tenant_risk: 'low',
    qos_class: 'P2',
    tenant_id: 'agent.other',
    correlation_id: 'held-1',
    request: { name: 'Ada' },
  });
  return { host, key, approval_id: decision.pending_approval_id };
}

/** The folder of the approver's own Hall, with the steward's key as a secret. */
function folderWith(key: string): string {
  const dir = scratch();
  mkdirSync(join(dir, 'secrets'), { mode: 0o700 });
  writeFileSync(join(dir, 'secrets/steward'), `${key}\n`, { mode: 0o600 });
  return dir;
}

const server = { secrets: { WCP_HALL_KEY: { file: 'secrets/steward' } } };

describeContained('a contained human-approver', () => {
  test('It resolves a hold at the Hall that its record names, with the key that is its secret.', async () => {
    const { host, key, approval_id } = await openHolding();
    const env = { WCP_HALL_URL: `http://${host}` };
    const { ask } = await openWorker(
      {
        name: 'human-approver',
        recordIn: { ...env, WCP_HALL_KEY: 'any' },
        settings: { env, private_hosts: [host] },
        server,
      },
      folderWith(key),
    );
    const { result, outcome_receipt } = await ask({ approval_id, resolution: 'approve' });
    expect(result?.result).toMatchObject({ approval_id, state: 'approved', outcome: 'ok' });
    const network_egress = { level: 'enforced', by: 'egress' };
    expect(outcome_receipt).toMatchObject({
      outcome: { status: 'ok' },
      enforcement: { ...HELD, network_egress },
    });
  });

  test('It reaches no other Hall: nothing is resolved, and it says what the operator has to list.', async () => {
    const { key, approval_id } = await openHolding();
    const env = { WCP_HALL_URL: 'http://192.0.2.7:7420' };
    const { ask } = await openWorker({ name: 'human-approver', settings: { env }, server }, folderWith(key));
    const { result } = await ask({ approval_id, resolution: 'approve' });
    expect(result).toMatchObject({
      status: 'denied',
      deny_reason: {
        code: 'HALL_OUTSIDE_ENVELOPE',
        message: expect.stringContaining('--record prints with WCP_HALL_URL set'),
      },
    });
  });

  test('Without its secret it asks nobody.', async () => {
    const { host, approval_id } = await openHolding();
    const env = { WCP_HALL_URL: `http://${host}` };
    const { ask } = await openWorker({ name: 'human-approver', settings: { env, private_hosts: [host] } });
    const { result } = await ask({ approval_id, resolution: 'approve' });
    expect(result).toMatchObject({ status: 'denied', deny_reason: { code: 'HALL_NOT_CONFIGURED' } });
  });
});
