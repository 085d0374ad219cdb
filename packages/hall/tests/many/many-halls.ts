import { signingKeyFromSeed } from '@wcp/evidence/key';
import { type RegistryRecord, recordHash } from '@wcp/spec';
import { onTestFinished } from 'vitest';
import type { Delivery } from '../../src/delivery/delivery.ts';
import { createHall, type Hall, type HallOptions } from '../../src/index.ts';
import { type PostgresServer, startPostgres } from '../support/postgres-server.ts';
import { tempFolder } from '../support/temp-folder.ts';

export const KEY = signingKeyFromSeed('0e'.repeat(32));
export const ORIGIN = 'hall.example/many';
let server: Promise<PostgresServer> | null = null;
let schemas = 0;

const draft = {
  worker_id: 'org.many.worker.one',
  worker_species_id: 'wrk.doc.summarizer',
  capabilities: ['cap.doc.summarize', 'cap.notify.send'],
  risk_tier: 'low',
  allowed_environments: ['dev'],
  blast_radius: { data: 0, network: 0, financial: 0, time: 1, reversibility: 0 },
} as const;
const RECORD = { ...draft, artifact_hash: recordHash(draft) } as unknown as RegistryRecord;

const candidates = [{ worker_species_id: 'wrk.doc.summarizer' }];
export const RULES = [
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
];

/** A request of a tenant in a dispatch chain. */
export const request = (correlation_id: string, members: object = {}) => ({
  capability_id: 'cap.doc.summarize',
  env: 'dev',
  data_label: 'PUBLIC',
  tenant_risk: 'low',
  qos_class: 'P2',
  tenant_id: 'tenant-a',
  correlation_id,
  request: {},
  ...members,
});

/** Several Halls on one database, each with connections and caches of its own, and what their workers ran. */
export async function manyHalls(
  count: number,
  { run = async () => {}, ...options }: HallOptions & { readonly run?: () => Promise<void> } = {},
) {
  server ??= startPostgres();
  const { url } = await server;
  schemas += 1;
  const ran: string[] = [];
  const delivery = (): Delivery => ({
    record: RECORD,
    observe: async () => null,
    async deliver({ context }) {
      ran.push(context.decision_id);
      await run();
      const result = {
        status: 'ok' as const,
        result: { by: context.decision_id },
        telemetry: [],
        evidence: [],
        deny_reason: null,
      };
      return { status: 'ok', result, code: null, duration_ms: 1 };
    },
    close: async () => {},
  });
  const postgres = { url, schema: `many_${schemas}`, shared: true };
  const data_keys = tempFolder();
  const open = () =>
    createHall({
      ...{ postgres, data_keys, key: KEY, origin: ORIGIN, rules: RULES, workers: [{ delivery: delivery() }] },
      ...options,
    });
  const halls: Hall[] = [];
  for (let index = 0; index < count; index += 1) {
    const hall = await open();
    halls.push(hall);
    onTestFinished(() => hall.close());
  }
  return { halls: halls as [Hall, Hall, ...Hall[]], ran, open, postgres, server: await server };
}
