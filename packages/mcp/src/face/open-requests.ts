import { type RequestId, RPC_CODES, RpcError } from '../base/json-rpc.ts';

/** The requests of one session or connection that are not answered yet. */
export class OpenRequests {
  readonly #open = new Map<RequestId, AbortController>();
  readonly #idle = new Set<() => void>();
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  get size(): number {
    return this.#open.size;
  }

  /**
   * Opens a request; its signal is aborted where the client cancels it.
   *
   * @throws {RpcError} for an id that is in use, and where too many are open
   */
  open(id: RequestId): AbortSignal {
    if (this.#open.has(id))
      throw new RpcError(RPC_CODES.invalidRequest, 'A request with this id is still open.');
    if (this.#open.size >= this.#most) {
      throw new RpcError(
        RPC_CODES.internal,
        `No more than ${this.#most} requests may be open at a time. Try again.`,
      );
    }
    const controller = new AbortController();
    this.#open.set(id, controller);
    return controller.signal;
  }

  /** Notes that a request was answered. */
  close(id: RequestId): void {
    this.#open.delete(id);
    if (this.#open.size > 0) return;
    for (const tell of this.#idle) tell();
    this.#idle.clear();
  }

  /** Cancels a request; one that is not open is none of our business. */
  cancel(id: unknown): void {
    this.#open.get(id as RequestId)?.abort(new Error('The client cancelled the request.'));
  }

  cancelAll(): void {
    for (const controller of this.#open.values()) controller.abort(new Error('The client is gone.'));
  }

  /** Resolves when none is open. */
  whenIdle(): Promise<void> {
    return this.#open.size === 0 ? Promise.resolve() : new Promise((resolve) => this.#idle.add(resolve));
  }
}
