import { randomUUID } from 'node:crypto';
import { generateSigningKey } from '@wcp/evidence';
import { devAllowGate } from '@wcp/router';
import type { Receipt } from '@wcp/spec';
import { HallClock } from '../base/hall-clock.ts';
import { loggedError } from '../base/logged-error.ts';
import { ProblemError } from '../base/problem.ts';
import { ChainedCallRegistry } from '../delivery/chained-call-registry.ts';
import { CallBoard } from '../delivery/pull/call-board.ts';
import { type Exports, openExports } from '../export/exports.ts';
import type { HallParts } from '../http/hall-parts.ts';
import { OPERATOR } from '../identity/principal.ts';
import { Metrics } from '../operations/metrics.ts';
import { PayloadRetention } from '../operations/payload-retention.ts';
import { DecisionPoint } from '../pdp/decision-point.ts';
import { RegistryAdmin } from '../registry/registry-admin.ts';
import { WorkerReview } from '../registry/worker-review.ts';
import { EventFeed } from '../storage/event-feed.ts';
import type { EvidenceStorage } from '../storage/evidence/evidence-storage.ts';
import { Journal } from '../storage/journal.ts';
import { HallKeys } from '../storage/keys/hall-keys.ts';
import { LiveHalls } from '../storage/live-halls.ts';
import { OtherHalls } from '../storage/other-halls.ts';
import { StoreWatch } from '../storage/seal/store-watch.ts';
import { TamperWatch } from '../storage/seal/tamper-watch.ts';
import type { HallTelemetry } from '../telemetry/hall-telemetry.ts';
import { openTelemetry } from '../telemetry/open-telemetry.ts';
import { createDispatching, type Dispatching } from './create-dispatching.ts';
import type { HallOptions, HallWorker } from './hall-options.ts';
import { type HallBase, type HallState, openState } from './hall-state.ts';
import { isDurable, openStorage } from './open-storage.ts';
import { PullingAuthorities } from './pulling-authorities.ts';

const DEFAULT_ORIGIN = 'localhost/wcp';

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
  const { key = generateSigningKey(), origin = DEFAULT_ORIGIN, store_key, mark, data_keys } = options;
  const { archive } = options;
  const { signer, next, key_files: files, permitKeys } = options;
  const given = { key, signer, next, files, permitKeys };
  const identity = {
    key: signer ?? key,
    origin,
    ...(next !== undefined && { next }),
    ...(store_key !== undefined && { store_key }),
    ...(mark !== undefined && { mark }),
    ...(data_keys !== undefined && { data_keys }),
    ...(archive !== undefined && { archive }),
  };
  const opened = await openStorage(options, identity);
  const { log = () => {} } = options;
  const tampering = new TamperWatch(log);
  const storage = tampering.over(opened);
  let telemetry: HallTelemetry | undefined;
  try {
    telemetry = await openTelemetry(options.telemetry, randomUUID(), log);
    const written = await openJournal(options, storage);
    const keys = await HallKeys.open(
      { ...given, sealsStore: isDurable(options) && store_key === undefined },
      storage,
    );
    const storeWatch = new StoreWatch(storage.ledger, tampering);
    await storeWatch.look();
    const base = { options, keys, origin, storage, storeWatch, tampering, telemetry, ...written };
    const parts = await build(base);
    await enrolWorkers(parts, options.workers ?? []);
    return parts;
  } catch (error) {
    await telemetry?.close();
    await storage.close();
    throw error;
  }
}

type Written = Pick<HallBase, 'clock' | 'feed' | 'journal' | 'others' | 'halls'>;

