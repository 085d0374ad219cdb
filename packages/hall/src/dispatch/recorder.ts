import { draftDecision } from '@wcp/evidence/receipt';
import type { DenyCode } from '@wcp/spec';
import type { Freeze } from '@wcp/spec/hall';
import { ownMember } from '../base/received-request.ts';
import type { Tracing } from '../base/tracing.ts';
import type { KeptCredential } from '../identity/credential/kept-credentials.ts';
import { type Freezes, freezeChange, frozenEvent } from '../operations/freezes.ts';
import { attestationFailures, isFailing } from '../registry/attestation-failure.ts';
import { factsDigestOf } from '../registry/facts-digest.ts';
import type { Registry, RegistryChange } from '../registry/registry.ts';
import type { Observation, WorkerInspector } from '../registry/worker-inspector.ts';
import type { Journal, JournalEntry } from '../storage/journal.ts';
import type { LiveHalls } from '../storage/live-halls.ts';
import { Overtaken } from '../storage/overtaken.ts';
import type { Change } from '../storage/store/store.ts';
import type { Decided } from './decider.ts';

/** Whether a worker starts where the decision allows it, or the request is only decided. */
export type DispatchMode = 'route' | 'dispatch';

/** What a decision means to the humans who watch over it. */
export interface HumanReview {
  /**
   * The review that a decision opens; null where no human must know of it.
   *
   * @throws {ProblemError} `RATE_LIMITED` where the tenant has as many requests on hold as it may
   */
  open(decided: Decided, mode: DispatchMode): Review | null;
}

/** A request on hold, or a dispatch that goes on while a human is notified. */
export interface Review {
  /** What becomes durable with the decision. */
  readonly changes: readonly Change[];
  /** The freeze of an incident; null where there is none. */
  readonly freeze: Freeze | null;
  /** Called once it is durable. */
  announce(): void;
  /** Called where it did not become durable. */
  withdraw(): void;
}

/** What a decision changes beside its own record. */
export interface RecorderParts {
  readonly journal: Journal;
  readonly freezes: Freezes;
  readonly registry: Registry;
  readonly inspector: WorkerInspector;
  readonly humanReview: HumanReview;
  readonly tracing: Tracing;
  readonly halls: Pick<LiveHalls, 'owner'>;
  /** What is kept of a credential that was verified, so that its request can be decided again without it. */
  keptCredential(sealed: unknown): KeptCredential | null;
}

/** Makes decisions durable, with everything that must not be without them: holds, freezes, flags. */
export class Recorder {
  readonly #parts: RecorderParts;

  constructor(parts: RecorderParts) {
    this.#parts = parts;
  }

