/**
 * A Hall in a process of its own, for tests that kill it: `node hall-program.ts FOLDER [DATABASE [shared]]` tells its port.
 * With the address of a database it stores there, as one of several Halls where it is told so, otherwise in the folder.
 */
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { signingKeyFromSeed } from '@wcp/evidence/key';
import { type RegistryRecord, recordHash } from '@wcp/spec';
import type { Delivery } from '../../src/delivery/delivery.ts';
import { createHall } from '../../src/index.ts';
import { BUDGETS, COST, KEY_SEED, LEASE_MS, ORIGIN } from './names.ts';

const [folder = '', database, sharing] = process.argv.slice(2);

const draft = {
  worker_id: 'org.crash.worker.one',
  worker_species_id: 'wrk.doc.summarizer',
  capabilities: ['cap.doc.summarize', 'cap.notify.send'],
  risk_tier: 'low',
  allowed_environments: ['dev'],
  blast_radius: { data: 0, network: 0, financial: 0, time: 0, reversibility: 0 },
} as const;
const record = { ...draft, artifact_hash: recordHash(draft) } as unknown as RegistryRecord;

/** Leaves a trace of each execution, as a side effect would, and takes its time. */
const delivery: Delivery = {
  record,
  observe: async () => null,
  async deliver({ context }) {
    appendFileSync(join(folder, 'executions.txt'), `${context.decision_id}\n`);
    await sleep(Math.random() * 20);
    const result = {
      status: 'ok' as const,
      result: { done: true },
      telemetry: [],
      evidence: [{ kind: 'cost', 'x.cost': COST }],
      deny_reason: null,
    };
    return { status: 'ok', result, code: null, duration_ms: 1 };
  },
  close: async () => {},
};

const candidates = [{ worker_species_id: 'wrk.doc.summarizer' }];
const hall = await createHall({
  ...(database === undefined
    ? { file: join(folder, 'store.db') }
    : {
        postgres: { url: database, ...(sharing === 'shared' && { shared: true, lease_ms: LEASE_MS }) },
        data_keys: join(folder, 'keys'),
      }),
  key: signingKeyFromSeed(KEY_SEED),
  origin: ORIGIN,
  config: { 'x.budgets': BUDGETS },
  workers: [{ delivery }],
  // The load leaves more requests on hold than a tenant may have.
  tenants: { holds: 1_000_000 },
  rules: [
    {
      rule_id: 'runs',
      match: { capability_id: 'cap.doc.summarize' },
      decision: { candidate_workers_ranked: candidates },
    },
    {
      rule_id: 'waits',
      match: { capability_id: 'cap.notify.send' },
      decision: { candidate_workers_ranked: candidates, escalation: { human_required_default: true } },
    },
  ],
});
const { keys } = hall.identity;
const tenants = await Promise.all(
  ['tenant-a', 'tenant-b'].map((tenant_id) =>
    keys.create({ label: tenant_id, roles: ['tenant'], tenant_id, authority: null }),
  ),
);
const steward = await keys.create({ label: 'steward', roles: ['steward'], tenant_id: null, authority: null });
const url = await hall.app.listen({ port: 0, host: '127.0.0.1' });
process.send?.({ url, tenants: tenants.map(({ key }) => key), steward: steward.key });
