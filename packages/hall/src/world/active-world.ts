import type { PolicyGateRequest } from '@wcp/router';
import type { Diagnostic, RegistryRecord } from '@wcp/spec';
import type { Change, Commit, Store } from '../storage/store/store.ts';
import { errorsOf, type HallWorld, makeHallWorld, type OperatorDocuments } from './hall-world.ts';
import { createGateRecorder, type GateRecorder } from './policy-gate.ts';

/** The result of new documents. */
export interface Reload {
  readonly isAccepted: boolean;
  /** Whether another world is in force than before. */
  readonly isChanged: boolean;
  readonly diagnostics: readonly Diagnostic[];
}

const LAST_GOOD = 'documents';

/**
 * The world in force. Broken documents never replace sound ones. Callers make one change after another.
 */
export class ActiveWorld {
  readonly #recorder: GateRecorder | null;
  readonly #commit: Commit;
  #documents: OperatorDocuments;
  #current: HallWorld;
  /** Durable, and not in force yet. */
  #prepared: HallWorld;
  /** What is wrong with the latest documents; empty while they are in force. */
  #rejected: readonly Diagnostic[] = [];

  private constructor(
    documents: OperatorDocuments,
    current: HallWorld,
    recorder: GateRecorder | null,
    commit: Commit,
  ) {
    this.#documents = documents;
    this.#current = current;
    this.#prepared = current;
    this.#recorder = recorder;
    this.#commit = commit;
  }

  /** Opens with these documents, or with the last good ones that the store knows where these are broken. */
  static async open(options: {
    readonly store: Store;
    readonly documents: OperatorDocuments;
    readonly workers: readonly RegistryRecord[];
    readonly hasGate: boolean;
    readonly at: string;
    readonly commit: Commit;
  }): Promise<ActiveWorld> {
    const { store, documents, workers, hasGate, at, commit } = options;
    const recorder = hasGate ? createGateRecorder() : null;
    const made = makeHallWorld(documents, workers, recorder);
    const errors = errorsOf(made);
    const good = errors.length === 0 ? null : await store.get('meta', LAST_GOOD);
    const inForce = good === null ? documents : (JSON.parse(good.document) as OperatorDocuments);
    const current = good === null ? made : makeHallWorld(inForce, workers, recorder);
    const activeWorld = new ActiveWorld(inForce, current, recorder, commit);
    activeWorld.#rejected = errors;
    await activeWorld.#store(current, inForce, at);
    return activeWorld;
  }

  get current(): HallWorld {
    return this.#current;
  }

  /** What is wrong with documents that were not put in force. */
  get rejected(): readonly Diagnostic[] {
    return this.#rejected;
  }

  /** The request that the gate was sent since the last call; null where there was none. */
  takeGateRequest(): PolicyGateRequest | null {
    const request = this.#recorder?.request ?? null;
    if (this.#recorder !== null) this.#recorder.request = null;
    return request;
  }

  /**
   * Puts new documents in force, unless they are broken: the last good world then stays.
   *
   * @param unreadable what kept a document from being read at all, at its place in a world
   */
  async setDocuments(
    documents: OperatorDocuments,
    at: string,
    unreadable: readonly Diagnostic[] = [],
  ): Promise<Reload> {
    const made = makeHallWorld(documents, this.#current.documents.workers, this.#recorder);
    const isOther = ({ path }: Diagnostic) => unreadable.every((known) => known.path !== path);
    const errors = [...unreadable, ...errorsOf(made).filter(isOther)];
    this.#rejected = errors;
    if (errors.length > 0) {
      const rest = made.world.diagnostics.filter(isOther);
      return { isAccepted: false, isChanged: false, diagnostics: [...unreadable, ...rest] };
    }
    const isChanged = made.world.digest !== this.#current.world.digest;
    await this.#store(made, documents, at);
    this.#documents = documents;
    this.#current = made;
    return { isAccepted: true, isChanged, diagnostics: made.world.diagnostics };
  }

  /** Makes the world of these workers durable without putting it in force, and gives its digest. */
  async keepFor(workers: readonly RegistryRecord[], at: string): Promise<string | null> {
    const made = makeHallWorld(this.#documents, workers, this.#recorder);
    await this.#store(made, this.#documents, at);
    this.#prepared = made;
    return made.world.digest;
  }

  /** Puts the world that {@link keepFor} made durable in force. */
  usePrepared(): void {
    this.#current = this.#prepared;
  }

  /** Every world is durable under its digest before it is in force: what it decides can be decided again. */
  async #store(made: HallWorld, inForce: OperatorDocuments, at: string): Promise<void> {
    const { world, documents } = made;
    const changes: Change[] = [];
    if (world.digest !== null) {
      const row = { digest: world.digest, documents: JSON.stringify(documents), at };
      changes.push({ put: 'worlds', row });
    }
    if (errorsOf(made).length === 0) {
      const document = JSON.stringify(inForce);
      changes.push({ put: 'meta', row: { id: LAST_GOOD, state: 'good', at, document } });
    }
    await this.#commit(changes);
  }
}
