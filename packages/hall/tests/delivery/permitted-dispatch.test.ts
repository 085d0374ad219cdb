import { join } from 'node:path';
import { generateSigningKey } from '@wcp/evidence';
import { defineWorker, sealRecord } from '@wcp/worker-kit';
import { expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { inProcessDelivery } from '../../src/delivery/in-process-delivery.ts';
import { createHall } from '../../src/index.ts';
import { openCasePackage, temporaryFolder } from './support.ts';

const hasher = defineWorker({
  record: sealRecord({
    worker_id: 'org.test.hasher.one',
    worker_species_id: 'wrk.doc.hasher',
    capabilities: ['cap.doc.hash'],
    risk_tier: 'low',
    allowed_environments: ['stage'],
    currently_implements: ['ctrl.obs.audit-log-append-only'],
    blast_radius: { data: 0, network: 0, financial: 0, time: 0, reversibility: 0 },
  }),
  input: z.object({ text: z.string() }),
  run: ({ text }, { correlation_id }) => ({ hashed: text, correlation_id }),
});

const ruleFor = (capability_id: string, worker_species_id: string) => ({
  rule_id: capability_id,
  match: { capability_id, env: { in: ['dev', 'stage'] } },
  decision: {
    candidate_workers_ranked: [{ worker_species_id }],
    escalation: { policy_gate: false },
    max_blast_score: 100,
  },
});

/** A Hall with a worker in processes of its own that knows the key `known`, and another in this one. */
async function openHall(known?: string) {
  const key = generateSigningKey();
  const store = join(await temporaryFolder(), 'permits');
  const { delivery } = await openCasePackage({ permits: { hall_keys: [known ?? key.publicKey], store } });
  const hall = await createHall({
    key,
    rules: [ruleFor('cap.doc.summarize', 'wrk.doc.summarizer'), ruleFor('cap.doc.hash', 'wrk.doc.hasher')],
    config: { blast: { max_score: { dev: 100, stage: 100 }, on_exceeded: 'deny' } },
    workers: [{ delivery }, { delivery: inProcessDelivery(hasher) }],
  });
  onTestFinished(() => hall.close());
  return hall;
}

const inputOf = (request: object) => ({
  capability_id: 'cap.doc.summarize',
  env: 'stage',
  data_label: 'PUBLIC',
  tenant_risk: 'low',
  qos_class: 'P2',
  tenant_id: 'tenant-a',
  correlation_id: 'chain/1',
  request,
});

test('A worker in a process of its own runs what its Hall permits, call after call.', async () => {
  const hall = await openHall();
  for (const text of ['one', 'two']) {
    const { result, delivery_code } = await hall.dispatch(inputOf({ act: 'echo', text }));
    expect([delivery_code, result]).toMatchObject([null, { status: 'ok', result: { text } }]);
  }
});

test('A worker’s dispatch goes through the Hall, under the same correlation id.', async () => {
  const hall = await openHall();
  const { result } = await hall.dispatch(inputOf({ act: 'ask', text: 'some text' }));
  expect(result?.result).toEqual({
    outcome: 'DISPATCH',
    code: null,
    result: { hashed: 'some text', correlation_id: 'chain/1' },
  });
});

test('A worker that trusts another Hall runs nothing for this one.', async () => {
  const hall = await openHall(generateSigningKey().publicKey);
  const { result } = await hall.dispatch(inputOf({ act: 'echo' }));
  expect(result).toMatchObject({ status: 'denied', deny_reason: { code: 'WORKER_PERMIT_SIGNATURE' } });
});
