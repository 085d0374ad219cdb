import type { SigningKey } from '@wcp/evidence';
import type { GateState } from '@wcp/policy';
import type { AdmissionScheduler } from '../admission/admission-scheduler.ts';
import type { ApprovalService } from '../approval/approval-service.ts';
import type { Notifier } from '../approval/notification/notifier.ts';
import type { PendingApprovals } from '../approval/pending-approvals.ts';
import type { HallClock } from '../base/hall-clock.ts';
import type { Logger } from '../base/logger.ts';
import type { Tracing } from '../base/tracing.ts';
import type { ChainedCallRegistry } from '../delivery/chained-call-registry.ts';
import type { Delivery } from '../delivery/delivery.ts';
import type { CallBoard } from '../delivery/pull/call-board.ts';
import type { Dispatcher } from '../dispatch/dispatcher.ts';
import type { Executor } from '../dispatch/executor.ts';
import type { Identity } from '../identity/identity.ts';
import type { Freezes } from '../operations/freezes.ts';
import type { Metrics } from '../operations/metrics.ts';
import type { DecisionPoint } from '../pdp/decision-point.ts';
import type { BanLists } from '../registry/ban-list/ban-lists.ts';
import type { Registry } from '../registry/registry.ts';
import type { RegistryAdmin } from '../registry/registry-admin.ts';
import type { WorkerReview } from '../registry/worker-review.ts';
import type { EventFeed } from '../storage/event-feed.ts';
import type { EvidenceStorage } from '../storage/evidence/evidence-storage.ts';
import type { Journal } from '../storage/journal.ts';
import type { TamperWatch } from '../storage/seal/tamper-watch.ts';
import type { HallTelemetry } from '../telemetry/hall-telemetry.ts';
import type { ActiveWorld } from '../world/active-world.ts';

/** Everything that the parts of a Hall share. */
export interface HallParts {
  readonly origin: string;
  /** Where others reach the Hall; undefined where nobody said. */
  readonly public_url: string | undefined;
  readonly key: SigningKey;
  readonly clock: HallClock;
  readonly storage: EvidenceStorage;
  readonly tampering: TamperWatch;
  readonly journal: Journal;
  readonly feed: EventFeed;
  readonly registry: Registry;
  readonly banLists: BanLists;
  readonly activeWorld: ActiveWorld;
  readonly freezes: Freezes;
  readonly identity: Identity;
  readonly deliveries: ReadonlyMap<string, Delivery>;
  readonly chains: ChainedCallRegistry;
  readonly board: CallBoard;
  readonly admission: AdmissionScheduler;
  readonly pendingApprovals: PendingApprovals;
  readonly approvalService: ApprovalService;
  readonly registryAdmin: RegistryAdmin;
  readonly workerReview: WorkerReview;
  readonly dispatcher: Dispatcher;
  readonly executor: Executor;
  readonly decisionPoint: DecisionPoint;
  readonly notifier: Notifier;
  readonly metrics: Metrics;
  readonly hasGate: boolean;
  /** How the gate is; null where there is none, or where it is a function. */
  readonly gateState: () => GateState | null;
  readonly offersApprovalTools: boolean;
  readonly tracing: Tracing;
  readonly telemetry: HallTelemetry;
  readonly log: Logger;
}
