import { generateSigningKey, type SigningKey } from '@wcp/evidence';
import { devAllowGate } from '@wcp/router';
import type { Diagnostic, RouteDecision } from '@wcp/spec';
import type { FastifyInstance } from 'fastify';
import { Administration } from './administration.ts';
import { ApprovalDesk } from './approvals/approval-desk.ts';
import { ApprovalOffice } from './approvals/approval-office.ts';
import { ChainBook } from './chain-book.ts';
import { HallClock } from './clock.ts';
import type { Delivery } from './delivery/delivery.ts';
import { askedBy } from './dispatch/asked.ts';
import { Decider } from './dispatch/decider.ts';
import { type DispatchAnswer, Dispatcher } from './dispatch/dispatcher.ts';
import { Executor } from './dispatch/executor.ts';
import { Observer } from './dispatch/observer.ts';
import { Recorder } from './dispatch/recorder.ts';
import { settleOwed } from './dispatch/settle-owed.ts';
import { EventFeed } from './events/event-feed.ts';
import { Freezes } from './freezes.ts';
import { buildApp } from './http/app.ts';
import { type Identity, openIdentity } from './identity/identity.ts';
import type { Principal } from './identity/principal.ts';
import { Journal } from './journal.ts';
import { openMemoryVault, type Vault } from './ledger/vault.ts';
import { Metrics } from './metrics.ts';
import { createNotifier, type NotifierOptions } from './notify/create-notifier.ts';
import type { EnrolmentSignature } from './registry/enrolled-worker.ts';
import { Registry } from './registry/registry.ts';
import { startRounds } from './rounds.ts';
import { openFileVault } from './thread-vault.ts';
import type { HallPolicyGate, OperatorDocuments } from './world/hall-world.ts';
import { WorldKeeper } from './world/world-keeper.ts';

/** A worker that a Hall can reach: who it is, and the way to it. */
export interface HallWorker {
  readonly delivery: Delivery;
  readonly signature?: EnrolmentSignature;
}

/** How a Hall is made. Everything has a default: `await createHall({ rules })` is a Hall. */
export interface HallOptions {
  /** The rules (section 4.1), as a document. */
  readonly rules?: unknown;
  /** The Hall's configuration (section 4.3), as a document. */
  readonly config?: unknown;
  readonly catalogVersion?: string;
  /** The file of the store; absent, everything is kept in memory and gone with the process. */
  readonly file?: string;
  /** Signs receipts, checkpoints and permits; a new one where it is absent, which a Hall with a file should not want. */
  readonly key?: SigningKey;
  /** The name of the log, as a URL without its scheme; it is also the audience of credentials. */
  readonly origin?: string;
  readonly workers?: readonly HallWorker[];
  readonly policyGate?: HallPolicyGate;
  readonly notify?: NotifierOptions;
  /** How long a worker may take, in milliseconds. */
  readonly timeout_ms?: number;
  readonly http?: HttpLimits;
  /** Milliseconds since 1970; for tests. */
  readonly now?: () => number;
  /** Where a Hall says what an operator must know. Nothing where it is absent. */
  readonly log?: (level: 'info' | 'warn' | 'error', message: string) => void;
}

/** What a client may ask of the server. */
export interface HttpLimits {
  /** Bytes of a body; 2 MiB where it is absent. */
  readonly body_bytes?: number;
  /** Requests a minute of one principal or, without one, of one address. */
  readonly requests_per_minute?: number;
}

/** Everything that the parts of a Hall share. */
export interface HallParts {
  readonly origin: string;
  readonly key: SigningKey;
  readonly clock: HallClock;
  readonly vault: Vault;
  readonly journal: Journal;
  readonly feed: EventFeed;
  readonly registry: Registry;
  readonly worlds: WorldKeeper;
  readonly freezes: Freezes;
  readonly identity: Identity;
  readonly deliveries: ReadonlyMap<string, Delivery>;
  readonly desk: ApprovalDesk;
  readonly office: ApprovalOffice;
  readonly administration: Administration;
  readonly dispatcher: Dispatcher;
  readonly metrics: Metrics;
  readonly hasGate: boolean;
  readonly log: NonNullable<HallOptions['log']>;
}

/** A Hall (section 9): decides, delivers, holds, and keeps the evidence. */
export interface Hall {
  /** The HTTP interface; `app.listen` opens it, `app.inject` asks it without a socket. */
  readonly app: FastifyInstance;
  readonly parts: HallParts;
  /** Decides for the program that embeds the Hall, and executes nothing. */
  route(input: unknown): Promise<RouteDecision>;
  /** Decides and executes for the program that embeds the Hall. */
  dispatch(input: unknown): Promise<DispatchAnswer>;
  /** Puts new documents in force, unless they are broken. */
  reload(documents: {
    readonly rules?: unknown;
    readonly config?: unknown;
    /** What kept a document from being read at all: it counts as broken. */
    readonly unreadable?: readonly Diagnostic[];
  }): ReturnType<Administration['reload']>;
  /** Ends what runs, signs a last checkpoint and closes the store. */
  close(): Promise<void>;
}

/** The program that embeds a Hall is its operator. */
export const OPERATOR: Principal = { id: 'operator', roles: ['admin'], tenant_id: null, authority: null };

const DEFAULT_TIMEOUT_MS = 60_000;

