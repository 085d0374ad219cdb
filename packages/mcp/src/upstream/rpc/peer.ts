import type { DeliveryCode } from '@wcp/hall';
import type { UpstreamLimits } from '../settings.ts';
import type { UpstreamCall, UpstreamClient } from '../upstream.ts';
import { UpstreamError, upstreamError } from '../upstream-error.ts';
import type { Channel, ChannelListener } from './channel.ts';
import type { ReceivedMessage, RpcId } from './message.ts';
import { RequestAnswerer } from './request-answerer.ts';

/** What a peer tells of, and how it answers. */
export interface PeerOptions {
  readonly limits: UpstreamLimits;
  onNotification(method: string, params: unknown): void;
  onClosed(reason: string): void;
}

/** A request that is under way. */
interface Pending {
  readonly call: UpstreamCall;
  resolve(result: unknown): void;
  reject(error: UpstreamError): void;
}

const MAX_TIMER_MS = 2 ** 31 - 1;

/** One side of a JSON-RPC conversation: which answer belongs to which request, and what ends one early. */
export class Peer implements ChannelListener {
  readonly #options: PeerOptions;
  readonly #pending = new Map<RpcId, Pending>();
  readonly #answerer: RequestAnswerer;
  #channel: Channel | null = null;
  #lastId = 0;

  constructor(options: PeerOptions) {
    this.#options = options;
    this.#answerer = new RequestAnswerer((message) => this.#channel?.send(message));
  }

  /** Uses a channel: all that follows goes through it. */
  use(channel: Channel): void {
    this.#channel = channel;
  }

  /**
   * The result of a request, as received.
   *
   * @param meta members of `_meta` that the revision asks for
   * @throws {UpstreamError}
   */
  async request(
    method: string,
    params: unknown,
    call: UpstreamCall,
    meta: Readonly<Record<string, unknown>> = {},
  ): Promise<unknown> {
    const channel = this.#channel;
    if (channel === null) throw new UpstreamError('DELIVERY_CLOSED');
    if (this.#pending.size >= this.#options.limits.requests) throw new UpstreamError('DELIVERY_BUSY');
    if (call.signal?.aborted) throw new UpstreamError('DELIVERY_WITHDRAWN');
    this.#lastId += 1;
    const id = this.#lastId;
    const exchange = new AbortController();
    const answered = new Promise<unknown>((resolve, reject) => {
      this.#pending.set(id, { call, resolve, reject });
    });
    const stopWatching = this.#watch(id, channel, exchange);
    const message = { jsonrpc: '2.0', id, method, params: withMeta(params, id, call, meta) } as const;
    channel.send(message, exchange.signal).then(
      (state) => state === 'ended' && this.#fail(id, new UpstreamError('DELIVERY_LOST')),
      (error) => this.#fail(id, upstreamError(error, 'DELIVERY_LOST')),
    );
    try {
      return await answered;
    } finally {
      stopWatching();
      this.#pending.delete(id);
    }
  }

  /** Tells the server something. @throws {UpstreamError} */
  async notify(method: string, params?: unknown): Promise<void> {
    await this.#channel?.send({ jsonrpc: '2.0', method, ...(params !== undefined && { params }) });
  }

  onMessage(message: ReceivedMessage, within: RpcId | null): void {
    if (message.kind === 'request') this.#answerer.answer(message, this.#asked(within));
    else if (message.kind === 'notification') this.#takeNotification(message.method, message.params, within);
    else if (message.kind === 'error')
      this.#fail(message.id, new UpstreamError(message.error.code, message.error));
    else if (!message.isExact && this.#pending.get(message.id)?.call.is_exact === true) {
      this.#fail(message.id, new UpstreamError('DELIVERY_NUMBER_NOT_EXACT'));
    } else this.#pending.get(message.id)?.resolve(message.result);
  }

  /** Where nothing says which request was answered, it may be any of them. */
  onRefused(id: RpcId | null, code: DeliveryCode): void {
    const ids = id === null ? [...this.#pending.keys()] : [id];
    for (const each of ids) this.#fail(each, new UpstreamError(code));
  }

  onClosed(reason: string): void {
    this.end('DELIVERY_CRASHED');
    this.#options.onClosed(reason);
  }

  /** Ends every request, and each that comes later. */
  end(code: DeliveryCode): void {
    this.#channel = null;
    this.#answerer.close();
    for (const id of [...this.#pending.keys()]) this.#fail(id, new UpstreamError(code));
  }

  /** Ends a request by its time limit or its signal, and tells the server. */
  #watch(id: RpcId, channel: Channel, exchange: AbortController): () => void {
    const { timeout_ms = this.#options.limits.request_ms, signal } = this.#pending.get(id)?.call ?? {};
    const stop = (code: DeliveryCode) => {
      if (!this.#fail(id, new UpstreamError(code))) return;
      // Where closing cancels, a message about it would be one too many.
      if (!channel.cancelsByClosing) this.#cancel(channel, id);
      exchange.abort();
    };
    const timer = setTimeout(() => stop('DELIVERY_TIMEOUT'), Math.min(timeout_ms, MAX_TIMER_MS));
    const abort = () => stop('DELIVERY_CANCELLED');
    signal?.addEventListener('abort', abort);
    return () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
    };
  }

  #cancel(channel: Channel, requestId: RpcId): void {
    const params = { requestId, reason: 'cancelled by the gateway' };
    channel.send({ jsonrpc: '2.0', method: 'notifications/cancelled', params }).catch(() => {});
  }

  /** The client that a request of the server is for: where several calls are open, only their streams say which. */
  #asked(within: RpcId | null): UpstreamClient | null {
    const clients = this.#clients(within);
    return clients.length === 1 ? (clients[0] as UpstreamClient) : null;
  }

  /** A log message that may be of several calls is told to none, unless all of them are of one owner. */
  #log(params: unknown, within: RpcId | null): void {
    const clients = this.#clients(within);
    if (new Set(clients.map(({ owner }) => owner)).size === 1) clients[0]?.onLog(params);
  }

  #clients(within: RpcId | null): UpstreamClient[] {
    const calls = within === null ? [...this.#pending.values()] : [this.#pending.get(within)];
    return calls.flatMap((pending) => pending?.call.client ?? []);
  }

  #takeNotification(method: string, params: unknown, within: RpcId | null): void {
    if (method === 'notifications/progress') {
      const { progressToken } = Object(params) as { progressToken?: RpcId };
      this.#pending.get(progressToken ?? '')?.call.onProgress?.(params);
    } else if (method === 'notifications/cancelled') {
      this.#answerer.cancel((Object(params) as { requestId?: RpcId }).requestId);
    } else if (method === 'notifications/message') this.#log(params, within);
    else this.#options.onNotification(method, params);
  }

  /** True where it was this that ended it. */
  #fail(id: RpcId, error: UpstreamError): boolean {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    pending?.reject(error);
    return pending !== undefined;
  }
}

/** Whoever called has a token of their own for progress, which means nothing here. */
function withMeta(
  params: unknown,
  id: RpcId,
  call: UpstreamCall,
  meta: Readonly<Record<string, unknown>>,
): unknown {
  const given = Object(params) as Readonly<Record<string, unknown>>;
  const { progressToken: _, ...own } = Object(given['_meta']) as Readonly<Record<string, unknown>>;
  const whole = { ...own, ...meta, ...(call.onProgress !== undefined && { progressToken: id }) };
  const { _meta: __, ...rest } = given;
  const isEmpty = Object.keys(whole).length === 0;
  if (params === undefined && isEmpty) return undefined;
  return { ...rest, ...(!isEmpty && { _meta: whole }) };
}
