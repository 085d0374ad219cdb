import { randomUUID } from 'node:crypto';
import { generateSigningKey, type SigningKey } from '@wcp/evidence';
import { devAllowGate } from '@wcp/router';
import type { Receipt } from '@wcp/spec';
import { AdmissionScheduler } from '../admission/admission-scheduler.ts';
import { ApprovalService } from '../approval/approval-service.ts';
import { Clicks } from '../approval/chat/click.ts';
import { type Chats, openChats } from '../approval/chat/open-chats.ts';
import type { ApprovalDemand } from '../approval/demand/approval-demand.ts';
import { Approvers } from '../approval/demand/approvers.ts';
import { createHumanReview } from '../approval/human-review.ts';
import { createNotifier, type Notifier } from '../approval/notification/notifier.ts';
import { Confirmations } from '../approval/passkey/confirmations.ts';
import { Passkeys } from '../approval/passkey/passkeys.ts';
import { PendingApprovals } from '../approval/pending-approvals.ts';
import { HallClock } from '../base/hall-clock.ts';
import { loggedError } from '../base/logged-error.ts';
import type { Logger } from '../base/logger.ts';
import { ProblemError } from '../base/problem.ts';
import { ChainedCallRegistry } from '../delivery/chained-call-registry.ts';
import type { Delivery } from '../delivery/delivery.ts';
import { CallBoard } from '../delivery/pull/call-board.ts';
import { BlastBudget } from '../dispatch/blast-budget.ts';
import { BudgetLedger } from '../dispatch/budget/budget-ledger.ts';
import { Decider } from '../dispatch/decider.ts';
import { Dispatcher } from '../dispatch/dispatcher.ts';
import { Executor, type PermittedCall } from '../dispatch/executor.ts';
import { IdempotencyStore } from '../dispatch/idempotency-store.ts';
import { issuePermit } from '../dispatch/issue-permit.ts';
import { Recorder } from '../dispatch/recorder.ts';
import { recoverInterrupted } from '../dispatch/recover-interrupted.ts';
import type { HallParts } from '../http/hall-parts.ts';
import { type Identity, openIdentity } from '../identity/identity.ts';
import { OPERATOR } from '../identity/principal.ts';
import { Freezes } from '../operations/freezes.ts';
import { Metrics } from '../operations/metrics.ts';
import { DecisionPoint } from '../pdp/decision-point.ts';
import { type BanLists, openBanLists } from '../registry/ban-list/ban-lists.ts';
import { createManifestVerifier } from '../registry/manifest-verifier.ts';
import { Registry } from '../registry/registry.ts';
import { RegistryAdmin } from '../registry/registry-admin.ts';
import { WorkerInspector } from '../registry/worker-inspector.ts';
import { WorkerReview } from '../registry/worker-review.ts';
import { EventFeed } from '../storage/event-feed.ts';
import { type EvidenceStorage, openMemoryStorage } from '../storage/evidence/evidence-storage.ts';
import { openFileStorage } from '../storage/evidence/storage-client.ts';
import { Journal } from '../storage/journal.ts';
import { TamperWatch } from '../storage/seal/tamper-watch.ts';
import type { HallTelemetry } from '../telemetry/hall-telemetry.ts';
import { openTelemetry } from '../telemetry/open-telemetry.ts';
import { ActiveWorld } from '../world/active-world.ts';
import { type GateParts, gateParts } from '../world/policy-gate.ts';
import { ConnectedWorkers } from './connected-workers.ts';
import type { HallOptions, HallWorker } from './hall-options.ts';
import { PullingAuthorities } from './pulling-authorities.ts';

const DEFAULT_ORIGIN = 'localhost/wcp';
const DEFAULT_TIMEOUT_MS = 60_000;

