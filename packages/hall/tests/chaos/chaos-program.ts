/** A Hall with real subprocess workers, for tests that kill it and them: tells its port to its parent. */
import { cpSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { signingKeyFromSeed } from '@wcp/evidence/key';
import { type RegistryRecord, recordHash } from '@wcp/spec';
import { packageDelivery } from '../../src/delivery/package/package-delivery.ts';
import { createHall } from '../../src/index.ts';
import { KEY_SEED, ORIGIN } from '../crash/names.ts';

const folder = process.argv[2] as string;
const dir = join(folder, 'worker');
if (!existsSync(dir)) cpSync(join(import.meta.dirname, 'worker'), dir, { recursive: true });
mkdirSync(join(folder, 'snapshots'), { recursive: true });

/** One worker for what must not be done twice, one for what may. */
function workerOf(idempotency: 'none' | 'full') {
  const draft = {
    worker_id: `org.chaos.${idempotency}.one`,
    worker_species_id: `org.chaos.${idempotency}`,
    capabilities: [`org.chaos.do-${idempotency}`],
    risk_tier: 'low',
    idempotency,
    allowed_environments: ['dev'],
    blast_radius: { data: 0, network: 0, financial: 0, time: 0, reversibility: 0 },
  } as const;
  const record = { ...draft, artifact_hash: recordHash(draft) } as unknown as RegistryRecord;
  const env = { EXECUTIONS: join(folder, `executions-${idempotency}.txt`) };
  const run = { command: [process.execPath, 'worker.mjs'] };
  const delivery = packageDelivery({ record, dir, run, env, snapshots: join(folder, 'snapshots') });
  return { delivery, limits: { concurrency: 2, failures: 20, cooldown_ms: 500 } };
}

const workers = [workerOf('none'), workerOf('full')];
const hall = await createHall({
  file: join(folder, 'store.db'),
  key: signingKeyFromSeed(KEY_SEED),
  origin: ORIGIN,
  timeout_ms: 1_500,
  workers,
  rules: workers.map(({ delivery: { record } }) => ({
    rule_id: record.worker_species_id,
    match: { capability_id: record.capabilities[0] },
    decision: { candidate_workers_ranked: [{ worker_species_id: record.worker_species_id }] },
  })),
});
const { key } = await hall.identity.keys.create({
  label: 'chaos',
  roles: ['tenant'],
  tenant_id: 'tenant-a',
  authority: null,
});
process.send?.({ url: await hall.app.listen({ port: 0, host: '127.0.0.1' }), key });
