import type { WorkerContext } from '@wcp/spec';
import { messageText } from '../base/plain.ts';
import { WORKER_CODES } from '../base/worker-code.ts';
import type { ChainedAnswer, ChainedRequest } from './chained-dispatch.ts';

/** One call of a model; it becomes evidence and the `gen_ai.*` attributes (section 7). */
export interface ModelUsage {
  readonly model: string;
  readonly input_tokens: number;
  readonly output_tokens: number;
}

/** What a worker's own code gets beside its request (section 10). */
export interface RunContext extends WorkerContext {
  /** Aborted at the deadline and when the call is cancelled: pass it to anything that takes long. */
  readonly signal: AbortSignal;
  /** The W3C `traceparent` of this call, for whatever the worker calls; null where the Hall traces nothing. */
  readonly traceparent: string | null;
  /** Makes a partial answer: `return context.partial(result)` gives the status `partial`. */
  partial<R>(result: R): PartialAnswer<R>;
  /** Makes a denial: `return context.deny('LANGUAGE_UNKNOWN', 'Only English is supported.')`. */
  deny(code: string, message: string): Denial;
  /** Records the tokens of a model, once for each call of the model. */
  usage(usage: ModelUsage): void;
  /**
   * Dispatches to another capability by way of the Hall, under the same correlation id and with no more
   * rights than this call has: `const { decision, result } = await context.dispatch({ capability_id, request })`.
   * A denial is an answer. Rejects with a `WcpError` where there is no Hall, or no answer.
   */
  dispatch(request: ChainedRequest): Promise<ChainedAnswer>;
}

/** A partial answer, made by {@link RunContext.partial}. */
export class PartialAnswer<R> {
  readonly result: R;

  constructor(result: R) {
    this.result = result;
  }
}

/** A denial that the worker's own code decides, made by {@link RunContext.deny}. */
export class Denial {
  readonly code: string;
  readonly message: string;

  constructor(code: string, message: string) {
    this.code = code;
    this.message = message;
  }
}

const DENIED = WORKER_CODES.WORKER_DENIED;
const CODE = /^[A-Z][A-Z0-9_]{0,63}$/;

/** What a run adds to its context. */
export interface RunParts {
  readonly signal: AbortSignal;
  readonly traceparent: string | null;
  readonly dispatch: RunContext['dispatch'];
  /** Receives each call of a model. */
  record(usage: ModelUsage): void;
}

/** Makes the context that `run` is called with. */
export function makeRunContext(
  context: WorkerContext,
  { signal, traceparent, dispatch, record }: RunParts,
): RunContext {
  return Object.freeze({
    ...context,
    signal,
    traceparent,
    dispatch,
    partial: <R>(result: R) => new PartialAnswer(result),
    deny: (code: string, message: string) =>
      new Denial(codeText(code), messageText(message) || DENIED.message),
    usage: (usage: ModelUsage) =>
      record({
        model: messageText(usage?.model),
        input_tokens: count(usage?.input_tokens),
        output_tokens: count(usage?.output_tokens),
      }),
  });
}

function codeText(code: unknown): string {
  return typeof code === 'string' && CODE.test(code) ? code : 'WORKER_DENIED';
}

function count(tokens: unknown): number {
  return typeof tokens === 'number' && Number.isSafeInteger(tokens) && tokens > 0 ? tokens : 0;
}
