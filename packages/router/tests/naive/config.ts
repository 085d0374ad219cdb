// Section 4.3, "Profiles" and "privilege_policy" of section 13: the Hall's configuration.
import { areBudgets, type Budget } from './budgets.ts';
import { canonicalId, ENVS, isIdOf, isOpaqueId, LABELS, LEVELS, QOS, RISKS } from './ids.ts';
import {
  type Check,
  isBoolean,
  isInteger,
  isObject,
  isText,
  listOf,
  oneOf,
  orNull,
  own,
  shape,
} from './json.ts';

export type CatalogProfiles = Readonly<Record<string, readonly string[]>>;
type ByEnv<T> = Readonly<Record<string, T>>;

export interface Floor {
  readonly environments?: readonly string[];
  readonly data_label?: string;
  readonly tenant_risk?: string;
  readonly qos_class?: string;
}

export interface Config {
  readonly require_signatory: boolean;
  readonly allowed_tenants: readonly string[];
  readonly require_credential: boolean;
  readonly require_worker_attestation: boolean;
  readonly enforce_privilege_envelopes: boolean;
  readonly trusted_authorities: readonly string[] | null;
  readonly limits: ByEnv<number>;
  readonly on_exceeded: string;
  readonly allowed_hosts: ByEnv<readonly string[]>;
  readonly allowed_secrets: ByEnv<readonly string[]>;
  readonly ttl_seconds: number;
  readonly default_level: string;
  readonly redact_tenant: boolean;
  readonly policy_version: string;
  readonly tenant_floors: Readonly<Record<string, Floor>>;
  readonly budgets: readonly Budget[];
  /** What the profile adds to every rule. */
  readonly controls: readonly string[];
  /** No egress at all, in any environment. */
  readonly isolated: boolean;
}

const PROTOCOL_PROFILES = [
  'prof.dev.permissive',
  'prof.prod.strict',
  'prof.edge.isolated',
  'prof.mem.rag-strict',
];
const STRICT = ['prof.prod.strict', 'prof.edge.isolated'];
const CONTROLS_OF: Readonly<Record<string, readonly string[]>> = {
  'prof.prod.strict': ['ctrl.obs.audit-log-append-only'],
  'prof.edge.isolated': ['ctrl.obs.audit-log-append-only'],
  'prof.mem.rag-strict': ['ctrl.mem.provenance-required'],
};

const byEnv = (check: Check): Check => shape(Object.fromEntries(ENVS.map((env) => [env, check])));
const isName: Check = (value) => isText(value) && value !== '';

/** What a tenant is judged by at least; nothing where a member is absent. */
const isFloor = shape({
  environments: listOf(oneOf(ENVS)),
  data_label: oneOf(LABELS),
  tenant_risk: oneOf(RISKS),
  qos_class: oneOf(QOS),
});

const isConfig = shape({
  require_signatory: isBoolean,
  allowed_tenants: listOf(isOpaqueId),
  require_credential: isBoolean,
  require_worker_attestation: isBoolean,
  enforce_privilege_envelopes: isBoolean,
  trusted_authorities: orNull(listOf(isIdOf('authority'))),
  blast: shape({
    max_score: byEnv(isInteger(0, 100)),
    on_exceeded: oneOf(['require_human', 'deny']),
  }),
  privilege_policy: shape({ egress_allowlist: byEnv(listOf(isName)), secrets: byEnv(listOf(isName)) }),
  approval: shape({ ttl_seconds: isInteger(1, 31536000), default_level: oneOf(LEVELS) }),
  redact_tenant: isBoolean,
  profile: orNull(isText),
  'x.budgets': areBudgets,
  policy_version: (value) => isName(value) && (value as string).length <= 128,
  tenant_floors: (value) =>
    isObject(value) &&
    Object.entries(value).every(
      ([tenant, floor]) => (tenant === '*' || isOpaqueId(tenant)) && isFloor(floor),
    ),
});

/** The configuration with its profile applied, or null where anything in it is an error. */
export function parseConfig(raw: unknown, catalogProfiles: CatalogProfiles): Config | null {
  if (!isConfig(raw)) return null;
  const named = own(raw, 'profile') ?? null;
  const profile = typeof named === 'string' ? canonicalId(named) : '';
  const isKnown = PROTOCOL_PROFILES.includes(profile) || Object.hasOwn(catalogProfiles, profile);
  return named !== null && !isKnown ? null : readConfig(raw, profile, catalogProfiles);
}

function readConfig(raw: unknown, profile: string, catalogProfiles: CatalogProfiles): Config {
  const strict = STRICT.includes(profile);
  const flag = (name: string): boolean => own(raw, name) === true;
  const list = (value: unknown): string[] => (value ?? []) as string[];
  const listsOf = (name: string): ByEnv<string[]> =>
    Object.fromEntries(ENVS.map((env) => [env, list(own(own(own(raw, 'privilege_policy'), name), env))]));
  return {
    require_signatory: flag('require_signatory') || strict,
    allowed_tenants: list(own(raw, 'allowed_tenants')),
    require_credential: flag('require_credential') || strict,
    require_worker_attestation: flag('require_worker_attestation') || strict,
    enforce_privilege_envelopes: flag('enforce_privilege_envelopes') || strict,
    trusted_authorities: (own(raw, 'trusted_authorities') ?? null) as string[] | null,
    limits: limitsUnder(profile, own(own(raw, 'blast'), 'max_score')),
    on_exceeded: (own(own(raw, 'blast'), 'on_exceeded') ?? 'require_human') as string,
    allowed_hosts: listsOf('egress_allowlist'),
    allowed_secrets: listsOf('secrets'),
    ttl_seconds: (own(own(raw, 'approval'), 'ttl_seconds') ?? 900) as number,
    default_level: (own(own(raw, 'approval'), 'default_level') ?? 'gatekeeper') as string,
    redact_tenant: flag('redact_tenant'),
    policy_version: (own(raw, 'policy_version') ?? 'policy.v0') as string,
    tenant_floors: (own(raw, 'tenant_floors') ?? {}) as Record<string, Floor>,
    budgets: (own(raw, 'x.budgets') ?? []) as Budget[],
    controls: controlsOf(profile, catalogProfiles),
    isolated: profile === 'prof.edge.isolated',
  };
}

function controlsOf(profile: string, catalogProfiles: CatalogProfiles): string[] {
  const inCatalog = Object.hasOwn(catalogProfiles, profile) ? catalogProfiles[profile] : [];
  return [...(CONTROLS_OF[profile] ?? []), ...(inCatalog ?? []).map(canonicalId)];
}

function limitsUnder(profile: string, maxScore: unknown): ByEnv<number> {
  const said = (env: string, otherwise: number): number => (own(maxScore, env) ?? otherwise) as number;
  const limits = {
    dev: said('dev', 25),
    stage: said('stage', 15),
    prod: said('prod', 10),
    edge: said('edge', 10),
  };
  if (profile === 'prof.dev.permissive') {
    return { ...limits, dev: Math.max(limits.dev, 100), stage: Math.max(limits.stage, 25) };
  }
  if (!STRICT.includes(profile)) return limits;
  return {
    dev: limits.dev,
    stage: Math.min(limits.stage, 10),
    prod: Math.min(limits.prod, 6),
    edge: Math.min(limits.edge, 6),
  };
}