/** What everything else of a Hall stands on: the store, the clock, the signing key. */
interface HallBase {
  readonly options: HallOptions;
  readonly key: SigningKey;
  readonly origin: string;
  readonly storage: EvidenceStorage;
  readonly tampering: TamperWatch;
  readonly clock: HallClock;
  readonly feed: EventFeed;
  readonly journal: Journal;
  readonly telemetry: HallTelemetry;
}

/** The parts of a Hall, and how its program adds a worker. */
export interface AssembledParts extends HallParts {
  /** See {@link Hall.connect}. */
  connect(worker: HallWorker): Promise<void>;
}

/**
 * Opens the parts of a Hall, and settles what an earlier process left.
 *
 * @throws {WcpError} `ERR_WCP_STORE` where the store cannot be opened
 */
export async function assemble(options: HallOptions): Promise<AssembledParts> {
  const { key = generateSigningKey(), origin = DEFAULT_ORIGIN, file, former_keys, mark } = options;
  const identity = {
    key,
    origin,
    ...(former_keys !== undefined && { former_keys }),
    ...(mark !== undefined && { mark }),
  };
  const opened = await (file === undefined ? openMemoryStorage(identity) : openFileStorage(file, identity));
  const { log = () => {} } = options;
  const tampering = new TamperWatch(log);
  const storage = tampering.over(opened);
  let telemetry: HallTelemetry | undefined;
  try {
    telemetry = await openTelemetry(options.telemetry, randomUUID(), log);
    const clock = new HallClock(options.now ?? Date.now, await latestTime(storage));
    const feed = new EventFeed(storage.store);
    const journal = new Journal(storage, feed);
    const base = { options, key, origin, storage, tampering, clock, feed, journal, telemetry };
    const parts = await build(base);
    await enrolWorkers(parts, options.workers ?? []);
    return parts;
  } catch (error) {
    await telemetry?.close();
    await storage.close();
    throw error;
  }
}

/** The latest time in the evidence, in milliseconds since 1970. */
async function latestTime({ store }: EvidenceStorage): Promise<number> {
  const [last] = await store.list('receipts', { descending: true, limit: 1 });
  const { dispatched_at } = JSON.parse(last?.receipt ?? '{}') as Partial<Receipt>;
  return dispatched_at == null ? 0 : Date.parse(dispatched_at);
}

/** What a Hall read from its store, and what it reaches its workers with. */
interface HallState extends HallBase {
  readonly log: Logger;
  readonly gate: GateParts | null;
  readonly registry: Registry;
  readonly activeWorld: ActiveWorld;
  readonly identity: Identity;
  readonly banLists: BanLists;
  readonly freezes: Freezes;
  readonly pendingApprovals: PendingApprovals;
  readonly connected: ConnectedWorkers;
  readonly deliveries: ReadonlyMap<string, Delivery>;
  readonly inspector: WorkerInspector;
  readonly notifier: Notifier;
  readonly chats: Chats;
  readonly passkeys: Passkeys;
}

async function openState(base: HallBase): Promise<HallState> {
  const { options, origin, storage, clock, journal } = base;
  const { store } = storage;
  const { policyGate, log = () => {} } = options;
  const gate = policyGate === undefined ? null : gateParts(policyGate);
  const commit = journal.commit.bind(journal);
  await recoverInterrupted(store, journal);
  const registry = await Registry.open(store, origin, log);
  const { authorities } = registry;
  const activeWorld = await openWorld(base, registry);
  const identity = await openIdentity({ store, commit, audience: origin, now: () => new Date(clock.now()) });
  const connected = new ConnectedWorkers({ registry, journal, clock, log });
  for (const worker of options.workers ?? []) connected.connect(worker);
  const { deliveries } = connected;
  const banLists = await openBanLists({ store, journal, clock, authorities, log, options: options.banLists });
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
  const opened = { registry, activeWorld, identity, banLists, freezes, ...humans };
  return { ...base, ...opened, log, gate, connected, deliveries, inspector };
}

type Humans = Pick<HallState, 'pendingApprovals' | 'chats' | 'notifier' | 'passkeys'>;

