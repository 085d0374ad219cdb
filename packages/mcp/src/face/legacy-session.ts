import type { Caller } from '../base/gateway.ts';
import {
  errorMessage,
  notificationMessage,
  type RequestId,
  RPC_CODES,
  RpcError,
  type RpcMessage,
  type RpcRequest,
  type RpcResponse,
} from '../base/json-rpc.ts';
import { type Members, membersOf } from '../base/members.ts';
import type { Exchange } from './exchange.ts';
import type { FaceParts } from './face-parts.ts';
import { answerRequest } from './method/answer-request.ts';
import { capabilitiesOf } from './method/methods.ts';
import { OpenRequests } from './open-requests.ts';
import { negotiate } from './revisions.ts';
import { followResources, listChanged, unsubscribeAll } from './subscription.ts';

/** Sends a message to the client. */
export type Send = (message: Members) => void;

/** Of a message that has no answer. */
const NEVER = Promise.resolve(false);

/** A session that began with `initialize` (2025-11-25 and earlier), over stdio or HTTP. */
export class LegacySession {
  readonly revision: string;
  readonly caller: Caller;
  readonly #parts: FaceParts;
  readonly #capabilities: Members;
  readonly #requests: OpenRequests;
  /** Our requests that the client has not answered. */
  readonly #asked = new Map<RequestId, (answer: RpcResponse) => void>();
  readonly #subscribed = new Set<string>();
  readonly #stops: (() => void)[];
  #log_level = 'debug';
  #asks = 0;

  /**
   * @param initialize the parameters of the client's `initialize`
   * @param send for what belongs to no request
   */
  constructor(parts: FaceParts, caller: Caller, initialize: Members, send: Send) {
    this.#parts = parts;
    this.caller = caller;
    this.revision = negotiate(initialize['protocolVersion']);
    this.#capabilities = membersOf(initialize['capabilities']);
    this.#requests = new OpenRequests(parts.requests_at_once);
    this.#stops = [
      parts.gateway.onListChanged((kind) => send(notificationMessage(listChanged(kind)))),
      followResources(parts.gateway, this.#subscribed, (method, params) =>
        send(notificationMessage(method, params)),
      ),
    ];
  }

  /** The result of `initialize`. */
  get welcome(): Members {
    const { server, instructions } = this.#parts.gateway;
    return {
      protocolVersion: this.revision,
      capabilities: capabilitiesOf(this.#parts, false),
      serverInfo: server,
      ...(instructions !== undefined && { instructions }),
    };
  }

  get isIdle(): boolean {
    return this.#requests.size === 0;
  }

  whenIdle(): Promise<void> {
    return this.#requests.whenIdle();
  }

  /**
   * Takes a message of the client; the answer to a request, null for anything else and for what was cancelled.
   *
   * @param send for what belongs to this request
   * @param answered resolves once its answer was handed over (true), or cannot be any more
   */
  async receive(message: RpcMessage, send: Send, answered = NEVER): Promise<Members | null> {
    if (message.kind === 'request') return this.#answer(message, send, answered);
    if (message.kind === 'response') this.#asked.get(message.id)?.(message);
    else if (message.method === 'notifications/cancelled') this.#requests.cancel(message.params['requestId']);
    return null;
  }

  /** Cancels what is open and sends nothing any more. */
  close(): void {
    for (const stop of this.#stops.splice(0)) stop();
    this.#requests.cancelAll();
    unsubscribeAll(this.#parts.gateway, this.caller, this.#subscribed);
  }

  async #answer(request: RpcRequest, send: Send, answered: Promise<boolean>): Promise<Members | null> {
    let signal: AbortSignal;
    try {
      if (request.method === 'initialize') {
        throw new RpcError(RPC_CODES.invalidRequest, 'This session is initialized already.');
      }
      signal = this.#requests.open(request.id);
    } catch (error) {
      return errorMessage(request.id, error as RpcError);
    }
    try {
      return await answerRequest(this.#parts, request, this.#exchange(signal, send, answered));
    } finally {
      this.#requests.close(request.id);
    }
  }

  #exchange(signal: AbortSignal, send: Send, answered: Promise<boolean>): Exchange {
    return {
      caller: this.caller,
      revision: this.revision,
      isModern: false,
      capabilities: this.#capabilities,
      signal,
      answered,
      log_level: this.#log_level,
      subscribed: this.#subscribed,
      notify: (method, params) => send(notificationMessage(method, params)),
      ask: (method, params, until) => this.#ask(method, params, until, send),
      setLogLevel: (level) => {
        this.#log_level = level;
      },
    };
  }

  /** Sends a request to the client; rejects with its error, or with the reason of the signal. */
  async #ask(method: string, params: Members, signal: AbortSignal, send: Send): Promise<unknown> {
    signal.throwIfAborted();
    this.#asks += 1;
    const id = `wcp-${this.#asks}`;
    let onAbort: () => void = () => undefined;
    const answered = new Promise<RpcResponse>((resolve, reject) => {
      this.#asked.set(id, resolve);
      onAbort = () => {
        send(notificationMessage('notifications/cancelled', { requestId: id, reason: 'It is settled.' }));
        reject(signal.reason);
      };
    });
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      send({ jsonrpc: '2.0', id, method, params });
      const { result, error } = await answered;
      if (error !== undefined) throw new RpcError(RPC_CODES.internal, 'The client answered with an error.');
      return result;
    } finally {
      signal.removeEventListener('abort', onAbort);
      this.#asked.delete(id);
    }
  }
}
