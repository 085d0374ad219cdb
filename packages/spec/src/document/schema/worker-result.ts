import { type Static, Type } from 'typebox';
import { closed, dataLabel, env, id, nullable, opaqueId, qosClass, time } from './common.ts';

/** What a worker gets beside the request (section 10). */
export const WorkerContextSchema = closed(
  {
    correlation_id: opaqueId(),
    tenant_id: opaqueId(),
    env,
    data_label: dataLabel,
    qos_class: qosClass,
    capability_id: id('capability'),
    policy_version: Type.String(),
    decision_id: Type.String(),
    worker_id: id('worker'),
    deadline: nullable(time({ description: 'When the worker must have answered, UTC.' })),
  },
  { title: 'WorkerContext', description: 'What a worker gets beside the request (WCP section 10).' },
);

/** What a worker returns, whatever happened inside it (section 10). */
export const WorkerResultSchema = closed(
  {
    status: Type.Enum(['ok', 'partial', 'denied', 'error']),
    result: Type.Unknown(),
    telemetry: Type.Array(Type.Object({}, { additionalProperties: true })),
    evidence: Type.Array(Type.Object({}, { additionalProperties: true })),
    deny_reason: nullable(
      Type.Object({ code: Type.String(), message: Type.String() }, { additionalProperties: true }),
    ),
  },
  { title: 'WorkerResult', description: 'What a worker returns (WCP section 10).' },
);

/** What a worker gets beside the request (section 10). */
export type WorkerContext = Static<typeof WorkerContextSchema>;
/** What a worker returns (section 10). */
export type WorkerResult = Static<typeof WorkerResultSchema>;
