import type { SigningKey } from '@wcp/evidence';
import type { TenantLimiter } from '../admission/tenant-limiter.ts';
import type { ApprovalService } from '../approval/approval-service.ts';
import type { Notifier } from '../approval/notification/notifier.ts';
import type { PendingApprovals } from '../approval/pending-approvals.ts';
import type { HallClock } from '../base/hall-clock.ts';
import type { ChainedCallRegistry } from '../delivery/chained-call-registry.ts';
import type { Delivery } from '../delivery/delivery.ts';
import type { Dispatcher } from '../dispatch/dispatcher.ts';
import type { Executor } from '../dispatch/executor.ts';
import type { IdempotencyStore } from '../dispatch/idempotency-store.ts';
import type { HallLog } from '../hall/hall-options.ts';
import type { Identity } from '../identity/identity.ts';
import type { Principal } from '../identity/principal.ts';
import type { Freezes } from '../operations/freezes.ts';
import type { Metrics } from '../operations/metrics.ts';
import type { BanLists } from '../registry/ban-list/ban-lists.ts';
import type { Registry } from '../registry/registry.ts';
import type { RegistryAdmin } from '../registry/registry-admin.ts';
import type { EventFeed } from '../storage/event-feed.ts';
import type { EvidenceStorage } from '../storage/evidence/evidence-storage.ts';
import type { Journal } from '../storage/journal.ts';
import type { ActiveWorld } from '../world/active-world.ts';

/** Everything that the parts of a Hall share. */
export interface HallParts {
  readonly origin: string;
  readonly key: SigningKey;
  readonly clock: HallClock;
  readonly storage: EvidenceStorage;
  readonly journal: Journal;
  readonly feed: EventFeed;
  readonly registry: Registry;
  readonly banLists: BanLists;
  readonly activeWorld: ActiveWorld;
  readonly freezes: Freezes;
  readonly identity: Identity;
  readonly deliveries: ReadonlyMap<string, Delivery>;
  readonly chains: ChainedCallRegistry;
  readonly tenantLimiter: TenantLimiter;
  readonly idempotency: IdempotencyStore;
  readonly pendingApprovals: PendingApprovals;
  readonly approvalService: ApprovalService;
  readonly registryAdmin: RegistryAdmin;
  readonly dispatcher: Dispatcher;
  readonly executor: Executor;
  readonly notifier: Notifier & { close(): Promise<void> };
  readonly metrics: Metrics;
  readonly hasGate: boolean;
  readonly log: HallLog;
}

/** The program that embeds a Hall is its operator. */
export const OPERATOR: Principal = { id: 'operator', roles: ['admin'], tenant_id: null, authority: null };
