import type { Diagnostic } from '@wcp/spec';
import type { Freeze, HallEvent } from '@wcp/spec/hall';
import type { HallClock } from '../base/hall-clock.ts';
import { ProblemError } from '../base/problem.ts';
import { SerialQueue } from '../base/serial-queue.ts';
import type { Principal } from '../identity/principal.ts';
import {
  type Freezes,
  type FreezeTarget,
  freezeChange,
  frozenEvent,
  releaseChange,
} from '../operations/freezes.ts';
import { ALWAYS, type Journal } from '../storage/journal.ts';
import type { Store } from '../storage/store/store.ts';
import type { ActiveWorld, Reload } from '../world/active-world.ts';
import type { OperatorDocuments } from '../world/hall-world.ts';
import type { EnrolledWorker } from './enrolled-worker.ts';
import { enrolmentEvidence } from './enrolment-receipt.ts';
import type { Enrolment, Registry, RegistryChange } from './registry.ts';
import type { WorkerInspector } from './worker-inspector.ts';

/** What administration changes. */
export interface RegistryAdminParts {
  readonly clock: HallClock;
  readonly journal: Journal;
  readonly registry: Registry;
  readonly activeWorld: ActiveWorld;
  readonly freezes: Freezes;
  readonly inspector: WorkerInspector;
  /** Hears of each worker that was enrolled or removed, once that is in force. */
  onChange?(worker_id: string): void;
}

/** The result of an enrolment. */
export interface Enrolled {
  readonly worker: EnrolledWorker;
  readonly replaced: boolean;
  /** The canonical JSON of its receipt. */
  readonly receipt: string;
}

/** Changes the registry, the documents and the freezes: one change after another, each durable before it counts. */
export class RegistryAdmin {
  readonly #parts: RegistryAdminParts;
  readonly #queue = new SerialQueue();

  constructor(parts: RegistryAdminParts) {
    this.#parts = parts;
  }

  /** @throws {ProblemError} with every finding at once */
  async enrol(enrolment: Enrolment, by: Principal): Promise<Enrolled> {
    const [enrolled] = await this.enrolAll([enrolment], by);
    return enrolled as Enrolled;
  }

