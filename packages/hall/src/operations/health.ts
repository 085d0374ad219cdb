import type { GateState } from '@wcp/policy';
import { type Diagnostic, WcpError } from '@wcp/spec';
import type { HallClock } from '../base/hall-clock.ts';
import type { Identity } from '../identity/identity.ts';
import type { Journal } from '../storage/journal.ts';
import type { StoreCheck } from '../storage/ledger/background-check.ts';
import type { ActiveWorld } from '../world/active-world.ts';
import { type Compliance, complianceOf } from './compliance.ts';
import type { RetentionState } from './payload-retention.ts';
import { type RestingSources, restingFindings } from './resting-workers.ts';

/** Something that an operator has to repair. */
interface HealthFinding {
  readonly code:
    | 'STORE_FAILED'
    | 'STORE_TAMPERED'
    | 'RETENTION_FAILED'
    | 'DOCUMENTS_REJECTED'
    | 'POLICIES_REJECTED'
    | 'BAN_LIST_STALE'
    | 'CLOCK_WENT_BACK'
    | 'LOG_REWRITTEN'
    | 'CHECKPOINT_NOT_WITNESSED'
    | 'CHECKPOINT_NOT_TIMESTAMPED'
    | 'CHECKPOINT_NOT_COPIED'
    | 'EXPORT_HELD_UP'
    | 'EXPORT_REFUSED'
    | 'WORKER_RESTING'
    | 'WORKER_FLAGGED'
    | 'WORKER_NOT_CONTAINED'
    | 'WORKER_NOT_ENROLLED'
    | 'WORKER_NOT_ATTESTED'
    | 'RECORD_DIFFERS';
  readonly message: string;
}

/** How a Hall is, and which compliance level it reaches (section 11). */
export interface Health extends Compliance {
  readonly status: 'ok' | 'degraded';
  /** Whether everybody is let in, in `dev`, because no key and no issuer is configured. */
  readonly is_open: boolean;
  readonly troubles: readonly HealthFinding[];
  readonly world: {
    readonly digest: string | null;
    readonly policy_version: string;
    readonly catalog_version: string;
  };
  /** How far the store was read again since the start; the end was before it, the rest is while the Hall works. */
  readonly store: Omit<StoreCheck, 'finding'>;
  /** What decides at the policy gate, and since when it is behind; null where no policies were loaded. */
  readonly gate: Omit<GateState, 'findings'> | null;
  /** How long payloads are held, and since when nothing is held for longer. */
  readonly retention: Omit<RetentionState, 'failure'>;
  /** What is wrong with the documents, those that were not put in force first. */
  readonly diagnostics: readonly Diagnostic[];
}

/** What health is read from. */
export interface HealthSources extends RestingSources {
  readonly activeWorld: ActiveWorld;
  readonly journal: Journal;
  readonly tampering: { readonly messages: readonly string[] };
  readonly storeWatch: { readonly check: StoreCheck };
  readonly identity: Identity;
  readonly hasGate: boolean;
  readonly gateState: () => GateState | null;
  readonly offersApprovalTools: boolean;
  readonly checkpoints: { findings(): readonly HealthFinding[] };
  readonly retention: { readonly state: RetentionState };
  readonly banLists: { findings(now: number): readonly HealthFinding[] };
  readonly exports: { findings(): readonly HealthFinding[] };
  readonly workerReview: { readonly runsUncontained: boolean; findings(): readonly HealthFinding[] };
}

const MAX_DIAGNOSTICS = 100;
const MAX_WORKER_FINDINGS = 100;
const DOCUMENTS_REJECTED: HealthFinding = {
  code: 'DOCUMENTS_REJECTED',
  message: 'The latest rules or configuration are broken; the last good ones are in force.',
};

const POLICIES_REJECTED: HealthFinding = {
  code: 'POLICIES_REJECTED',
  message:
    'The latest policies are broken; the last good ones are in force. `wcp rules check` with the folder says what is wrong.',
};

/** Which row it was is said with `STORE_TAMPERED`, to those who may know. */
const TAMPERED = 'Nothing can be stored: it would build on a row that somebody changed.';

/** How a Hall is now. */
export function healthOf(sources: HealthSources): Health {
  const { activeWorld, journal, tampering, identity, banLists, workerReview, clock } = sources;
  const { checkpoints, exports } = sources;
  const { hasGate, offersApprovalTools } = sources;
  const { world } = activeWorld.current;
  const gate = gateHealth(sources);
  const { failure, ...retention } = sources.retention.state;
  const { digest, policy_version, catalog_version } = world;
  const troubles: readonly HealthFinding[] = [
    ...storeFindings(journal),
    ...retentionFindings(failure),
    ...tampering.messages.map((message) => ({ code: 'STORE_TAMPERED', message }) as const),
    ...(activeWorld.rejected.length === 0 ? [] : [DOCUMENTS_REJECTED]),
    ...(gate === null || gate.stale_since === null ? [] : [POLICIES_REJECTED]),
    ...banLists.findings(clock.latest()),
    ...checkpoints.findings(),
    ...clockFindings(clock),
    ...exports.findings(),
    ...[...workerReview.findings(), ...restingFindings(sources)].slice(0, MAX_WORKER_FINDINGS),
  ];
  const state = {
    isOpen: identity.isOpen,
    isStoring: journal.failure === null,
    hasGate,
    offersApprovalTools,
    runsUncontained: workerReview.runsUncontained,
  };
  const compliance = complianceOf(activeWorld.current, state);
  return {
    status: troubles.length === 0 && compliance.level !== null ? 'ok' : 'degraded',
    ...compliance,
    is_open: identity.isOpen,
    troubles,
    world: { digest, policy_version, catalog_version },
    store: storeHealth(sources),
    gate,
    retention,
    diagnostics: [...activeWorld.rejected, ...world.diagnostics].slice(0, MAX_DIAGNOSTICS),
  };
}

/** Health is public, and what is wrong with policies is not: the log and `wcp rules check` say it. */
function gateHealth({ gateState }: HealthSources): Health['gate'] {
  const state = gateState();
  if (state === null) return null;
  const { findings: _, ...shown } = state;
  return shown;
}

/** What was found is among the troubles. */
function storeHealth({ storeWatch }: HealthSources): Health['store'] {
  const { state, checked, of } = storeWatch.check;
  return { state, checked, of };
}

function storeFindings({ failure }: Journal): HealthFinding[] {
  if (failure === null) return [];
  return [{ code: 'STORE_FAILED', message: isTampering(failure) ? TAMPERED : failure.message }];
}

function retentionFindings(failure: string | null): HealthFinding[] {
  if (failure === null) return [];
  const message = 'Payloads are held for longer than they may be: forgetting them fails, and is tried again.';
  return [{ code: 'RETENTION_FAILED', message }];
}

function clockFindings(clock: HallClock): HealthFinding[] {
  try {
    clock.now();
    return [];
  } catch (error) {
    return [{ code: 'CLOCK_WENT_BACK', message: (error as Error).message }];
  }
}

function isTampering(error: Error): boolean {
  return error instanceof WcpError && error.code === 'ERR_WCP_STORE_TAMPERED';
}
