import { canonicalJson } from '@wcp/spec';

/** What a call is known by on both sides of the Hall. */
export interface LinkedCall {
  readonly tenant_id: string;
  readonly correlation_id: string;
  readonly capability_id: string;
  readonly request: unknown;
}

/** What a client has to do with its call while that runs. */
export interface LinkedClient {
  /** Cancels it. */
  readonly signal: AbortSignal;
  /** Is told of progress, as the server sent it. */
  onProgress?(params: unknown): void;
  /** Is told of log messages of the call, as the server sent them. */
  onLog?(params: unknown): void;
  /** Answers a request of the server. */
  ask?(method: string, params: unknown, signal: AbortSignal): Promise<unknown>;
  /** What it says that it can do. */
  readonly capabilities?: unknown;
  /** The least severe log messages that it wants; null for none. */
  readonly log_level?: string | null;
  /** Whether it can be answered with a task of the server. */
  readonly takes_tasks?: boolean;
}

/**
 * What connects a client of this process with its call beyond the Hall. A client links its call before it is dispatched;
 * the delivery takes the link. Where several calls are alike to the last argument, each takes one.
 *
 * @example
 * import { CallLinks } from '@wcp/mcp';
 *
 * const links = new CallLinks();
 * const call = { tenant_id: 'acme', correlation_id: 'c-1', capability_id: 'org.acme.mcp-files.read-file', request: {} };
 * const unlink = links.link(call, { signal: AbortSignal.timeout(1_000), onProgress: console.log });
 * unlink();
 */
export class CallLinks {
  readonly #waiting = new Map<string, LinkedClient[]>();

  /** Links a call until the function that it returns is called. */
  link(call: LinkedCall, client: LinkedClient): () => void {
    const key = keyOf(call);
    this.#waiting.set(key, [...(this.#waiting.get(key) ?? []), client]);
    return () => this.#remove(key, client);
  }

  /** The client of a call that begins; null for one that nobody waits for, such as one that a steward approved. */
  take(call: LinkedCall): LinkedClient | null {
    const key = keyOf(call);
    const client = this.#waiting.get(key)?.[0] ?? null;
    if (client !== null) this.#remove(key, client);
    return client;
  }

  #remove(key: string, client: LinkedClient): void {
    const left = (this.#waiting.get(key) ?? []).filter((each) => each !== client);
    if (left.length === 0) this.#waiting.delete(key);
    else this.#waiting.set(key, left);
  }
}

function keyOf({ tenant_id, correlation_id, capability_id, request }: LinkedCall): string {
  return canonicalJson([tenant_id, correlation_id, capability_id, request]);
}
