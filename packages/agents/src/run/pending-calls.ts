import { canonicalJson, sha256, type WorkerContext } from '@wcp/spec';

/** What a call is known by where it runs. */
export interface CallKey {
  readonly worker_id: string;
  readonly correlation_id: string;
  readonly request: unknown;
}

/** A call that this process has asked for. */
export class PendingCall {
  readonly key: CallKey;
  readonly context: unknown;
  /** Ends the run. */
  readonly signal: AbortSignal;
  /** What the tool threw. */
  error: unknown;
  #state: 'waiting' | 'started' | 'withdrawn' = 'waiting';
  readonly #started = deferred();
  readonly #ended = deferred();

  constructor(key: CallKey, context: unknown, signal: AbortSignal) {
    this.key = key;
    this.context = context;
    this.signal = signal;
  }

  get hasStarted(): boolean {
    return this.#state === 'started';
  }

  get isWithdrawn(): boolean {
    return this.#state === 'withdrawn';
  }

  /** Resolves once the tool has begun. */
  get started(): Promise<void> {
    return this.#started.promise;
  }

  /** Resolves once the tool has ended. */
  get ended(): Promise<void> {
    return this.#ended.promise;
  }

  end(): void {
    this.#ended.resolve();
  }

  /** Begins it, once; false where it was withdrawn. */
  start(): boolean {
    if (this.#state !== 'waiting') return false;
    this.#state = 'started';
    this.#started.resolve();
    return true;
  }

  /** From now on it does not begin; false where it has. */
  withdraw(): boolean {
    if (this.#state === 'waiting') this.#state = 'withdrawn';
    return this.#state === 'withdrawn';
  }
}

/** The calls that this process has asked for and that have not ended. */
export class PendingCalls {
  readonly #calls = new Map<string, PendingCall[]>();

  add(call: PendingCall): void {
    const name = nameOf(call.key);
    this.#calls.set(name, [...(this.#calls.get(name) ?? []), call]);
  }

  remove(call: PendingCall): void {
    const name = nameOf(call.key);
    const left = (this.#calls.get(name) ?? []).filter((each) => each !== call);
    if (left.length === 0) this.#calls.delete(name);
    else this.#calls.set(name, left);
  }

  /**
   * The call that the Hall has started, and no later one is given it again; null for one that this process did not ask
   * for. `withdrawn` for one that it no longer wants.
   */
  begin({ worker_id, correlation_id }: WorkerContext, request: unknown): PendingCall | 'withdrawn' | null {
    const calls = this.#calls.get(nameOf({ worker_id, correlation_id, request })) ?? [];
    if (calls.length === 0) return null;
    return calls.find((call) => call.start()) ?? 'withdrawn';
  }
}

function nameOf({ worker_id, correlation_id, request }: CallKey): string {
  return sha256(canonicalJson([worker_id, correlation_id, request]));
}

function deferred() {
  let resolve = () => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
