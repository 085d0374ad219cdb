import type { HeldOutcome } from '../base/gateway.ts';
import type { CallIdentity, HeldCalls, KeptCall } from './held-calls.ts';

/** How a call may end for its client, as far as its hold depends on it. */
export interface HoldExchange {
  /** Aborted where the client cancels. */
  readonly signal: AbortSignal;
  /** Resolves once the answer was handed over (true), or cannot be any more. */
  readonly answered: Promise<boolean>;
}

/** The hold of one call while the call is open. */
export interface OpenHold {
  /** The state of a hold that the same call left; null where there is none. */
  readonly request_state: string | null;
  /** Notes the hold of this call. @param survives whether it is found again after a restart */
  keep(held: HeldOutcome, survives: boolean): Promise<void>;
  /** Says that the client gets what it can go on with; gives that back. */
  answering<T>(answer: T): T;
  /** It is over: nothing of it can be read any more. */
  forget(): Promise<void>;
  /** The call ends. */
  leave(): void;
}

/**
 * The hold of a call that came without a request state. While the call is open, its hold is out of reach, so that two
 * calls at a time never share one. It is back in the very moment in which the client cancels or its connection is lost,
 * and where the client was told to call again. Where it got the outcome, or a state to ask with, the hold is forgotten:
 * the same call is then a new one.
 *
 * @param finds whether a hold that the same call left is this one's
 */
export function openHold(
  calls: HeldCalls,
  identity: CallIdentity,
  { signal, answered }: HoldExchange,
  finds: boolean,
): OpenHold {
  let kept: KeptCall | null = finds ? calls.take(identity) : null;
  let [isAnswering, isLost] = [false, false];
  const request_state = kept?.request_state ?? null;
  const giveBack = () => {
    const last = kept;
    kept = null;
    // A hold that cannot be written down is found until the process ends.
    if (last !== null) calls.giveBack(last).catch(() => undefined);
  };
  const forget = async () => {
    const last = kept;
    kept = null;
    // One that stays there counts no longer than it says.
    if (last !== null) await calls.forget(last).catch(() => undefined);
  };
  const lose = () => {
    isLost = true;
    giveBack();
  };
  signal.addEventListener('abort', lose, { once: true });
  void answered.then((isHanded) => {
    if (!isHanded) lose();
    else if (isAnswering) void forget();
  });
  return {
    request_state,
    async keep(held, survives) {
      kept = calls.keptOf(identity, held);
      if (isLost) giveBack();
      else if (survives) await calls.write(kept).catch(() => undefined);
    },
    answering(answer) {
      isAnswering = true;
      return answer;
    },
    forget,
    leave() {
      // A connection that closes after its answer has cancelled nothing.
      signal.removeEventListener('abort', lose);
      if (!isAnswering || isLost) giveBack();
    },
  };
}
