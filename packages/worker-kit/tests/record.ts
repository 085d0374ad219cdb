import { sealRecord } from '../src/index.ts';

/** The record of the workers of these tests. */
export const record = sealRecord({
  worker_id: 'org.test.worker.one',
  worker_species_id: 'wrk.doc.summarizer',
  capabilities: ['cap.doc.summarize', 'cap.doc.hash'],
  risk_tier: 'low',
  allowed_environments: ['dev', 'stage'],
});
