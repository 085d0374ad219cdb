import type { Caller } from '../../base/gateway.ts';
import {
  errorMessage,
  RPC_CODES,
  RpcError,
  type RpcMessage,
  type RpcRequest,
  resultMessage,
} from '../../base/json-rpc.ts';
import type { Members } from '../../base/members.ts';
import { type Envelope, hasEnvelope, readEnvelope } from '../envelope.ts';
import type { FaceParts } from '../face-parts.ts';
import { LegacySession } from '../legacy-session.ts';
import { answerModern, isSubscription, LISTEN, listenModern, type ModernRequest } from '../modern-request.ts';
import { OpenRequests } from '../open-requests.ts';
import type { Subscription } from '../subscription.ts';

const MAX_SUBSCRIPTIONS = 64;

/** The client at the other end of a pipe: each message says by itself which kind of revision it is of. */
export class StdioConnection {
  readonly #parts: FaceParts;
  readonly #caller: Caller;
  readonly #send: (message: Members) => boolean;
  readonly #requests: OpenRequests;
  readonly #subscriptions = new Map<unknown, Subscription>();
  #session: LegacySession | null = null;

  /** @param send says whether the message was handed over */
  constructor(parts: FaceParts, caller: Caller, send: (message: Members) => boolean) {
    this.#parts = parts;
    this.#caller = caller;
    this.#send = send;
    this.#requests = new OpenRequests(parts.requests_at_once);
  }

  /** Takes a message and sends what answers it. Never rejects. */
  async receive(message: RpcMessage): Promise<void> {
    let onAnswered: (isHanded: boolean) => void = () => undefined;
    const answered = new Promise<boolean>((resolve) => {
      onAnswered = resolve;
    });
    const answer = await this.#answer(message, answered);
    onAnswered(answer !== null && this.#send(answer));
  }

  /** Resolves when nothing is open any more. */
  async whenIdle(): Promise<void> {
    await Promise.all([this.#requests.whenIdle(), this.#session?.whenIdle()]);
  }

  /** Ends the subscriptions with a last message each, and cancels what is open. */
  close(): void {
    for (const subscription of this.#subscriptions.values()) this.#send(subscription.finish());
    this.#subscriptions.clear();
    this.#requests.cancelAll();
    this.#session?.close();
  }

  #answer(message: RpcMessage, answered: Promise<boolean>): Promise<Members | null> | Members | null {
    if (message.kind !== 'response' && hasEnvelope(message.params)) return this.#modern(message, answered);
    if (message.kind === 'request' && message.method === 'initialize') return this.#initialize(message);
    if (message.kind === 'notification' && message.method === 'notifications/cancelled')
      this.#cancel(message.params);
    if (this.#session !== null) return this.#session.receive(message, this.#send, answered);
    if (message.kind !== 'request') return null;
    return errorMessage(message.id, new RpcError(RPC_CODES.invalidRequest, 'Send "initialize" first.'));
  }

  #initialize({ id, params }: RpcRequest): Members {
    if (this.#session !== null) {
      return errorMessage(id, new RpcError(RPC_CODES.invalidRequest, 'This session is initialized already.'));
    }
    this.#session = new LegacySession(this.#parts, this.#caller, params, this.#send);
    return resultMessage(id, this.#session.welcome);
  }

  async #modern(
    message: Exclude<RpcMessage, { kind: 'response' }>,
    answered: Promise<boolean>,
  ): Promise<Members | null> {
    if (message.kind === 'notification') {
      if (message.method === 'notifications/cancelled') this.#cancel(message.params);
      return null;
    }
    try {
      return await this.#request(message, readEnvelope(message.params), answered);
    } catch (error) {
      return errorMessage(message.id, error as RpcError);
    }
  }

  async #request(
    request: RpcRequest,
    envelope: Envelope,
    answered: Promise<boolean>,
  ): Promise<Members | null> {
    if (this.#subscriptions.has(request.id)) {
      throw new RpcError(RPC_CODES.invalidRequest, 'A request with this id is still open.');
    }
    const signal = this.#requests.open(request.id);
    const modern = { request, envelope, caller: this.#caller, signal, answered, send: this.#send };
    try {
      return await (request.method === LISTEN ? this.#listen(modern) : answerModern(this.#parts, modern));
    } finally {
      this.#requests.close(request.id);
    }
  }

  async #listen(modern: ModernRequest): Promise<Members | null> {
    if (this.#subscriptions.size >= MAX_SUBSCRIPTIONS) {
      throw new RpcError(RPC_CODES.internal, `No more than ${MAX_SUBSCRIPTIONS} subscriptions may be open.`);
    }
    const opened = await listenModern(this.#parts, modern);
    if (!isSubscription(opened)) return opened;
    if (modern.signal.aborted) opened.cancel();
    else if (opened.isEmpty) return opened.finish();
    else this.#subscriptions.set(modern.request.id, opened);
    return null;
  }

  #cancel({ requestId }: Members): void {
    this.#requests.cancel(requestId);
    this.#subscriptions.get(requestId)?.cancel();
    this.#subscriptions.delete(requestId);
  }
}
