import { type Static, Type } from 'typebox';
import { type Budget, BudgetSchema, TENANT_OR_ANY_PATTERN } from './budget.ts';
import {
  byEnv,
  closed,
  dataLabel,
  env,
  id,
  nullable,
  opaqueId,
  qosClass,
  score100,
  supervisorLevel,
  tenantRisk,
} from './common.ts';

const names = Type.Array(Type.String({ minLength: 1 }));

const TenantFloorSchema = closed({
  environments: Type.Optional(Type.Array(env)),
  data_label: Type.Optional(dataLabel),
  tenant_risk: Type.Optional(tenantRisk),
  qos_class: Type.Optional(qosClass),
});

/** How long payloads are held, of a tenant and with a label if it names them (section 8.9). A proposal: its name begins with `x.`. */
const RetentionSchema = closed({
  tenant_id: Type.Optional(opaqueId()),
  data_label: Type.Optional(dataLabel),
  days: Type.Integer({ minimum: 0, maximum: 36_500 }),
});

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
    tenant_floors: Type.Optional(
      Type.Object(
        {},
        {
          description: 'What a tenant says about itself is never judged as less strict than this (R19).',
          propertyNames: { type: 'string', pattern: TENANT_OR_ANY_PATTERN },
          additionalProperties: TenantFloorSchema,
        },
      ),
    ),
    'x.budgets': Type.Optional(
      Type.Array(BudgetSchema, { description: 'How much may be spent over time (section 5.12).' }),
    ),
    'x.retention': Type.Optional(
      Type.Array(RetentionSchema, { description: 'How long payloads are held (section 8.9).' }),
    ),
  },
  { title: 'HallConfig', description: 'How strict a Hall is (WCP section 4.3).' },
);

/** How strict a Hall is (section 4.3). */
export type HallConfig = Omit<
  Static<typeof HallConfigSchema>,
  'tenant_floors' | 'x.budgets' | 'x.retention'
> & {
  tenant_floors?: { readonly [tenantOrAny: string]: TenantFloor };
  'x.budgets'?: readonly Budget[];
  'x.retention'?: readonly RetentionRule[];
};

/** How long payloads are held: of two rules about one decision, the shorter time counts (section 8.9). */
export type RetentionRule = Static<typeof RetentionSchema>;

/**
 * How strictly a tenant's requests are judged at least, whatever it says about itself (section 4.3, R19).
 * An absent member demands nothing.
 */
export type TenantFloor = Static<typeof TenantFloorSchema>;
