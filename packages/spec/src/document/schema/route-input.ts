import { type Static, type TSchema, Type } from 'typebox';
import type { BlastDimension } from '../table/blast.ts';
import {
  closed,
  dataLabel,
  dimension,
  env,
  free,
  id,
  nullable,
  opaqueId,
  qosClass,
  score100,
  tenantRisk,
} from './common.ts';

/** What a tenant requests (section 3). Null stands for absent where it is allowed (R18). */
export const RouteInputSchema = closed(
  {
    capability_id: id('capability', { description: 'The requested capability.' }),
    env,
    data_label: dataLabel,
    tenant_risk: tenantRisk,
    qos_class: qosClass,
    tenant_id: opaqueId({ description: 'The tenant that makes the request.' }),
    correlation_id: opaqueId({ description: 'Carried through every event, receipt and downstream call.' }),
    request: Type.Optional(free({ description: "The worker's payload; {} when absent." })),
    policy_version: Type.Optional(
      nullable(Type.String({ description: 'The policy version that the caller expects.' })),
    ),
    blast_score: Type.Optional(nullable(score100)),
    blast_radius: Type.Optional(
      nullable(
        closed({
          data: Type.Optional(dimension),
          network: Type.Optional(dimension),
          financial: Type.Optional(dimension),
          time: Type.Optional(dimension),
          reversibility: Type.Optional(dimension),
        } satisfies Record<BlastDimension, TSchema>),
      ),
    ),
    privilege_context: Type.Optional(nullable(free({ description: 'For policies.' }))),
    tenant_credential: Type.Optional(
      nullable(Type.String({ description: 'A signed credential (JWT, EdDSA).' })),
    ),
    dry_run: Type.Optional(Type.Boolean({ description: 'Decide fully, execute nothing.' })),
    ext: Type.Optional(nullable(free({ description: 'The only place for extensions.' }))),
  },
  { title: 'RouteInput', description: 'A capability request, as a tenant sends it (WCP section 3).' },
);

/** A capability request, as a tenant sends it (section 3). */
export type RouteInput = Static<typeof RouteInputSchema>;
