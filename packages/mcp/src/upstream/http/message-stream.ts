import type { IncomingMessage } from 'node:http';
import type { ChannelListener } from '../rpc/channel.ts';
import { type ReceivedMessage, type RpcId, readMessages } from '../rpc/message.ts';
import { MessageIdFinder } from '../rpc/message-id.ts';
import { EventReader, type ServerEvent } from './event-reader.ts';

/** The messages in a stream of server-sent events, and in those that continue it. */
export class MessageStream {
  readonly #request: RpcId | null;
  readonly #longest: number;
  readonly #listener: ChannelListener;
  #isAnswered = false;
  #lastId: string | null = null;
  #retry_ms: number | null = null;

  /** @param request that it answers; null for what the server says of its own accord */
  constructor(request: RpcId | null, longest: number, listener: ChannelListener) {
    this.#request = request;
    this.#longest = longest;
    this.#listener = listener;
  }

  /** Whether its request was answered. */
  get isAnswered(): boolean {
    return this.#isAnswered;
  }

  /** With which it can be continued; null where the server does not keep its events. */
  get lastId(): string | null {
    return this.#lastId;
  }

  get retry_ms(): number | null {
    return this.#retry_ms;
  }

  /** Reads until the end of a stream, or until it breaks. */
  async read(response: IncomingMessage): Promise<void> {
    let finder: MessageIdFinder | null = null;
    const reader = new EventReader(
      this.#longest,
      (event) => this.#take(event),
      (part) => {
        finder ??= new MessageIdFinder();
        if (part !== null) finder.push(part);
        else {
          this.#refuse(finder.id ?? this.#request, 'DELIVERY_ANSWER_TOO_LARGE');
          finder = null;
        }
      },
    );
    try {
      for await (const chunk of response as AsyncIterable<Buffer>) {
        reader.push(chunk);
        this.#lastId = reader.lastId ?? this.#lastId;
        this.#retry_ms = reader.retry_ms ?? this.#retry_ms;
        if (this.#isAnswered) break;
      }
    } catch {
      // A stream that broke has ended.
    }
  }

  #take({ name, data }: ServerEvent): void {
    if (name !== '' && name !== 'message') return;
    // An event without content only gives an id to continue from.
    if (data.length === 0) return;
    try {
      for (const message of readMessages(data)) this.#deliver(message);
    } catch {
      const finder = new MessageIdFinder();
      finder.push(data);
      if (finder.id !== null) this.#refuse(finder.id, 'DELIVERY_JUNK');
    }
  }

  #deliver(message: ReceivedMessage): void {
    const isAnswer = message.kind === 'result' || message.kind === 'error';
    if (isAnswer && message.id === this.#request) this.#isAnswered = true;
    this.#listener.onMessage(message, this.#request);
  }

  #refuse(id: RpcId | null, code: 'DELIVERY_JUNK' | 'DELIVERY_ANSWER_TOO_LARGE'): void {
    if (id === null) return;
    if (id === this.#request) this.#isAnswered = true;
    this.#listener.onRefused(id, code);
  }
}
