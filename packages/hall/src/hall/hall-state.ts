import { type Chats, openChats } from '../approval/chat/open-chats.ts';
import { createNotifier, type Notifier } from '../approval/notification/notifier.ts';
import { isPasskeyKey } from '../approval/passkey/passkey-row.ts';
import { Passkeys } from '../approval/passkey/passkeys.ts';
import { PendingApprovals } from '../approval/pending-approvals.ts';
import type { HallClock } from '../base/hall-clock.ts';
import type { Logger } from '../base/logger.ts';
import { PublishedCheckpoints } from '../checkpoints/published-checkpoints.ts';
import type { Delivery } from '../delivery/delivery.ts';
import { recoverInterrupted } from '../dispatch/recover-interrupted.ts';
import { type Identity, openIdentity } from '../identity/identity.ts';
import { Freezes } from '../operations/freezes.ts';
import { type BanLists, openBanLists } from '../registry/ban-list/ban-lists.ts';
import { createManifestVerifier } from '../registry/manifest-verifier.ts';
import { Registry } from '../registry/registry.ts';
import { WorkerInspector } from '../registry/worker-inspector.ts';
import type { EventFeed } from '../storage/event-feed.ts';
import type { EvidenceStorage } from '../storage/evidence/evidence-storage.ts';
import type { Journal } from '../storage/journal.ts';
import type { HallKeys } from '../storage/keys/hall-keys.ts';
import type { LiveHalls } from '../storage/live-halls.ts';
import type { OtherHalls } from '../storage/other-halls.ts';
import type { StoreWatch } from '../storage/seal/store-watch.ts';
import type { TamperWatch } from '../storage/seal/tamper-watch.ts';
import type { Key } from '../storage/store/store.ts';
import type { HallTelemetry } from '../telemetry/hall-telemetry.ts';
import { ActiveWorld } from '../world/active-world.ts';
import { type GateParts, gateParts } from '../world/policy-gate.ts';
import { ConnectedWorkers } from './connected-workers.ts';
import type { HallOptions } from './hall-options.ts';

/** What everything else of a Hall stands on: the store, the clock, the keys of the log. */
export interface HallBase {
  readonly options: HallOptions;
  readonly keys: HallKeys;
  readonly origin: string;
  readonly storage: EvidenceStorage;
  readonly storeWatch: StoreWatch;
  readonly tampering: TamperWatch;
  readonly clock: HallClock;
  readonly feed: EventFeed;
  readonly journal: Journal;
  readonly telemetry: HallTelemetry;
  /** What other Halls with the same store do, and which of them live. */
  readonly others: OtherHalls;
  readonly halls: LiveHalls;
}

/** What a Hall read from its store, and what it reaches its workers with. */
export interface HallState extends HallBase {
  readonly log: Logger;
  readonly gate: GateParts | null;
  readonly registry: Registry;
  readonly activeWorld: ActiveWorld;
  readonly identity: Identity;
  readonly banLists: BanLists;
  readonly checkpoints: PublishedCheckpoints;
  readonly freezes: Freezes;
  readonly pendingApprovals: PendingApprovals;
  readonly connected: ConnectedWorkers;
  readonly deliveries: ReadonlyMap<string, Delivery>;
  readonly inspector: WorkerInspector;
  readonly notifier: Notifier;
  readonly chats: Chats;
  readonly passkeys: Passkeys;
}

/** Opens what a Hall read from its store, after what an earlier process left was settled. */
export async function openState(base: HallBase): Promise<HallState> {
  const { options, origin, storage, clock, journal } = base;
  const { store } = storage;
  const { policyGate, log = () => {} } = options;
  const gate = policyGate === undefined ? null : gateParts(policyGate);
  const commit = journal.commit.bind(journal);
  await settleAtStart(base);
  const registry = await Registry.open(store, origin, log);
  const { authorities } = registry;
  const activeWorld = await openWorld(base, registry);
  const identity = await openIdentity({ store, commit, audience: origin, now: () => new Date(clock.now()) });
  const connected = new ConnectedWorkers({ registry, journal, clock, log });
  for (const worker of options.workers ?? []) connected.connect(worker);
  const { deliveries } = connected;
  const banLists = await openBanLists({ store, journal, clock, authorities, log, options: options.banLists });
  const checkpoints = await PublishedCheckpoints.open(options.checkpoints ?? {}, {
    ...{ storage, log, commit: (changes) => journal.overwrite(changes) },
    now: () => clock.latest(),
  });
  const manifests = createManifestVerifier({ deliveries, authorities, hmac_key: options.attest_hmac_key });
  const currentBans = () => banLists.state(clock.latest());
  const trust = {
    audience: origin,
    authorityKeys: () => authorities.inForce(),
    now: () => new Date(clock.latest()).toISOString(),
  };
  const inspector = new WorkerInspector({ registry, deliveries, manifests, trust, banLists: currentBans });
  const freezes = await Freezes.open(store);
  const humans = await openHumans(base);
  const opened = { registry, activeWorld, identity, banLists, checkpoints, freezes, ...humans };
  const state = { ...base, ...opened, log, gate, connected, deliveries, inspector };
  followOthers(state);
  return state;
}

/** Whatever this process is said to carry out, it does not. */
async function settleAtStart({ storage: { store }, journal, halls }: HallBase): Promise<void> {
  await recoverInterrupted({ store, journal, halls, now: () => Number.POSITIVE_INFINITY, owes: () => false });
}

/** What is held in memory of the store is read again where other Halls have changed it. */
function followOthers(state: HallState): void {
  const { others, freezes, registry, identity, banLists, inspector, passkeys, pendingApprovals } = state;
  const { store } = state.storage;
  const names = (keys: readonly Key[] | null) => keys as readonly string[] | null;
  others.on('freezes', (keys) => freezes.follow(names(keys)));
  others.on('authorities', () => registry.authorities.follow(store));
  others.on('api_keys', () => identity.follow());
  others.on('issuers', () => identity.follow());
  others.on('approvals', (keys) => pendingApprovals.follow(names(keys)));
  others.on('ban_lists', async () => {
    await banLists.follow();
    inspector.forget();
  });
  others.on('meta', async (keys) => {
    if (names(keys)?.some(isPasskeyKey) !== false) await passkeys.follow();
  });
}

type Humans = Pick<HallState, 'pendingApprovals' | 'chats' | 'notifier' | 'passkeys'>;

/** What waits for humans, and how they are reached. */
async function openHumans(base: HallBase): Promise<Humans> {
  const { options, storage, clock, journal, others } = base;
  const { store } = storage;
  const { approvalDemands = [], log = () => {} } = options;
  const pendingApprovals = await PendingApprovals.open(store, others, options.tenants?.holds);
  const chats = openChats(options.chats, store, approvalDemands);
  const isSender = () => base.halls.isFirst;
  const commit = journal.commit.bind(journal);
  const sending = { store, commit, clock, log, channels: chats.channels, isSender };
  const notifier = createNotifier({ ...sending, ...options.notify });
  return { pendingApprovals, chats, notifier, passkeys: await Passkeys.open({ store, journal, clock }) };
}

function openWorld({ options, storage, clock, journal }: HallBase, registry: Registry): Promise<ActiveWorld> {
  // A document that is null is not absent: it is broken.
  const { rules = [], config = {}, catalogVersion, policyGate } = options;
  return ActiveWorld.open({
    store: storage.store,
    documents: { rules, config, catalogVersion },
    workers: registry.records(),
    hasGate: policyGate !== undefined,
    at: new Date(clock.latest()).toISOString(),
    commit: (changes) => journal.overwrite(changes),
  });
}
