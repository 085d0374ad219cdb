import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TelemetryEvent } from '@wcp/spec';
import { onTestFinished } from 'vitest';

export const context = {
  correlation_id: 'corr-1',
  tenant_id: 'acme:agent',
  capability_id: 'cap.doc.summarize',
  decision_id: '6a1f1e0c-1111-4222-8333-444455556666',
};
export const run = {
  timestamp: '2026-01-01T00:00:01.500Z',
  worker_id: 'org.acme.doc-summarizer.prod-01',
  worker_species_id: 'wrk.doc.summarizer',
  duration_ms: 1500,
};

/** The events of a dispatch, as a decision carries them. */
export function dispatchEvents(decisionId = context.decision_id): TelemetryEvent[] {
  const common = { ...context, decision_id: decisionId, timestamp: '2026-01-01T00:00:00.000Z' };
  const species = { selected_worker_species_id: 'wrk.doc.summarizer' };
  return [
    { event_id: 'evt.gov.blast-scored', ...common, blast_score: 1, limit: 25 },
    {
      event_id: 'evt.os.task.routed',
      ...common,
      ...species,
      task_id: decisionId,
      matched_rule_id: 'rr_doc',
      policy_version: 'policy.v0',
      qos_class: 'P2',
    },
    {
      event_id: 'evt.os.worker.selected',
      ...common,
      ...species,
      worker_id: run.worker_id,
      reason: 'first_eligible_species',
    },
    {
      event_id: 'evt.os.policy.gated',
      ...common,
      decision: 'ALLOW',
      policy_version: 'policy.v0',
      reason: 'not_asked',
    },
  ];
}

export function deniedEvent(): TelemetryEvent {
  return {
    event_id: 'evt.os.task.denied',
    timestamp: null,
    correlation_id: null,
    tenant_id: null,
    capability_id: null,
    decision_id: null,
    deny_code: 'DENY_INVALID_INPUT',
    matched_rule_id: 'PRE_ROUTING',
  };
}

/** The path of a new file in a folder of its own, which is removed when the test ends. */
export function freshFile(name = 'events.jsonl'): string {
  const folder = mkdtempSync(join(tmpdir(), 'wcp-telemetry-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, name);
}