  /**
   * Resolves with the JSON of the receipt once everything is durable. Where that fails nothing is durable:
   * the blast that was spent is given back and a freeze is withdrawn.
   *
   * @param before entries that become durable together with the decision
   * @param more changes that do, too
   */
  record(
    decided: Decided,
    mode: DispatchMode,
    before: readonly JournalEntry[] = [],
    more: readonly Change[] = [],
  ): Promise<string> {
    const attributes = { 'wcp.decision_id': decided.decision.decision_id, 'wcp.receipt.kind': 'decision' };
    return this.#parts.tracing.span('wcp.record', attributes, () =>
      this.#record(decided, mode, before, more),
    );
  }

  async #record(
    decided: Decided,
    mode: DispatchMode,
    before: readonly JournalEntry[],
    more: readonly Change[],
  ): Promise<string> {
    const { journal, freezes, humanReview, keptCredential } = this.#parts;
    const { decision } = decided;
    this.#refuseFrozen(decided);
    const isDispatched = mode === 'dispatch' && decision.outcome === 'DISPATCH' && !decision.dry_run;
    const review = humanReview.open(decided, mode);
    const freeze = review?.freeze ?? null;
    // An incident is frozen before anything else of its correlation is decided.
    const replaced = freeze === null ? null : freezes.apply(freeze);
    const flags = this.#flags(decided);
    const credential = keptCredential(ownMember(decided.received, 'tenant_credential'));
    const changes = [
      ...more,
      ...(credential === null ? [] : [credential.change]),
      ...(review?.changes ?? []),
      ...(freeze === null ? [] : [freezeChange(freeze)]),
      ...[...flags, ...this.#unflags(decided)].flatMap((flag) => flag.changes),
    ];
    try {
      const entry = decisionEntry(decided, isDispatched ? { hall: this.#parts.halls.owner } : null, changes);
      const appended = await journal.append(...before, entry, ...eventsOf(decided, freeze, flags));
      markObservationStored(decided);
      decided.spending?.stored();
      credential?.markStored();
      review?.announce();
      if (freeze !== null) await freezes.stored(freeze);
      return appended[before.length]?.receipt as string;
    } catch (error) {
      decided.spending?.giveBack();
      if (error instanceof Overtaken) for (const flag of flags) flag.undo();
      review?.withdraw();
      if (freeze !== null) await freezes.withdraw(freeze, replaced);
      throw error;
    }
  }

  /** @throws {Overtaken} where something was frozen after this was decided, and comes before it in the log */
  #refuseFrozen({ freezes, spending }: Decided): void {
    if (freezes === this.#parts.freezes.version) return;
    spending?.giveBack();
    throw new Overtaken();
  }

  /** A worker that failed step 10 is flagged; its flag counts from now on. */
  #flags({ decision, observation }: Decided): readonly RegistryChange[] {
    const { registry, inspector } = this.#parts;
    const { outcome, capability_id, timestamp } = decision;
    const code = decision.deny_code as DenyCode | null;
    if (outcome !== 'DENY' || capability_id === null || code === null) return [];
    const failed = attestationFailures(decision, registry.serving(capability_id), observation.facts);
    const flags = failed.flatMap(
      ({ record }) => registry.prepareFlag(record.worker_id, code, timestamp) ?? [],
    );
    for (const flag of flags) flag.apply();
    if (flags.length > 0) inspector.forget();
    return flags;
  }

  /** A flag that says nothing against the code is gone once the worker is dispatched to without its reason. */
  #unflags({ decision, observation }: Decided): readonly RegistryChange[] {
    const { registry } = this.#parts;
    const worker = decision.outcome === 'DISPATCH' ? registry.get(decision.worker_id) : null;
    if (worker === null || worker.flag === null) return [];
    if (isFailing(worker, worker.flag.code, observation.facts)) return [];
    const unflag = registry.prepareUnflag(worker.record.worker_id);
    unflag?.apply();
    return unflag === null ? [] : [unflag];
  }
}

function eventsOf(
  { decision }: Decided,
  freeze: Freeze | null,
  flags: readonly RegistryChange[],
): JournalEntry[] {
  const { timestamp, decision_id, deny_code } = decision;
  const list = [
    ...(freeze === null ? [] : [frozenEvent(freeze)]),
    ...flags.map(({ worker }) => ({
      event_id: 'org.wcp.hall.worker-flagged',
      timestamp,
      worker_id: worker.record.worker_id,
      deny_code,
      decision_id,
    })),
  ];
  return list.length === 0 ? [] : [{ events: { tenant_id: null, list } }];
}

/** Makes a decision durable, together with everything that must be durable with it. */
function decisionEntry(
  { received, decision, text, lasting, facts, observation, spending, since }: Decided,
  dispatched: { readonly hall: string | null } | null,
  more: readonly Change[] = [],
): JournalEntry {
  const own = JSON.stringify(facts);
  return {
    since,
    evidence: {
      kind: 'decision',
      data_label: decision.data_label,
      input: received.text,
      draft: { ...draftDecision(decision), facts_digest: factsDigestOf(own, observation) },
      lasting,
      decision: text,
      hasEvents: decision.telemetry_envelopes.length > 0,
      facts: own,
      observation: observation.digest,
      isDispatched: dispatched !== null,
      requested_by: received.requested_by,
      hall: dispatched?.hall ?? null,
    },
    changes: [...observationChanges(observation), ...(spending?.changes() ?? []), ...more],
    telemetry: { tenant_id: decision.tenant_id, list: decision.telemetry_envelopes },
  };
}

/** Observations that are durable: many decisions share one, and it is written with the first of them. */
const stored = new WeakSet<Observation>();

/** Called once a decision is durable, and its observation with it. */
function markObservationStored({ observation }: Decided): void {
  stored.add(observation);
}

function observationChanges(observation: Observation): Change[] {
  if (stored.has(observation)) return [];
  return [{ put: 'observations', row: { digest: observation.digest, facts: observation.text } }];
}
