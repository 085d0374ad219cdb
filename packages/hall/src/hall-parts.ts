import type { SigningKey } from '@wcp/evidence';
import type { Administration } from './administration.ts';
import type { ApprovalDesk } from './approvals/approval-desk.ts';
import type { ApprovalOffice } from './approvals/approval-office.ts';
import type { Bans } from './bans/bans.ts';
import type { HallClock } from './clock.ts';
import type { ChainDesk } from './delivery/chain-desk.ts';
import type { Delivery } from './delivery/delivery.ts';
import type { Dispatcher } from './dispatch/dispatcher.ts';
import type { Executor } from './dispatch/executor.ts';
import type { IdempotencyBook } from './dispatch/idempotency.ts';
import type { EventFeed } from './events/event-feed.ts';
import type { Freezes } from './freezes.ts';
import type { HallLog } from './hall-options.ts';
import type { Identity } from './identity/identity.ts';
import type { Principal } from './identity/principal.ts';
import type { Journal } from './journal.ts';
import type { Vault } from './ledger/vault.ts';
import type { Metrics } from './metrics.ts';
import type { Notifier } from './notify/notifier.ts';
import type { TenantDoors } from './order/tenant-doors.ts';
import type { Registry } from './registry/registry.ts';
import type { WorldKeeper } from './world/world-keeper.ts';

/** Everything that the parts of a Hall share. */
export interface HallParts {
  readonly origin: string;
  readonly key: SigningKey;
  readonly clock: HallClock;
  readonly vault: Vault;
  readonly journal: Journal;
  readonly feed: EventFeed;
  readonly registry: Registry;
  readonly bans: Bans;
  readonly worlds: WorldKeeper;
  readonly freezes: Freezes;
  readonly identity: Identity;
  readonly deliveries: ReadonlyMap<string, Delivery>;
  readonly chains: ChainDesk;
  readonly doors: TenantDoors;
  readonly idempotency: IdempotencyBook;
  readonly desk: ApprovalDesk;
  readonly office: ApprovalOffice;
  readonly administration: Administration;
  readonly dispatcher: Dispatcher;
  readonly executor: Executor;
  readonly notifier: Notifier & { close(): Promise<void> };
  readonly metrics: Metrics;
  readonly hasGate: boolean;
  readonly log: HallLog;
}

/** The program that embeds a Hall is its operator. */
export const OPERATOR: Principal = { id: 'operator', roles: ['admin'], tenant_id: null, authority: null };
