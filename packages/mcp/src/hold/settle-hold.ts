import type { CallOutcome, HeldOutcome } from '../base/gateway.ts';
import { isObject, type Members, ownMember } from '../base/members.ts';
import { shownText } from '../base/shown-text.ts';
import type { HeldCalls } from './held-calls.ts';
import { refusalResult } from './refusal.ts';
import { type EndedOutcome, type WaitOptions, waitForSteward } from './wait-for-steward.ts';

/** What happens to a held call of a client that cannot open the page of its approval. */
export interface HoldOptions extends WaitOptions {
  /** `answer`: it is told so at once (default). `wait`: it waits for the steward, with progress. */
  readonly on_hold?: 'answer' | 'wait';
  /** Where a call without a request state finds its hold again (default: in memory, for each face alone). */
  readonly calls?: HeldCalls;
}

/** A client, as far as a hold depends on it. */
export interface HoldClient {
  /**
   * How it can be asked to open a page: by a result that it answers with a retry (2026-07-28), by a request of ours
   * (2025-11-25), or not at all.
   */
  readonly elicitation: 'retry' | 'request' | 'none';
  /** Whether this call came with a request state. */
  readonly isRetry: boolean;
  /** The answers that the call came with. */
  readonly input_responses: unknown;
  readonly signal: AbortSignal;
  /** Sends a request to the client. */
  ask?(method: string, params: Members, signal: AbortSignal): Promise<unknown>;
  notify(method: string, params: Members): void;
  /** A sign of life while a steward is waited for. */
  onWaiting(message: string): void;
}

/** What came of a held call, for the client. */
export type SettledHold =
  | { readonly kind: 'ended'; readonly outcome: EndedOutcome }
  /** The client is to call again. */
  | { readonly kind: 'input_required'; readonly result: Members }
  /** It still waits; the result tells so. */
  | { readonly kind: 'pending'; readonly result: Members };

/** Everything that settling works with. */
interface Settling {
  readonly held: HeldOutcome;
  readonly client: HoldClient;
  readonly options: HoldOptions;
  read(): Promise<CallOutcome>;
}

/** The name of our one input request. */
const INPUT = 'approval';
const MAX_MESSAGE = 500;

const SETTLERS = { retry: settleByRetry, request: settleByRequest, none: settleWithout } as const;

/**
 * Settles a held call as its client can: it opens the page of the Hall where a steward signs in, never a form, whose
 * answer would come from the tenant's own client. Whatever the client says, only the Hall knows whether it was approved.
 *
 * @param read asks the gateway for the outcome of the held call
 * @throws the reason of the client's signal
 */
export function settleHold(
  held: HeldOutcome,
  read: () => Promise<CallOutcome>,
  client: HoldClient,
  options: HoldOptions,
): Promise<SettledHold> {
  const way = isPage(held.url) ? client.elicitation : 'none';
  return SETTLERS[way]({ held, read, client, options });
}

async function settleByRetry(settling: Settling): Promise<SettledHold> {
  const { held, client } = settling;
  const again = { kind: 'input_required', result: inputRequired(held) } as const;
  if (!client.isRetry) return again;
  const action = ownMember(ownMember(client.input_responses, INPUT), 'action');
  if (action === 'decline' || action === 'cancel') return declined(held);
  return (await waited(settling, client.signal)) ?? again;
}

async function settleByRequest(settling: Settling): Promise<SettledHold> {
  const { held, client } = settling;
  const over = new AbortController();
  const signal = AbortSignal.any([client.signal, over.signal]);
  const waiting = waited(settling, signal);
  waiting.catch(() => undefined);
  try {
    const settled = await Promise.race([waiting, declinedByClient(settling, signal)]);
    if (settled?.kind === 'ended') {
      client.notify('notifications/elicitation/complete', { elicitationId: held.approval_id });
    }
    return settled ?? pending(held);
  } finally {
    over.abort(new Error('The call was answered.'));
  }
}

async function settleWithout(settling: Settling): Promise<SettledHold> {
  const { held, client, options } = settling;
  if (options.on_hold !== 'wait') return pending(held);
  return (await waited(settling, client.signal)) ?? pending(held);
}

/** Null where it still waits when the time is over. */
async function waited(
  { held, read, client, options }: Settling,
  signal: AbortSignal,
): Promise<SettledHold | null> {
  const message = `Waiting for a steward: approval ${shownText(held.approval_id, 64)}.`;
  const outcome = await waitForSteward(read, signal, options, () => client.onWaiting(message));
  return outcome === null ? null : { kind: 'ended', outcome };
}

/** Asks the client to open the page; settles only where it does not. */
async function declinedByClient({ held, client }: Settling, signal: AbortSignal): Promise<SettledHold> {
  const params = { ...urlElicitation(held), elicitationId: held.approval_id };
  let answer: unknown;
  try {
    answer = await client.ask?.('elicitation/create', params, signal);
  } catch {
    return pending(held);
  }
  if (ownMember(answer, 'action') !== 'accept') return declined(held);
  return new Promise<never>(() => undefined);
}

function inputRequired(held: HeldOutcome): Members {
  return {
    resultType: 'input_required',
    inputRequests: { [INPUT]: { method: 'elicitation/create', params: urlElicitation(held) } },
    requestState: held.request_state,
  };
}

function urlElicitation({ message, url }: HeldOutcome): Members {
  return { mode: 'url', message: shownText(message, MAX_MESSAGE), url };
}

function pending({ approval_id, message, url, expires_at }: HeldOutcome): SettledHold {
  const result = refusalResult({
    code: 'HELD_FOR_APPROVAL',
    message: `${shownText(message, MAX_MESSAGE)} Nothing has run yet.`,
    remedy: `Ask a steward to decide before ${shownText(expires_at, 40)}. Then call the tool again with the same arguments: an approved call has run, and you get its result.`,
    approval_id,
    url,
  });
  return { kind: 'pending', result };
}

function declined({ approval_id, url, expires_at }: HeldOutcome): SettledHold {
  const result = refusalResult({
    code: 'APPROVAL_NOT_OPENED',
    message: 'The page of the approval was not opened, and nothing has run so far.',
    remedy: `A steward may still decide until ${shownText(expires_at, 40)}. Call the tool again with the same arguments to ask for the outcome.`,
    approval_id,
    url,
  });
  return { kind: 'pending', result };
}

function isPage(url: string): boolean {
  return URL.canParse(url) && /^https?:$/.test(new URL(url).protocol);
}

/** Whether a client declared that it can open a page: an empty declaration means forms alone. */
export function canOpenPages(capabilities: unknown): boolean {
  return isObject(ownMember(ownMember(capabilities, 'elicitation'), 'url'));
}
