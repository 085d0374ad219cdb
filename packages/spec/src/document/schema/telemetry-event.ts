import { type Static, type TSchema, Type } from 'typebox';
import { closed, id, nullable, opaqueId, qosClass, supervisorLevel, time } from './common.ts';

const common = {
  timestamp: nullable(time()),
  correlation_id: nullable(opaqueId()),
  tenant_id: nullable(opaqueId()),
  capability_id: nullable(id('capability')),
  decision_id: nullable(Type.String()),
  dry_run: Type.Optional(Type.Literal(true)),
};
const text = Type.String();
const event = <E extends string, P extends Record<string, TSchema>>(event_id: E, dimensions: P) =>
  closed({ event_id: Type.Literal(event_id), ...common, ...dimensions });

const worker = { worker_id: id('worker') };

/** Every event of section 7, discriminated by `event_id`. */
export const TelemetryEventSchema = Type.Union(
  [
    event('evt.gov.blast-scored', { blast_score: Type.Integer(), limit: Type.Integer() }),
    event('evt.gov.privilege-envelope-checked', worker),
    event('evt.os.worker.attestation-skipped', worker),
    event('evt.os.task.routed', {
      task_id: text,
      matched_rule_id: text,
      selected_worker_species_id: id('worker_species'),
      policy_version: text,
      qos_class: qosClass,
    }),
    event('evt.os.worker.selected', {
      selected_worker_species_id: id('worker_species'),
      worker_id: id('worker'),
      reason: text,
    }),
    event('evt.os.policy.gated', {
      decision: Type.Enum(['ALLOW', 'REQUIRE_HUMAN']),
      policy_version: text,
      reason: text,
    }),
    event('evt.os.task.denied', { deny_code: text, matched_rule_id: text }),
    event('evt.os.task.held', { supervisor_level: supervisorLevel, reasons: Type.Array(text) }),
    event('evt.worker.executed', {
      worker_id: id('worker'),
      worker_species_id: id('worker_species'),
      status: Type.Enum(['ok', 'partial']),
      duration_ms: Type.Number({ minimum: 0 }),
    }),
    event('evt.worker.failed', {
      worker_id: id('worker'),
      worker_species_id: id('worker_species'),
      status: Type.Enum(['denied', 'error']),
      duration_ms: Type.Number({ minimum: 0 }),
      reason: nullable(text),
    }),
    event('evt.worker.connected', {
      worker_id: id('worker'),
      host: text,
      port: Type.Integer({ minimum: 0, maximum: 65_535 }),
      address: nullable(text),
      outcome: Type.Enum(['connected', 'refused', 'failed']),
      reason: nullable(text),
      bytes_sent: Type.Number({ minimum: 0 }),
      bytes_received: Type.Number({ minimum: 0 }),
      duration_ms: Type.Number({ minimum: 0 }),
    }),
  ],
  { title: 'TelemetryEvent', description: 'One telemetry event (WCP section 7).' },
);

/** One telemetry event (section 7). */
export type TelemetryEvent = Static<typeof TelemetryEventSchema>;
/** The ids of the events. */
export type EventId = TelemetryEvent['event_id'];
