import { type RegistryRecord, recordHash, type Sha256 } from '@wcp/spec';

/** The hash of the worker's code. */
export const CODE_HASH: Sha256 = `sha256:${'ab'.repeat(32)}`;

/** Where the bench decides: without a profile, and under the strict one. */
export type BenchEnv = 'dev' | 'prod';
/** The input of every decision of the bench. */
export type BenchInput = ReturnType<typeof input>;
/** What is known when the bench decides. */
export type BenchFacts = ReturnType<typeof facts>;

/** One worker whose record holds everything that the strict steps look at. */
export function worker(): RegistryRecord {
  const record: Omit<RegistryRecord, 'artifact_hash'> = {
    worker_id: 'org.bench.summarizer.prod-01',
    worker_species_id: 'wrk.doc.summarizer',
    capabilities: ['cap.doc.summarize'],
    risk_tier: 'low',
    required_controls: ['ctrl.obs.audit-log-append-only'],
    currently_implements: ['ctrl.obs.audit-log-append-only', 'ctrl.obs.structured-logging'],
    allowed_environments: ['dev', 'stage', 'prod'],
    privilege_envelope: { network_egress: 'none', filesystem_writes: ['/var/lib/summaries'] },
    blast_radius: { data: 1, network: 0, financial: 0, time: 1, reversibility: 'reversible' },
    attestation: { code_hash: CODE_HASH, attested_by: 'namespace-key@org.bench' },
  };
  return { ...record, artifact_hash: recordHash(record) };
}

/** Rules for that many capabilities; the requested one comes last. */
export function rules(count: number) {
  return Array.from({ length: count }, (_, index) => ({
    rule_id: `rule-${index}`,
    match: {
      capability_id: index === count - 1 ? 'cap.doc.summarize' : `cap.bench.c${index}`,
      env: { in: ['dev', 'prod'] },
      data_label: { in: ['PUBLIC', 'INTERNAL'] },
    },
    decision: {
      candidate_workers_ranked: [{ worker_species_id: 'wrk.doc.summarizer', score_hint: 1 }],
      required_controls_suggested: ['ctrl.obs.structured-logging'],
    },
  }));
}

/** Rules that overlap: few capabilities, many tenants, every kind of condition; a tenth of them dead. */
export function overlappingRules(count: number) {
  return Array.from({ length: count }, (_, index) => ({
    rule_id: `rule-${index}`,
    match: {
      capability_id: { in: [`cap.bench.c${index % 50}`, `cap.bench.c${(index * 7) % 50}`] },
      ...(index % 10 === 9 ? {} : { tenant_id: `tenant-${index % 200}` }),
      qos_class: ['P0', 'P1', 'P2', 'P3'][index % 4],
      ...(index % 3 === 0 ? { env: { in: ['prod', 'edge'] } } : {}),
    },
    decision: { candidate_workers_ranked: [{ worker_species_id: 'wrk.doc.summarizer' }] },
  }));
}

/** The Hall's configuration by environment. */
export const CONFIG = {
  dev: {},
  prod: { profile: 'prof.prod.strict', allowed_tenants: ['tenant-a'] },
};

/** One request for a summary. */
export function input(env: BenchEnv) {
  return {
    capability_id: 'cap.doc.summarize',
    env,
    data_label: 'INTERNAL',
    tenant_risk: 'low',
    qos_class: 'P2',
    tenant_id: 'tenant-a',
    correlation_id: '0195f3a0-7c1e-7000-8000-0000000000c1',
    request: {
      document: 'contract-2026-114',
      text: 'The supplier delivers within thirty days of the order. Late delivery lowers the price by one per cent a day.',
      options: { max_sentences: 5, language: 'en', keep: ['dates', 'amounts'] },
    },
  };
}

/** The facts under which that request is dispatched. */
export function facts(env: BenchEnv) {
  const common = { now: '2026-11-22T12:00:00.000Z', decision_id: '0195f3a0-7c1e-7000-8000-00000000000a' };
  if (env === 'dev') return common;
  return {
    ...common,
    workers: { 'org.bench.summarizer.prod-01': { available: true, current_hash: CODE_HASH, signed: true } },
    credential: { valid: true, tenant_id: 'tenant-a' },
  };
}
