import { recordHash } from '../../packages/spec/dist/index.js';

const CODE_HASH = `sha256:${'ab'.repeat(32)}`;

/** One worker whose record holds everything that the strict steps look at. */
export function worker() {
  const record = {
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

/** Rules for that many capabilities; the one that is asked for comes last. */
export function rules(count) {
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
export function overlappingRules(count) {
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

export const CONFIG = {
  dev: {},
  prod: { profile: 'prof.prod.strict', allowed_tenants: ['tenant-a'] },
};

export function input(env) {
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

export function facts(env) {
  const common = { now: '2026-11-22T12:00:00.000Z', decision_id: '0195f3a0-7c1e-7000-8000-00000000000a' };
  if (env === 'dev') return common;
  return {
    ...common,
    workers: { 'org.bench.summarizer.prod-01': { available: true, current_hash: CODE_HASH, signed: true } },
    credential: { valid: true, tenant_id: 'tenant-a' },
  };
}
