import type { Env } from './classification.ts';

/** A demand that a Hall configuration may make and a profile may add (section 4.3). */
export type Demand =
  | 'require_signatory'
  | 'require_credential'
  | 'require_worker_attestation'
  | 'enforce_privilege_envelopes';

/** What a profile changes beside the controls that the catalog lists for it (section 4.3, "Profiles"). */
export interface ProfilePosture {
  readonly meaning: string;
  /** Demands that are in force whatever the configuration says; a profile turns none off. */
  readonly demands: readonly Demand[];
  /** Whether an envelope passes only with `network_egress: "none"`, in every environment. */
  readonly egress_none: boolean;
  /** Blast limits become at least these; 0 changes nothing. */
  readonly limits_at_least: Readonly<Record<Env, number>>;
  /** Blast limits become at most these; 100 changes nothing. */
  readonly limits_at_most: Readonly<Record<Env, number>>;
}

const EVERY_DEMAND: readonly Demand[] = [
  'require_signatory',
  'require_credential',
  'require_worker_attestation',
  'enforce_privilege_envelopes',
];

/** A Hall without a profile, or with one that only adds controls. */
const NO_POSTURE: ProfilePosture = {
  meaning: 'Every rule requires the controls that the catalog lists for the profile.',
  demands: [],
  egress_none: false,
  limits_at_least: { dev: 0, stage: 0, prod: 0, edge: 0 },
  limits_at_most: { dev: 100, stage: 100, prod: 100, edge: 100 },
};

const STRICT_LIMITS = { dev: 100, stage: 10, prod: 6, edge: 6 };

/** The profiles that change more than controls (section 4.3, "Profiles"): one row each. */
export const PROFILE_POSTURES: ReadonlyMap<string, ProfilePosture> = new Map<string, ProfilePosture>([
  [
    'prof.dev.permissive',
    {
      ...NO_POSTURE,
      meaning: 'Raises the limits of dev and stage; turns nothing on and nothing off.',
      limits_at_least: { dev: 100, stage: 25, prod: 0, edge: 0 },
    },
  ],
  [
    'prof.prod.strict',
    {
      ...NO_POSTURE,
      meaning: 'Makes every demand and lowers the limits outside dev.',
      demands: EVERY_DEMAND,
      limits_at_most: STRICT_LIMITS,
    },
  ],
  [
    'prof.edge.isolated',
    {
      ...NO_POSTURE,
      meaning: 'What prof.prod.strict does; besides, no worker may reach the network in any environment.',
      demands: EVERY_DEMAND,
      egress_none: true,
      limits_at_most: STRICT_LIMITS,
    },
  ],
  [
    'prof.mem.rag-strict',
    { ...NO_POSTURE, meaning: 'Every rule requires the provenance of what is remembered.' },
  ],
]);

/**
 * What a profile changes (section 4.3, "Profiles"). A profile without a row of its own, and no profile
 * at all, change no demand and no limit; what controls a profile adds is in the catalog.
 *
 * @example
 * import { postureOf } from '@wcp/spec/document';
 *
 * postureOf('prof.prod.strict').limits_at_most.prod; // 6
 */
export function postureOf(profile: string | null | undefined): ProfilePosture {
  return PROFILE_POSTURES.get(profile ?? '') ?? NO_POSTURE;
}

/**
 * Whether a Hall configuration or its profile makes a demand (WCP-4.3-7): a profile adds demands and
 * takes none away.
 *
 * @example
 * import { makesDemand } from '@wcp/spec/document';
 *
 * makesDemand({ profile: 'prof.prod.strict' }, 'require_signatory'); // true
 */
export function makesDemand(config: DemandingConfig, demand: Demand): boolean {
  return config[demand] === true || postureOf(config.profile).demands.includes(demand);
}

/** What of a Hall configuration makes demands. */
export type DemandingConfig = { readonly [Name in Demand]?: boolean } & { readonly profile?: string | null };