  /**
   * Enrols all of them or none, each worker once. They come into force together, in one world.
   *
   * @throws {ProblemError} with every finding about the first that cannot be enrolled
   */
  enrolAll(enrolments: readonly Enrolment[], by: Principal): Promise<readonly Enrolled[]> {
    return this.#queue.run(async () => {
      if (enrolments.length === 0) return [];
      const at = this.#parts.clock.timestamp();
      const changes = enrolments.map((each) => this.#parts.registry.prepareEnrolment(each, by, at));
      checkEachOnce(changes);
      const receipts = await this.#changeRegistry(changes, 'enrol', by, at);
      return changes.map(({ worker, replaces }, index) => ({
        worker,
        replaced: replaces !== null,
        receipt: receipts[index] as string,
      }));
    });
  }

  /** @throws {ProblemError} `NOT_FOUND`, `FORBIDDEN` */
  remove(workerId: string, by: Principal): Promise<string> {
    return this.#queue.run(async () => {
      const at = this.#parts.clock.timestamp();
      const change = this.#parts.registry.prepareRemoval(workerId, by, at);
      const [receipt] = await this.#changeRegistry([change], 'remove', by, at);
      return receipt as string;
    });
  }

  /** Puts new documents in force. Broken ones are rejected with an event, and the world in force stays. */
  reload(documents: OperatorDocuments, unreadable: readonly Diagnostic[] = []): Promise<Reload> {
    return this.#queue.run(async () => {
      const { activeWorld, clock } = this.#parts;
      const timestamp = clock.timestamp();
      const before = activeWorld.current.world.digest;
      const reload = await activeWorld.setDocuments(documents, timestamp, unreadable);
      if (!reload.isAccepted) {
        await this.#publish({
          event_id: 'org.wcp.hall.documents-rejected',
          timestamp,
          errors: errorsIn(reload.diagnostics),
        });
      } else if (reload.isChanged) {
        const after = activeWorld.current.world.digest;
        await this.#publish({ event_id: 'org.wcp.hall.world-changed', timestamp, before, after });
      }
      return reload;
    });
  }

  freeze({ scope, value, tenant_id }: FreezeTarget, reason: string, by: Principal): Promise<Freeze> {
    return this.#queue.run(async () => {
      const { freezes, journal, clock } = this.#parts;
      const timestamp = clock.timestamp();
      const freeze: Freeze = { scope, value, tenant_id, reason, frozen_at: timestamp, frozen_by: by.id };
      const event = { ...frozenEvent(freeze), reason, by: by.id };
      // In force before it is durable: a stop must not come late.
      freezes.apply(freeze);
      const events = { tenant_id: null, list: [event] };
      try {
        await journal.append({ changes: [freezeChange(freeze)], events, since: ALWAYS });
      } finally {
        await freezes.stored(freeze);
      }
      return freeze;
    });
  }

  /** @throws {ProblemError} `NOT_FOUND` */
  release(target: FreezeTarget, by: Principal): Promise<Freeze> {
    return this.#queue.run(async () => {
      const { freezes, journal, clock } = this.#parts;
      const freeze = freezes.get(target);
      if (freeze === null) throw new ProblemError('NOT_FOUND', 'This is not frozen.');
      const event = {
        event_id: 'org.wcp.hall.released',
        timestamp: clock.timestamp(),
        scope: freeze.scope,
        value: freeze.value,
        tenant_id: freeze.tenant_id,
        by: by.id,
      };
      await journal.append({ changes: [releaseChange(freeze)], events: { tenant_id: null, list: [event] } });
      freezes.lift(freeze);
      return freeze;
    });
  }

  /** Puts in force what other Halls have enrolled, flagged or removed, by the ids of workers; null for all. */
  follow(store: Store, ids: readonly string[] | null): Promise<void> {
    return this.#queue.run(async () => {
      const { registry, activeWorld, inspector, clock, onChange } = this.#parts;
      await registry.follow(store, ids);
      await activeWorld.keepFor(registry.records(), new Date(clock.latest()).toISOString());
      activeWorld.usePrepared();
      inspector.forget();
      for (const id of ids ?? registry.records().map(({ worker_id }) => worker_id)) onChange?.(id);
    });
  }

  /** Waits for what is under way. */
  async close(): Promise<void> {
    await this.#queue.idle();
  }

  /**
   * The new world is durable before the changes, so that every decision can be made again in its own world; the receipts
   * of the changes, which are made all or none.
   */
  async #changeRegistry(
    changes: readonly RegistryChange[],
    kind: 'enrol' | 'remove',
    by: Principal,
    at: string,
  ): Promise<readonly string[]> {
    const { journal, registry, activeWorld, inspector } = this.#parts;
    const changed = changes.map(({ worker }) => worker.record);
    const ids = new Set(changed.map(({ worker_id }) => worker_id));
    const others = registry.records().filter(({ worker_id }) => !ids.has(worker_id));
    const digest = await activeWorld.keepFor(kind === 'enrol' ? [...others, ...changed] : others, at);
    const entries = changes.map(({ worker, changes: own }) => ({
      evidence: enrolmentEvidence(worker, kind, at, digest),
      changes: own,
      events: { tenant_id: null, list: [changeEvent(worker, kind, by, at)] },
    }));
    const appended = await journal.append(...entries);
    for (const change of changes) change.apply();
    for (const id of ids) this.#parts.onChange?.(id);
    activeWorld.usePrepared();
    inspector.forget();
    return appended.map(({ receipt }) => receipt as string);
  }

  async #publish(event: HallEvent): Promise<void> {
    await this.#parts.journal.append({ events: { tenant_id: null, list: [event] } });
  }
}

/** Two enrolments of one worker would have one version. */
function checkEachOnce(changes: readonly RegistryChange[]): void {
  if (new Set(changes.map(({ worker }) => worker.record.worker_id)).size === changes.length) return;
  throw new ProblemError('INVALID_BODY', 'A worker can be enrolled only once at a time.');
}

function changeEvent(
  { record, version }: EnrolledWorker,
  kind: 'enrol' | 'remove',
  by: Principal,
  timestamp: string,
): HallEvent {
  const event_id = kind === 'enrol' ? 'org.wcp.hall.worker-enrolled' : 'org.wcp.hall.worker-removed';
  return { event_id, timestamp, worker_id: record.worker_id, by: by.id, version };
}

function errorsIn(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  return diagnostics.filter(({ level }) => level === 'error').slice(0, 20);
}