/** The one way to write, and what is known of other Halls that write to the same store. */
async function openJournal(options: HallOptions, storage: EvidenceStorage): Promise<Written> {
  const { now = Date.now, postgres: { shared: isShared = false, lease_ms } = {} } = options;
  const { store, payloads } = storage;
  const others = await OtherHalls.open(storage.ledger);
  // Of several Halls, each has a clock of its own: all go by that of the database.
  const source = isShared ? () => now() + others.ahead_ms : now;
  const clock = new HallClock(source, await latestTime(storage));
  const feed = new EventFeed(store, { payloads, now: () => new Date(clock.latest()).toISOString() });
  const journal = new Journal(storage, feed, others);
  const halls = await LiveHalls.open({ store, journal, others, isShared, lease_ms });
  return { clock, feed, journal, others, halls };
}

/** Receipts that are read for the latest time: the last one may be an outcome, with the time of an old decision. */
const LATEST_RECEIPTS = 256;

/** The latest time in the evidence, in milliseconds since 1970: what is decided next must not be dated before it. */
async function latestTime({ store }: EvidenceStorage): Promise<number> {
  const last = await store.list('receipts', { descending: true, limit: LATEST_RECEIPTS });
  const [checkpoint] = await store.list('checkpoints', { descending: true, limit: 1 });
  const receipts = last.map(({ receipt }) => (JSON.parse(receipt) as Partial<Receipt>).dispatched_at);
  const times = [...receipts, checkpoint?.at].map((time) => (time == null ? 0 : Date.parse(time)));
  return Math.max(0, ...times);
}

async function build(base: HallBase): Promise<AssembledParts> {
  const state = await openState(base);
  const { options, gate, inspector, connected, ...others } = state;
  const { clock, journal, registry, activeWorld, freezes, storage } = state;
  const { chains = new ChainedCallRegistry(), board = new CallBoard(), pulling_authorities = [] } = options;
  const pulled = { authorities: pulling_authorities, registry, connected, board, chains };
  const pulling = new PullingAuthorities(pulled);
  const onChange = (worker_id: string) => pulling.follow(worker_id);
  const administered = { clock, journal, registry, activeWorld, freezes, inspector, onChange };
  const registryAdmin = new RegistryAdmin(administered);
  state.others.on('workers', (ids) => registryAdmin.follow(storage.store, ids as readonly string[] | null));
  const metrics = metricsOf(state, () => exports.statuses);
  const dispatching = await createDispatching(state, metrics);
  const exports = await exportsOf(state);
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
    chains,
    board,
    registryAdmin,
    workerReview: new WorkerReview({ registry, activeWorld, deliveries: state.deliveries }),
    metrics,
    retention: retentionOf(state),
    makeBackup: options.makeBackup,
    exports,
    tracing: state.telemetry.tracing,
    hasGate: gate !== null && gate.ask !== devAllowGate,
    gateState: () => gate?.state() ?? null,
    offersApprovalTools: options.offersApprovalTools === true,
  };
}

function exportsOf({
  options,
  origin,
  storage,
  journal,
  keys,
  clock,
  log,
  halls,
}: HallState): Promise<Exports> {
  return openExports(options.exports ?? [], {
    origin,
    store: storage.store,
    commit: (changes) => journal.overwrite(changes),
    size: async () => (await storage.ledger.head()).size,
    signer: () => keys.signer,
    isSender: () => halls.isFirst,
    clock,
    log,
  });
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

function retentionOf({ storage, clock, activeWorld }: HallState): PayloadRetention {
  const rules = () => activeWorld.current.retention;
  return new PayloadRetention({ payloads: storage.payloads, clock, rules });
}

function metricsOf(
  { pendingApprovals, activeWorld, journal, registry, feed, checkpoints, storeWatch }: HallState,
  exports: () => Exports['statuses'],
): Metrics {
  return new Metrics({
    pendingApprovals: () => pendingApprovals.pending().length,
    isWorldSound: () => activeWorld.rejected.length === 0,
    isStoring: () => journal.failure === null,
    enrolledWorkers: () => registry.list().length,
    listeners: () => feed.listeners,
    witnessLag: () => checkpoints.lag(),
    failingRecipients: () => checkpoints.failing(),
    exports,
    checkedReceipts: () => storeWatch.check.checked,
    uncheckedReceipts: () => storeWatch.check.of - storeWatch.check.checked,
  });
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