/** What waits for humans, and how they are reached. */
async function openHumans({ options, storage: { store }, clock, journal }: HallBase): Promise<Humans> {
  const { approvalDemands = [], log = () => {} } = options;
  const pendingApprovals = await PendingApprovals.open(store, options.tenants?.holds);
  const chats = openChats(options.chats, store, approvalDemands);
  const sending = { store, commit: journal.commit.bind(journal), clock, log, channels: chats.channels };
  const notifier = createNotifier({ ...sending, ...options.notify });
  return { pendingApprovals, chats, notifier, passkeys: await Passkeys.open({ store, journal, clock }) };
}

type Dispatching = Pick<
  HallParts,
  | 'admission'
  | 'ledger'
  | 'approvalService'
  | 'approvers'
  | 'clicks'
  | 'confirmations'
  | 'dispatcher'
  | 'executor'
>;

/** How requests are admitted, decided, recorded, executed and approved. */
async function createDispatching(state: HallState): Promise<Dispatching> {
  const { options, storage, clock, journal, freezes, registry, inspector, deliveries, notifier } = state;
  const { store } = storage;
  const { pendingApprovals } = state;
  const { approvalDemands: demands = [] } = options;
  const humanReview = createHumanReview(pendingApprovals, notifier, demands);
  const ledger = await BudgetLedger.open(store);
  const decider = await createDecider(state, ledger);
  const { tracing } = state.telemetry;
  const keptCredential = (sealed: unknown) => state.identity.keptCredential(sealed);
  const recorder = new Recorder({
    journal,
    freezes,
    registry,
    inspector,
    humanReview,
    tracing,
    keptCredential,
  });
  const admission = new AdmissionScheduler({ tenants: options.tenants, workers: state.connected.limits });
  const executor: Executor = new Executor({
    clock,
    journal,
    admission,
    deliveries,
    timeout_ms: options.timeout_ms ?? DEFAULT_TIMEOUT_MS,
    tracing,
    permitOf: permitsOf(state),
    chained: (parent, asked) => dispatcher.chained(parent, asked),
  });
  const idempotency = new IdempotencyStore(store, clock);
  const dispatcher = new Dispatcher({ clock, admission, idempotency, decider, recorder, executor });
  const stored = { clock, store, journal, pendingApprovals, freezes };
  const { approvers, confirmations } = createApprovers(state, demands);
  const deciding = { decider, recorder, executor };
  const approvalService = new ApprovalService({ ...stored, ...deciding, notifier, approvers });
  const clicks = new Clicks({
    approvalService,
    pendingApprovals,
    identity: state.identity,
    clock,
    log: state.log,
  });
  return { admission, ledger, approvalService, approvers, clicks, confirmations, dispatcher, executor };
}

function createApprovers(
  { options, passkeys, clock, identity }: HallState,
  demands: readonly ApprovalDemand[],
): Pick<HallParts, 'approvers' | 'confirmations'> {
  const confirmations = new Confirmations({ passkeys, clock, relyingParty: options.webauthn ?? null });
  return { confirmations, approvers: new Approvers({ identity, demands, confirmations }) };
}

async function createDecider(state: HallState, ledger: BudgetLedger): Promise<Decider> {
  const { clock, activeWorld, registry, inspector, freezes, gate, identity, storage } = state;
  return new Decider({
    clock,
    activeWorld,
    registry,
    inspector,
    budgets: await BlastBudget.open(storage.store),
    ledger,
    freezes,
    gate: gate?.ask ?? null,
    tracing: state.telemetry.tracing,
    judgeCredential: (credential) => identity.judgeTenantCredential(credential, new Date(clock.now())),
  });
}