/**
 * Makes a Hall. It resolves when the store is open and everything that an earlier process left is settled.
 *
 * @throws {WcpError} `ERR_WCP_STORE` where the store cannot be opened
 * @example
 * const hall = await createHall({ rules, file: 'hall/store.db', key, workers: [{ delivery }] });
 * const { decision, result } = await hall.dispatch(input);
 */
export async function createHall(options: HallOptions = {}): Promise<Hall> {
  const parts = await assemble(options);
  const app = await buildApp(parts.shared, options.http ?? {});
  const rounds = startRounds(parts.shared);
  const { dispatcher, administration, worlds, vault, clock, deliveries } = parts.shared;
  return {
    app,
    parts: parts.shared,
    route: async (input) => (await dispatcher.route(askedBy(input))).decision,
    dispatch: (input) => dispatcher.dispatch(askedBy(input)),
    reload: ({ unreadable, ...documents }) =>
      administration.reload({ ...documentsOf(worlds), ...documents }, unreadable),
    async close() {
      rounds.stop();
      await app.close();
      await parts.executor.close();
      await administration.close();
      await parts.notifier.close();
      await Promise.all([...deliveries.values()].map((delivery) => delivery.close()));
      await vault.ledger.checkpoint(new Date(lenientNow(clock)).toISOString()).catch(() => {});
      await vault.close();
    },
  };
}

function documentsOf({ current }: WorldKeeper): OperatorDocuments {
  const { rules, config, catalog_version } = current.documents;
  return { rules, config, catalogVersion: catalog_version };
}

function lenientNow(clock: HallClock): number {
  try {
    return clock.now();
  } catch {
    return Date.now();
  }
}

async function assemble(options: HallOptions) {
  const { key = generateSigningKey(), origin = 'localhost/wcp', policyGate = null, log = () => {} } = options;
  const identityOfLog = { key, origin };
  const vault = await (options.file === undefined
    ? openMemoryVault(identityOfLog)
    : openFileVault(options.file, identityOfLog));
  try {
    return await assembleOver(vault, { ...options, key, origin, policyGate, log });
  } catch (error) {
    await vault.close();
    throw error;
  }
}

type Settled = Omit<HallOptions, 'policyGate'> &
  Pick<HallParts, 'key' | 'origin' | 'log'> & { readonly policyGate: HallPolicyGate | null };

async function assembleOver(vault: Vault, options: Settled) {
  const { key, origin, policyGate, log } = options;
  const { store } = vault;
  const clock = new HallClock(options.now ?? Date.now, await latestTime(vault));
  const startedAt = lenientNow(clock);
  const feed = new EventFeed(store);
  const journal = new Journal(vault, feed);
  const commit = journal.commit.bind(journal);
  await settleOwed(store, journal);
  const registry = await Registry.open(store, origin);
  const documents = {
    rules: options.rules ?? [],
    config: options.config ?? {},
    catalogVersion: options.catalogVersion,
  };
  const worlds = await WorldKeeper.open({
    store,
    documents,
    workers: registry.records(),
    hasGate: policyGate !== null,
    at: new Date(startedAt).toISOString(),
    commit,
  });
  const identity = await openIdentity({ store, commit, audience: origin, now: () => new Date(clock.now()) });
  const deliveries = new Map(
    (options.workers ?? []).map(({ delivery }) => [delivery.record.worker_id, delivery]),
  );
  const observer = new Observer(registry, deliveries);
  const freezes = await Freezes.open(store);
  const desk = await ApprovalDesk.open(store);
  const notifier = await createNotifier({ store, commit, clock, log, ...options.notify });
  const chains = await ChainBook.open(store);
  const decider = new Decider({
    clock,
    worlds,
    registry,
    observer,
    chains,
    freezes,
    gate: policyGate,
    verifyCredential: (text, tenant) =>
      identity.verifyTenantCredential(text, String(tenant), new Date(clock.now())),
  });
  const recorder = new Recorder({ journal, desk, freezes, registry, observer, notifier });
  const timeout_ms = options.timeout_ms ?? DEFAULT_TIMEOUT_MS;
  const executor = new Executor({ clock, journal, deliveries, timeout_ms, permitOf: () => null });
  const dispatcher = new Dispatcher(decider, recorder, executor);
  const office = new ApprovalOffice({
    clock,
    store,
    journal,
    desk,
    freezes,
    decider,
    recorder,
    executor,
    notifier,
  });
  const administration = new Administration({ clock, journal, registry, worlds, freezes, observer });
  const metrics = new Metrics({
    pendingApprovals: () => desk.pending().length,
    isWorldSound: () => worlds.rejected.length === 0,
    isStoring: () => journal.failure === null,
    enrolledWorkers: () => registry.list().length,
    listeners: () => feed.listeners,
  });
  const shared: HallParts = {
    origin,
    key,
    clock,
    vault,
    journal,
    feed,
    registry,
    worlds,
    freezes,
    identity,
    deliveries,
    desk,
    office,
    administration,
    dispatcher,
    metrics,
    hasGate: policyGate !== null && policyGate !== devAllowGate,
    log,
  };
  await enrolOwn(shared, options.workers ?? []);
  return { shared, executor, notifier };
}

/** The latest time that the evidence knows. */
async function latestTime({ store }: Vault): Promise<number> {
  const [last] = await store.list('receipts', { descending: true, limit: 1 });
  const { dispatched_at } = JSON.parse(last?.receipt ?? '{}') as { dispatched_at?: string | null };
  return dispatched_at == null ? 0 : Date.parse(dispatched_at);
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
