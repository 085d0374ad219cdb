import { type RouteDecision, type RouteInput, WcpError, type WorkerResult } from '@wcp/spec';
import { INPUT_SIZE } from '@wcp/spec/input';
import { readCanonical } from '@wcp/spec/json';
import { readPlain } from '../base/plain.ts';

/** The maximum number of dispatches of one call. */
const MAX_DISPATCHES = 64;

/** A worker's request for another capability. The other members only narrow what its own call allows. */
export interface ChainedRequest
  extends Partial<
    Pick<
      RouteInput,
      | 'data_label'
      | 'tenant_risk'
      | 'qos_class'
      | 'blast_score'
      | 'blast_radius'
      | 'privilege_context'
      | 'dry_run'
      | 'ext'
    >
  > {
  readonly capability_id: string;
  /** The payload for the other worker (default `{}`). */
  readonly request?: unknown;
}

/** The decision, and the result of the worker that was dispatched; null where none was. */
export interface ChainedAnswer {
  readonly decision: RouteDecision;
  readonly result: WorkerResult | null;
}

/** Sends a worker's chained request to its Hall. */
export type ChainedDispatch = (request: unknown) => Promise<ChainedAnswer>;

/** The chained dispatches of one run: a limited number, only while it runs, with plain JSON both ways. */
export class ChainedDispatches {
  readonly #sendToHall: ChainedDispatch | undefined;
  readonly #over: Promise<never>;
  #end: (error: WcpError) => void = () => {};
  #isOver = false;
  #left = MAX_DISPATCHES;

  constructor(sendToHall: ChainedDispatch | undefined) {
    this.#sendToHall = sendToHall;
    this.#over = new Promise((_, reject) => {
      this.#end = reject;
    });
    this.#over.catch(() => {});
  }

  /** Dispatches by way of the Hall. Rejects with a {@link WcpError} `ERR_WCP_WORKER` without an answer. */
  readonly dispatch = (request: ChainedRequest): Promise<ChainedAnswer> => {
    const answer = Promise.race([this.#send(request), this.#over]);
    // A run that does not wait for the answer must not end its process by an unhandled rejection.
    answer.catch(() => {});
    return answer;
  };

  /** Ends with the run: every pending dispatch rejects. */
  close(): void {
    this.#isOver = true;
    this.#end(dispatchError('The run ended before its dispatch was answered.'));
  }

  async #send(request: unknown): Promise<ChainedAnswer> {
    const send = this.#sendToHall;
    if (send === undefined) {
      throw dispatchError('This call did not come from a Hall that can dispatch: let a Hall deliver it.');
    }
    if (this.#isOver) throw dispatchError('The run is over: it can dispatch nothing more.');
    if (this.#left <= 0) throw dispatchError(`A call can dispatch at most ${MAX_DISPATCHES} times.`);
    this.#left -= 1;
    return readAnswer(await send(readRequest(request)).catch(fail));
  }
}

/** An error for the author's code; it is never part of a result. */
export function dispatchError(message: string, cause?: unknown): WcpError {
  return new WcpError('ERR_WCP_WORKER', message, cause === undefined ? {} : { cause });
}

function fail(error: unknown): never {
  throw error instanceof WcpError ? error : dispatchError('The Hall could not be reached.', error);
}

function readRequest(request: unknown): unknown {
  const plain = readPlain(request);
  if (!plain.ok) throw dispatchError('The chained request cannot be written as JSON.', plain.findings);
  if (!isObject(plain.value))
    throw dispatchError('A chained request must be an object with a capability_id.');
  if (Buffer.byteLength(plain.text) > INPUT_SIZE)
    throw dispatchError('The chained request is larger than 1 MiB.');
  return plain.value;
}

/** A copy of the Hall's answer, with no limit of depth. */
function readAnswer(answer: unknown): ChainedAnswer {
  const { text, findings } = readCanonical(answer);
  const value: unknown = findings.length === 0 ? JSON.parse(text) : null;
  const { decision, result } = (isObject(value) ? value : {}) as Partial<ChainedAnswer>;
  if (!isObject(decision) || !(result === null || isObject(result))) {
    throw dispatchError('The Hall’s answer is not a decision with its result.');
  }
  return { decision, result };
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
