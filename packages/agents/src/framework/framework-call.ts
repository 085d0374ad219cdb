/** A call as a framework makes it. */
export interface FrameworkCall {
  readonly name: string;
  /** The id that the model gave the call. */
  readonly call_id: string;
  readonly args: unknown;
  /** Aborts the call. */
  readonly signal?: AbortSignal | undefined;
  /** The task that the call is part of. */
  readonly correlation_id?: string | undefined;
  /** Names the call, where its framework may make it again: it is carried out once. */
  readonly idempotency_key?: string | undefined;
  /** Runs the tool as the framework would. */
  run(args: unknown, signal: AbortSignal): unknown;
}

/** Milliseconds in which a framework must execute what it was told it may. */
const TAKE_MS = 30_000;

/** A call that the Hall was asked about, between the question and its execution by the framework. */
export class StartedCall {
  /** Aborts it. */
  readonly controller = new AbortController();
  /** Resolves once the Hall has started it. */
  readonly begun: Promise<void>;
  readonly #taken: Promise<FrameworkCall>;
  readonly #released = new AbortController();
  #begin = () => {};
  #take: (call: FrameworkCall) => void = () => {};

  constructor() {
    this.begun = new Promise((resolve) => {
      this.#begin = resolve;
    });
    this.#taken = new Promise((resolve) => {
      this.#take = resolve;
    });
  }

  /** The framework executes it, and is answered with what it comes to. */
  take(call: FrameworkCall): void {
    this.#take(call);
    const { signal } = call;
    const stop = () => this.controller.abort(signal?.reason);
    if (signal?.aborted === true) stop();
    else signal?.addEventListener('abort', stop, { once: true, signal: this.#released.signal });
  }

  /** The request that it was made in may end: it waits for a steward. */
  release(): void {
    this.#released.abort();
  }

  /** Runs the tool once the framework executes it: what it was told about and dropped never runs. */
  async run(args: unknown, signal: AbortSignal): Promise<unknown> {
    this.#begin();
    const call = await Promise.race([this.#taken, never(signal)]);
    return call.run(args, signal);
  }
}

function never(signal: AbortSignal): Promise<never> {
  const over = AbortSignal.any([signal, AbortSignal.timeout(TAKE_MS)]);
  return new Promise((_, reject) => {
    const stop = () => reject(over.reason);
    if (over.aborted) stop();
    else over.addEventListener('abort', stop, { once: true });
  });
}
