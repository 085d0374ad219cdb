import { type Static, Type } from 'typebox';
import { byEnv, closed, id, nullable, opaqueId, score100, supervisorLevel } from './common.ts';

const names = Type.Array(Type.String({ minLength: 1 }));

/** How strict a Hall is (section 4.3). Every member has a default. */
export const HallConfigSchema = closed(
  {
    require_signatory: Type.Optional(Type.Boolean()),
    allowed_tenants: Type.Optional(Type.Array(opaqueId())),
    require_credential: Type.Optional(Type.Boolean()),
    require_worker_attestation: Type.Optional(Type.Boolean()),
    enforce_privilege_envelopes: Type.Optional(Type.Boolean()),
    trusted_authorities: Type.Optional(nullable(Type.Array(id('authority')))),
    blast: Type.Optional(
      closed({
        max_score: Type.Optional(byEnv(score100)),
        on_exceeded: Type.Optional(Type.Enum(['require_human', 'deny'])),
      }),
    ),
    privilege_policy: Type.Optional(
      closed({ egress_allowlist: Type.Optional(byEnv(names)), secrets: Type.Optional(byEnv(names)) }),
    ),
    approval: Type.Optional(
      closed({
        ttl_seconds: Type.Optional(Type.Integer({ minimum: 1, maximum: 31_536_000 })),
        default_level: Type.Optional(supervisorLevel),
      }),
    ),
    redact_tenant: Type.Optional(Type.Boolean()),
    profile: Type.Optional(nullable(id('profile'))),
    policy_version: Type.Optional(Type.String({ minLength: 1, maxLength: 128 })),
  },
  { title: 'HallConfig', description: 'How strict a Hall is (WCP section 4.3).' },
);

/** How strict a Hall is (section 4.3). */
export type HallConfig = Static<typeof HallConfigSchema>;
