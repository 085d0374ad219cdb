import type { DeliveryCode } from '@wcp/hall';
import type { Enforcement } from '@wcp/spec/document';
import type { ReceivedMessage, RpcId, RpcMessage } from './message.ts';

/** What carries messages to a server and back. */
export interface Channel {
  /** What keeps the server within its envelope; null where this machine does not run it. */
  readonly enforcement: Enforcement | null;
  /** Whether closing the exchange of a request is what cancels it. */
  readonly cancelsByClosing: boolean;
  /**
   * Sends a message. Resolves with `ended` where no answer can come any more, and with `sent` where that is not known.
   *
   * @param signal ends the exchange
   * @throws {UpstreamError} where it was not sent, or was refused
   */
  send(message: RpcMessage, signal?: AbortSignal): Promise<'sent' | 'ended'>;
  /** What was agreed on: for headers. */
  agree(revision: string): void;
  /** From now on hears what the server says of its own accord. */
  listen(): void;
  /** Ends it: nothing of it is left afterwards. */
  close(): Promise<void>;
}

/** What a channel tells of. */
export interface ChannelListener {
  /** @param within the request in whose stream the message came; null where nothing says that */
  onMessage(message: ReceivedMessage, within: RpcId | null): void;
  /** A message that was refused; null where nothing says which request it answers. */
  onRefused(id: RpcId | null, code: DeliveryCode): void;
  /** The server is gone. Called once. */
  onClosed(reason: string): void;
}
