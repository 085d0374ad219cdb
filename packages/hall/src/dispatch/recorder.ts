import { type Approval, approvalChange, approvalOf } from '../approval/approval.ts';
import type { Notifier } from '../approval/notification/notifier.ts';
import type { PendingApprovals } from '../approval/pending-approvals.ts';
import type { HallEvent } from '../base/hall-event.ts';
import { type Freeze, type Freezes, freezeChange } from '../operations/freezes.ts';
import { attestationFailures } from '../registry/attestation-failure.ts';
import type { Registry, RegistryChange } from '../registry/registry.ts';
import type { WorkerInspector } from '../registry/worker-inspector.ts';
import type { Journal, JournalEntry } from '../storage/journal.ts';
import type { Change } from '../storage/store/store.ts';
import type { Decided } from './decider.ts';
import { decisionEntry, keepObservation } from './decision-entry.ts';

/** What is changed by a decision beside its own record. */
export interface RecorderParts {
  readonly journal: Journal;
  readonly pendingApprovals: PendingApprovals;
  readonly freezes: Freezes;
  readonly registry: Registry;
  readonly inspector: WorkerInspector;
  readonly notifier: Notifier;
}

/** Makes decisions durable, with everything that must not be without them: holds, freezes, flags. */
export class Recorder {
  readonly #parts: RecorderParts;

  constructor(parts: RecorderParts) {
    this.#parts = parts;
  }

  /**
   * Resolves with the JSON of the receipt once everything is durable. Where it can't be, nothing is: what
   * was spent is given back, what was frozen is not.
   *
   * @param before entries that are made durable together with the decision
   * @param more changes that are, too
   */
  async record(
    decided: Decided,
    mode: Approval['mode'],
    before: readonly JournalEntry[] = [],
    more: readonly Change[] = [],
  ): Promise<string> {
    const { journal, pendingApprovals, notifier } = this.#parts;
    const { decision } = decided;
    const isDispatched = mode === 'dispatch' && decision.outcome === 'DISPATCH' && !decision.dry_run;
    const approval = this.#approvalOf(decided, mode);
    const freeze = freezeFor(approval);
    // An incident is frozen before anything else of its correlation is decided.
    const replaced = freeze === null ? null : this.#parts.freezes.apply(freeze);
    const flags = this.#flags(decided);
    const notice =
      approval && ({ kind: approval.state === 'pending' ? 'pending' : 'advised', approval } as const);
    const changes = [
      ...more,
      ...(approval === null ? [] : [approvalChange(approval)]),
      ...(freeze === null ? [] : [freezeChange(freeze)]),
      ...(notice === null ? [] : notifier.changes(notice, decision.timestamp)),
      ...flags.flatMap((flag) => flag.changes),
    ];
    try {
      const entry = decisionEntry(decided, isDispatched, changes);
      const appended = await journal.append(...before, entry, ...this.#told(decided, freeze, flags));
      keepObservation(decided);
      if (approval?.state === 'pending') pendingApprovals.put(approval);
      if (notice !== null) notifier.tell(notice);
      return appended[before.length]?.receipt as string;
    } catch (error) {
      decided.spending?.giveBack();
      if (freeze !== null) this.#parts.freezes.withdraw(freeze, replaced);
      throw error;
    }
  }

  #approvalOf({ received, decision, facts, observation }: Decided, mode: Approval['mode']): Approval | null {
    const isHeld = decision.outcome === 'STEWARD_HOLD';
    // An approved dispatch has had its human; an advised one has yet to be told of.
    const isAdvised = decision.outcome === 'DISPATCH' && decision.supervisor_level === 'advisory';
    if ((!isHeld && !isAdvised) || decision.dry_run) return null;
    const depth = facts.chain?.depth ?? 0;
    return approvalOf(received.text as string, decision, observation.facts, { mode, depth });
  }

  /** A worker that failed step 10 is flagged; its flag holds from now on. */
  #flags({ decision, observation }: Decided): readonly RegistryChange[] {
    const { registry, inspector } = this.#parts;
    if (decision.outcome !== 'DENY' || decision.capability_id === null || decision.deny_code === null)
      return [];
    const failed = attestationFailures(decision, registry.serving(decision.capability_id), observation.facts);
    const flags = failed.flatMap(
      ({ record }) =>
        registry.prepareFlag(record.worker_id, decision.deny_code as never, decision.timestamp) ?? [],
    );
    for (const flag of flags) flag.apply();
    if (flags.length > 0) inspector.forget();
    return flags;
  }

  #told({ decision }: Decided, freeze: Freeze | null, flags: readonly RegistryChange[]): JournalEntry[] {
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
}

function freezeFor(approval: Approval | null): Freeze | null {
  const isIncident = approval?.state === 'pending' && approval.level === 'incident_commander';
  return isIncident ? incidentFreeze(approval, approval.created_at) : null;
}

/** The freeze of a correlation that an incident commander has taken over. */
export function incidentFreeze({ approval_id, correlation_id }: Approval, at: string): Freeze {
  return {
    scope: 'correlation',
    value: correlation_id,
    reason: `An incident commander has taken over (approval ${approval_id}).`,
    frozen_at: at,
    frozen_by: 'hall',
  };
}

/** What tells of it. */
export function frozenEvent({ scope, value, frozen_at: timestamp }: Freeze): HallEvent {
  return { event_id: 'org.wcp.hall.frozen', timestamp, scope, value };
}