async function build(base: HallBase): Promise<AssembledParts> {
  const state = await openState(base);
  const { options, gate, clock, journal, registry, activeWorld, freezes, inspector, connected, ...others } =
    state;
  const { chains = new ChainedCallRegistry(), board = new CallBoard(), pulling_authorities = [] } = options;
  const pulled = { authorities: pulling_authorities, registry, connected, board, chains };
  const pulling = new PullingAuthorities(pulled);
  const onChange = (worker_id: string) => pulling.follow(worker_id);
  const administered = { clock, journal, registry, activeWorld, freezes, inspector, onChange };
  const registryAdmin = new RegistryAdmin(administered);
  const dispatching = await createDispatching(state);
  const metrics = metricsOf(state);
  state.telemetry.report(() => metrics.written());
  return {
    ...others,
    ...dispatching,
    public_url: options.public_url,
    decisionPoint: createDecisionPoint(options, dispatching, metrics),
    async connect(worker) {
      const replaced = connected.connect(worker);
      inspector.forget();
      await replaced?.close();
    },
    clock,
    journal,
    registry,
    activeWorld,
    freezes,
    chains,
    board,
    registryAdmin,
    workerReview: new WorkerReview({ registry, activeWorld, deliveries: state.deliveries }),
    metrics,
    tracing: state.telemetry.tracing,
    hasGate: gate !== null && gate.ask !== devAllowGate,
    gateState: () => gate?.state() ?? null,
    offersApprovalTools: options.offersApprovalTools === true,
  };
}

function createDecisionPoint(
  { authzen = {} }: HallOptions,
  { dispatcher }: Dispatching,
  metrics: Metrics,
): DecisionPoint {
  return new DecisionPoint(authzen, async (received) => {
    const began = performance.now();
    const { decision } = await dispatcher.route(received);
    metrics.decided('evaluation', decision, (performance.now() - began) / 1000);
    return decision;
  });
}

function metricsOf({ pendingApprovals, activeWorld, journal, registry, feed }: HallState): Metrics {
  return new Metrics({
    pendingApprovals: () => pendingApprovals.pending().length,
    isWorldSound: () => activeWorld.rejected.length === 0,
    isStoring: () => journal.failure === null,
    enrolledWorkers: () => registry.list().length,
    listeners: () => feed.listeners,
  });
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
    commit: (changes) => journal.commit(changes),
  });
}

/** Issues a permit for each attempt at a dispatch, signed with the key of the log. */
function permitsOf({ options: { public_url }, key, origin, clock }: HallBase) {
  const chaining =
    public_url === undefined ? {} : { dispatch_url: new URL('wcp/chain', slashed(public_url)).href };
  return ({ context, request_hash, until, traceparent }: PermittedCall, attempt: number): string =>
    issuePermit(key, {
      issuer: origin,
      context,
      request_hash,
      issued_at: clock.latest(),
      expires_at: until,
      attempt,
      traceparent: traceparent ?? undefined,
      ...chaining,
    });
}

function slashed(url: string): string {
  return url.endsWith('/') ? url : `${url}/`;
}

/**
 * Enrols the operator's own workers that never were. An enrolment stays as it is through a restart, and so do a flag
 * and a removal: whoever can write into the folder of a worker cannot undo any of them.
 */
async function enrolWorkers(
  { registry, registryAdmin, workerReview, deliveries, log }: HallParts,
  workers: readonly HallWorker[],
): Promise<void> {
  for (const { delivery, record = delivery.record, signature = null } of workers) {
    if (registry.wasEnrolled(record.worker_id)) continue;
    try {
      await registryAdmin.enrol({ record, signature }, OPERATOR);
    } catch (error) {
      log('warn', `${record.worker_id} was not enrolled: ${reasonOf(error)}`);
    }
  }
  await Promise.all([...deliveries.values()].map((delivery) => delivery.learnContainment?.()));
  for (const { message } of workerReview.findings()) log('warn', message);
}

/** The sentence of a refusal, which names no content; of anything else only what the log may hold. */
function reasonOf(error: unknown): string {
  return error instanceof ProblemError ? error.message : loggedError(error);
}
