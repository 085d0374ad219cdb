import type { Env, HallConfig, SupervisorLevel } from '@wcp/spec';
import { type CatalogEntity, findEntity } from '@wcp/spec/catalog';
import {
  type Budget,
  type DataLabel,
  ENVS,
  makesDemand,
  type ProfilePosture,
  postureOf,
  type QosClass,
  type TenantRisk,
} from '@wcp/spec/document';
import { escapeText } from '@wcp/spec/json';

/** How strictly a tenant's requests are judged at least (R19); null demands nothing. */
export interface TenantFloorSettings {
  readonly environments: ReadonlySet<Env> | null;
  readonly data_label: DataLabel | null;
  readonly tenant_risk: TenantRisk | null;
  readonly qos_class: QosClass | null;
}

/** The floors of a Hall by tenant, and under `*` that of every other tenant. */
export type TenantFloors = ReadonlyMap<string, TenantFloorSettings>;

/** A Hall configuration with every default in its place and its profile applied (section 4.3). */
export interface Settings {
  readonly require_signatory: boolean;
  readonly allowed_tenants: ReadonlySet<string>;
  readonly require_credential: boolean;
  readonly require_worker_attestation: boolean;
  readonly enforce_privilege_envelopes: boolean;
  readonly trusted_authorities: ReadonlySet<string> | null;
  readonly max_score: Readonly<Record<Env, number>>;
  readonly on_exceeded: 'require_human' | 'deny';
  readonly egress_allowlist: Readonly<Record<Env, ReadonlySet<string>>>;
  readonly secrets: Readonly<Record<Env, ReadonlySet<string>>>;
  readonly ttl_seconds: number;
  readonly default_level: SupervisorLevel;
  readonly redact_tenant: boolean;
  readonly policy_version: string;
  /** The policy version as events show it. */
  readonly policy_version_shown: string;
  readonly tenant_floors: TenantFloors;
  readonly budgets: readonly Budget[];
  /** Controls that the profile adds to every rule. */
  readonly profile_controls: readonly string[];
  /** `prof.edge.isolated`: no egress but `none`, in any environment. */
  readonly egress_none: boolean;
}

/** The policy version of a Hall that names none, or whose configuration is broken. */
export const DEFAULT_POLICY_VERSION = 'policy.v0';

type Limits = Record<Env, number>;

/** Whether the catalog has this profile. */
export function isProfile(id: string): boolean {
  return findEntity(id)?.type === 'profile';
}

/**
 * The settings in force: defaults, then what the configuration says, then what its profile makes
 * stricter.
 */
export function settingsOf(config: HallConfig): Settings {
  const profile = config.profile ?? null;
  const posture = postureOf(profile);
  return {
    require_signatory: makesDemand(config, 'require_signatory'),
    allowed_tenants: new Set(config.allowed_tenants),
    require_credential: makesDemand(config, 'require_credential'),
    require_worker_attestation: makesDemand(config, 'require_worker_attestation'),
    enforce_privilege_envelopes: makesDemand(config, 'enforce_privilege_envelopes'),
    trusted_authorities: config.trusted_authorities == null ? null : new Set(config.trusted_authorities),
    max_score: limitsOf(config, posture),
    on_exceeded: config.blast?.on_exceeded ?? 'require_human',
    egress_allowlist: setsOf(config.privilege_policy?.egress_allowlist),
    secrets: setsOf(config.privilege_policy?.secrets),
    ttl_seconds: config.approval?.ttl_seconds ?? 900,
    default_level: config.approval?.default_level ?? 'gatekeeper',
    redact_tenant: config.redact_tenant ?? false,
    policy_version: config.policy_version ?? DEFAULT_POLICY_VERSION,
    policy_version_shown: escapeText(config.policy_version ?? DEFAULT_POLICY_VERSION),
    tenant_floors: tenantFloorsOf(config),
    budgets: config['x.budgets'] ?? [],
    profile_controls: profile === null ? [] : controlsOf(profile),
    egress_none: posture.egress_none,
  };
}

/** What the catalog lists for one of its profiles: each has the member, be it empty. */
function controlsOf(profile: string): readonly string[] {
  return (findEntity(profile) as CatalogEntity).controls_required as readonly string[];
}

const DEFAULT_LIMITS: Limits = { dev: 25, stage: 15, prod: 10, edge: 10 };

function limitsOf(config: HallConfig, { limits_at_least, limits_at_most }: ProfilePosture): Limits {
  const limits = { ...DEFAULT_LIMITS };
  for (const env of ENVS) {
    const configured = config.blast?.max_score?.[env] ?? limits[env];
    limits[env] = Math.min(Math.max(configured, limits_at_least[env]), limits_at_most[env]);
  }
  return limits;
}

function setsOf(lists: Partial<Record<Env, string[]>> | undefined): Record<Env, ReadonlySet<string>> {
  return {
    dev: new Set(lists?.dev),
    stage: new Set(lists?.stage),
    prod: new Set(lists?.prod),
    edge: new Set(lists?.edge),
  };
}

/** The floors that a configuration sets. */
function tenantFloorsOf({ tenant_floors = {} }: HallConfig): TenantFloors {
  return new Map(
    Object.entries(tenant_floors).map(([tenant, floor]) => [
      tenant,
      {
        environments: floor.environments === undefined ? null : new Set(floor.environments),
        data_label: floor.data_label ?? null,
        tenant_risk: floor.tenant_risk ?? null,
        qos_class: floor.qos_class ?? null,
      },
    ]),
  );
}

/** The floor of a tenant: its own entry whole, else that of `*`, else none. */
export function floorOf(floors: TenantFloors, tenant: string): TenantFloorSettings | null {
  return floors.get(tenant) ?? floors.get('*') ?? null;
}

/** The later of two values in an order that ends with the strictest. */
export function stricter<T extends string>(order: readonly T[], said: T, least: T | null): T {
  return least !== null && order.indexOf(least) > order.indexOf(said) ? least : said;
}
