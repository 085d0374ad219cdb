import type { Caller } from '../base/gateway.ts';
import { errorMessage, notificationMessage, type RpcRequest } from '../base/json-rpc.ts';
import type { Members } from '../base/members.ts';
import type { Envelope } from './envelope.ts';
import type { Exchange } from './exchange.ts';
import type { FaceParts } from './face-parts.ts';
import { answerRequest, shownError } from './method/answer-request.ts';
import { openSubscription, type Subscription } from './subscription.ts';

/** The method whose answer is a stream of notifications. */
export const LISTEN = 'subscriptions/listen';

/** A request of 2026-07-28, and the way back to its client. */
export interface ModernRequest {
  readonly request: RpcRequest;
  readonly envelope: Envelope;
  readonly caller: Caller;
  readonly signal: AbortSignal;
  /** Resolves once the answer was handed over to the client (true), or cannot be any more. */
  readonly answered: Promise<boolean>;
  /** Sends what belongs to the request. */
  readonly send: (message: Members) => void;
}

/** The answer to a request; null for one that was cancelled. Never rejects. */
export function answerModern(parts: FaceParts, modern: ModernRequest): Promise<Members | null> {
  return answerRequest(parts, modern.request, exchangeOf(modern));
}

/** Opens a subscription; the message of an error where there is none. */
export async function listenModern(parts: FaceParts, modern: ModernRequest): Promise<Subscription | Members> {
  try {
    return await openSubscription(parts, modern.request, exchangeOf(modern), modern.send);
  } catch (error) {
    return errorMessage(modern.request.id, shownError(parts, error, true));
  }
}

/** Whether there is a subscription, and not the message of an error. */
export function isSubscription(opened: Subscription | Members): opened is Subscription {
  return typeof (opened as Subscription).cancel === 'function';
}

function exchangeOf({ envelope, caller, signal, answered, send }: ModernRequest): Exchange {
  return {
    caller,
    revision: envelope.revision,
    isModern: true,
    capabilities: envelope.capabilities,
    signal,
    answered,
    log_level: envelope.log_level,
    notify: (method, params) => send(notificationMessage(method, params)),
  };
}
