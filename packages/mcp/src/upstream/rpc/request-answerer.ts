import type { UpstreamClient } from '../upstream.ts';
import type { ReceivedMessage, RpcId, RpcMessage } from './message.ts';

type ReceivedRequest = Extract<ReceivedMessage, { readonly kind: 'request' }>;

const MAX_AT_A_TIME = 16;
const METHOD_NOT_FOUND = -32_601;
const INTERNAL_ERROR = -32_603;
const REFUSED = { code: METHOD_NOT_FOUND, message: 'This client answers no such request.' };
const FAILED = { code: INTERNAL_ERROR, message: 'The request was not answered.' };

/** Answers requests of a server to its client: one that belongs to no call of a client is refused. */
export class RequestAnswerer {
  readonly #send: (message: RpcMessage) => Promise<unknown> | undefined;
  readonly #open = new Map<RpcId, AbortController>();

  constructor(send: (message: RpcMessage) => Promise<unknown> | undefined) {
    this.#send = send;
  }

  /** @param client the one for whom the server asks; null where nobody knows, or nobody waits */
  answer({ id, method, params }: ReceivedRequest, client: UpstreamClient | null): void {
    if (method === 'ping') this.#reply({ jsonrpc: '2.0', id, result: {} });
    else if (client === null || this.#open.size >= MAX_AT_A_TIME || this.#open.has(id)) {
      this.#reply({ jsonrpc: '2.0', id, error: REFUSED });
    } else void this.#carryOut(id, (signal) => client.ask(method, params, signal));
  }

  /** The server no longer wants to know. */
  cancel(id: RpcId | undefined): void {
    if (id !== undefined) this.#open.get(id)?.abort();
  }

  close(): void {
    for (const controller of this.#open.values()) controller.abort();
  }

  async #carryOut(id: RpcId, answer: (signal: AbortSignal) => Promise<unknown>): Promise<void> {
    const controller = new AbortController();
    this.#open.set(id, controller);
    try {
      const result = await answer(controller.signal);
      if (!controller.signal.aborted) this.#reply({ jsonrpc: '2.0', id, result });
    } catch {
      if (!controller.signal.aborted) this.#reply({ jsonrpc: '2.0', id, error: FAILED });
    } finally {
      this.#open.delete(id);
    }
  }

  #reply(message: RpcMessage): void {
    this.#send(message)?.catch(() => {});
  }
}
