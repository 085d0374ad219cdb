import type { Caller } from '../base/gateway.ts';
import type { Members } from '../base/members.ts';

/** One request of a client, and the way back to that client while it runs. */
export interface Exchange {
  readonly caller: Caller;
  readonly revision: string;
  /** Whether the revision is one without `initialize`. */
  readonly isModern: boolean;
  /** What the client says that it can do. */
  readonly capabilities: unknown;
  /** Aborted where the client cancels the request or is gone. */
  readonly signal: AbortSignal;
  /** Resolves once the answer was handed over to the client (true), or cannot be any more. */
  readonly answered: Promise<boolean>;
  /** The least severe log messages that the client wants; null for none. */
  readonly log_level: string | null;
  /** Sends a notification that belongs to this request. */
  notify(method: string, params: Members): void;
  /** Sends a request to the client; only sessions with `initialize` have it. */
  ask?(method: string, params: Members, signal: AbortSignal): Promise<unknown>;
  /** The URIs that the session subscribed to; only sessions with `initialize` have them. */
  readonly subscribed?: Set<string>;
  /** Sets the log level of the session; only sessions with `initialize` have one. */
  setLogLevel?(level: string): void;
}
