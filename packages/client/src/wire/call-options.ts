/**
 * A body that is JSON already and is sent exactly as it is, for example a file that a person wrote: the Hall
 * then judges that very text.
 *
 * @example
 * import { createHallClient, JsonText } from '@wcp/client';
 *
 * declare const text: string;
 * const hall = createHallClient({ url: 'http://127.0.0.1:7420', key: 'wcp_…' });
 * const decision = await hall.route(new JsonText(text));
 * console.log(decision.outcome);
 */
export class JsonText {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** What a call may have beside its input. */
export interface CallOptions {
  /** Ends the call, which then rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** How long the call may take with its retries, in milliseconds. */
  readonly timeout_ms?: number | undefined;
  /** Authenticates this call in place of the client's key: for `chain`, the permit of the running call. */
  readonly key?: string | undefined;
  /** With `dispatch`: names the request, so that it is dispatched only once; 1 to 255 visible ASCII characters. */
  readonly idempotencyKey?: string | undefined;
  /** Further request headers. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
}
