import type { Gateway } from '../base/gateway.ts';
import { HeldCalls } from '../hold/held-calls.ts';
import type { HoldOptions } from '../hold/settle-hold.ts';

/** Something that an operator may want to see; never what a client or a server sent. */
export interface FaceEvent {
  /** `internal_error`, `message_refused`, `session_opened`, `session_closed`, `unauthenticated`, `client_too_slow` */
  readonly event: string;
  /** One plain sentence. */
  readonly message: string;
}

/** What every face is made with. */
export interface FaceOptions {
  readonly gateway: Gateway;
  /** What happens to calls that a steward must see first. */
  readonly holds?: HoldOptions;
  /** Milliseconds that a client may keep a list (default 5,000). Calls are decided, whatever a list says. */
  readonly list_ttl_ms?: number;
  /** Requests that one session or connection may have open (default 64). */
  readonly requests_at_once?: number;
  /** Gets what an operator must know; it must not throw. */
  readonly log?: (event: FaceEvent) => void;
}

/** What the parts of a face share. */
export interface FaceParts {
  readonly gateway: Gateway;
  readonly heldCalls: HeldCalls;
  readonly holds: HoldOptions;
  readonly list_ttl_ms: number;
  readonly requests_at_once: number;
  readonly log: (event: FaceEvent) => void;
}

/** Fills in the defaults. */
export function faceParts(options: FaceOptions): FaceParts {
  const { gateway, holds = {}, list_ttl_ms = 5_000, requests_at_once = 64, log = () => undefined } = options;
  return { gateway, heldCalls: holds.calls ?? new HeldCalls(), holds, list_ttl_ms, requests_at_once, log };
}
