import { generateSigningKey, type SigningKey } from '@wcp/evidence';
import { devAllowGate } from '@wcp/router';
import type { Receipt, Sha256, WorkerContext } from '@wcp/spec';
import { Administration } from './administration.ts';
import { ApprovalDesk } from './approvals/approval-desk.ts';
import { ApprovalOffice } from './approvals/approval-office.ts';
import { openBans } from './bans/bans.ts';
import { ChainBook } from './chain-book.ts';
import { HallClock } from './clock.ts';
import { ChainDesk } from './delivery/chain-desk.ts';
import { wordOf } from './dispatch/asked.ts';
import { Decider } from './dispatch/decider.ts';
import { Dispatcher } from './dispatch/dispatcher.ts';
import { Executor } from './dispatch/executor.ts';
import { IdempotencyBook } from './dispatch/idempotency.ts';
import { Observer } from './dispatch/observer.ts';
import { Recorder } from './dispatch/recorder.ts';
import { settleOwed } from './dispatch/settle-owed.ts';
import { EventFeed } from './events/event-feed.ts';
import { Freezes } from './freezes.ts';
import type { HallOptions, HallWorker } from './hall-options.ts';
import { type HallParts, OPERATOR } from './hall-parts.ts';
import { openIdentity } from './identity/identity.ts';
import { Journal } from './journal.ts';
import { openMemoryVault, type Vault } from './ledger/vault.ts';
import { Metrics } from './metrics.ts';
import { createNotifier } from './notify/create-notifier.ts';
import { guardDelivery } from './order/guarded-delivery.ts';
import { TenantDoors } from './order/tenant-doors.ts';
import { issuePermit } from './permit/issue-permit.ts';
import { createPackageSight } from './registry/package-sight.ts';
import { Registry } from './registry/registry.ts';
import { openFileVault } from './thread-vault.ts';
import { WorldKeeper } from './world/world-keeper.ts';

const DEFAULT_ORIGIN = 'localhost/wcp';
const DEFAULT_TIMEOUT_MS = 60_000;

/** What is open before anything of a Hall is: where it keeps things, and what time it is. */
interface Ground {
  readonly options: HallOptions;
  readonly key: SigningKey;
  readonly origin: string;
  readonly vault: Vault;
  readonly clock: HallClock;
  readonly feed: EventFeed;
  readonly journal: Journal;
}

/**
 * Opens the parts of a Hall, and settles what an earlier process left.
 *
 * @throws {WcpError} `ERR_WCP_STORE` where the store cannot be opened
 */
export async function assemble(options: HallOptions): Promise<HallParts> {
  const { key = generateSigningKey(), origin = DEFAULT_ORIGIN, file } = options;
  const vault = await (file === undefined
    ? openMemoryVault({ key, origin })
    : openFileVault(file, { key, origin }));
  try {
    const clock = new HallClock(options.now ?? Date.now, await latestTime(vault));
    const feed = new EventFeed(vault.store);
    const ground = { options, key, origin, vault, clock, feed, journal: new Journal(vault, feed) };
    const parts = await build(ground);
    await enrolOwn(parts, options.workers ?? []);
    return parts;
  } catch (error) {
    await vault.close();
    throw error;
  }
}

/** The latest time that the evidence knows. */
async function latestTime({ store }: Vault): Promise<number> {
  const [last] = await store.list('receipts', { descending: true, limit: 1 });
  const { dispatched_at } = JSON.parse(last?.receipt ?? '{}') as Partial<Receipt>;
  return dispatched_at == null ? 0 : Date.parse(dispatched_at);
}

async function build(ground: Ground): Promise<HallParts> {
  const { options, key, origin, vault, clock, feed, journal } = ground;
  const { store } = vault;
  const { policyGate = null, log = () => {}, chains = new ChainDesk() } = options;
  const commit = journal.commit.bind(journal);
  await settleOwed(store, journal);
  const registry = await Registry.open(store, origin);
  const worlds = await openWorlds(ground, registry);
  const identity = await openIdentity({ store, commit, audience: origin, now: () => new Date(clock.now()) });
  const deliveries = guarded(options.workers ?? []);
  const { authorities } = registry;
  const bans = await openBans({ store, journal, clock, authorities, log, options: options.bans });
  const sight = createPackageSight({ deliveries, authorities, hmac_key: options.attest_hmac_key });
  const observer = new Observer({ registry, deliveries, sight, bans: () => bans.state(clock.latest()) });
  const freezes = await Freezes.open(store);
  const desk = await ApprovalDesk.open(store);
  const notifier = await createNotifier({ store, commit, clock, log, ...options.notify });
  const decider = new Decider({
    clock,
    worlds,
    registry,
    observer,
    chains: await ChainBook.open(store),
    freezes,
    gate: policyGate,
    verifyCredential: (text, tenant) =>
      identity.verifyTenantCredential(text, wordOf(tenant), new Date(clock.now())),
  });
  const recorder = new Recorder({ journal, desk, freezes, registry, observer, notifier });
  const executor: Executor = new Executor({
    clock,
    journal,
    deliveries,
    timeout_ms: options.timeout_ms ?? DEFAULT_TIMEOUT_MS,
    permitOf: permitsOf(ground),
    chained: (link, asked) => dispatcher.chained(link, asked),
  });
  const dispatcher = new Dispatcher(clock, decider, recorder, executor);
  return {
    origin,
    key,
    clock,
    vault,
    journal,
    feed,
    registry,
    bans,
    worlds,
    freezes,
    identity,
    deliveries,
    chains,
    doors: new TenantDoors(options.tenants),
    idempotency: new IdempotencyBook(store, clock),
    desk,
    office: new ApprovalOffice({
      clock,
      store,
      journal,
      desk,
      freezes,
      decider,
      recorder,
      executor,
      notifier,
    }),
    administration: new Administration({ clock, journal, registry, worlds, freezes, observer }),
    dispatcher,
    executor,
    notifier,
    metrics: new Metrics({
      pendingApprovals: () => desk.pending().length,
      isWorldSound: () => worlds.rejected.length === 0,
      isStoring: () => journal.failure === null,
      enrolledWorkers: () => registry.list().length,
      listeners: () => feed.listeners,
    }),
    hasGate: policyGate !== null && policyGate !== devAllowGate,
    log,
  };
}

function openWorlds({ options, vault, clock, journal }: Ground, registry: Registry): Promise<WorldKeeper> {
  // What is null is no absent document: it is broken.
  const { rules = [], config = {}, catalogVersion, policyGate } = options;
  return WorldKeeper.open({
    store: vault.store,
    documents: { rules, config, catalogVersion },
    workers: registry.records(),
    hasGate: policyGate !== undefined,
    at: new Date(clock.latest()).toISOString(),
    commit: (changes) => journal.commit(changes),
  });
}

function guarded(workers: readonly HallWorker[]): HallParts['deliveries'] {
  return new Map(
    workers.map(({ delivery, limits }) => [delivery.record.worker_id, guardDelivery(delivery, limits)]),
  );
}

/** A permit for each attempt at a dispatch, signed with the key of the log. */
function permitsOf({ options: { public_url }, key, origin, clock }: Ground) {
  const asking =
    public_url === undefined ? {} : { dispatch_url: new URL('wcp/chain', slashed(public_url)).href };
  return (context: WorkerContext, request_hash: Sha256, until: number, attempt: number): string =>
    issuePermit(key, {
      issuer: origin,
      context,
      request_hash,
      issued_at: clock.latest(),
      expires_at: until,
      attempt,
      ...asking,
    });
}

function slashed(url: string): string {
  return url.endsWith('/') ? url : `${url}/`;
}

/** Enrols the workers that the operator brings, as far as they are not enrolled as they are. */
async function enrolOwn(
  { registry, administration, log }: HallParts,
  workers: readonly HallWorker[],
): Promise<void> {
  for (const { delivery, signature } of workers) {
    const { worker_id, artifact_hash } = delivery.record;
    if (registry.get(worker_id)?.record.artifact_hash === artifact_hash) continue;
    try {
      await administration.enrol({ record: delivery.record, signature: signature ?? null }, OPERATOR);
    } catch (error) {
      log('warn', `${worker_id} is not enrolled: ${(error as Error).message}`);
    }
  }
}
