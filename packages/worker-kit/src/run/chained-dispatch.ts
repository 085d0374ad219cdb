import { type RouteDecision, type RouteInput, WcpError, type WorkerResult } from '@wcp/spec';
import { INPUT_SIZE } from '@wcp/spec/input';
import { readCanonical } from '@wcp/spec/json';
import { readPlain } from '../plain.ts';

/** How often one call may dispatch. */
const MAX_DISPATCHES = 64;

/** What a worker asks its Hall for. What it may say beside the request only narrows what holds for its own call. */
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
  /** The other worker's payload; `{}` where it is absent. */
  readonly request?: unknown;
}

/** What a worker gets back: the decision, and the result of the worker that was dispatched, if one was. */
export interface ChainedAnswer {
  readonly decision: RouteDecision;
  readonly result: WorkerResult | null;
}

/** The way to whoever answers a worker's dispatches. */
export type ChainedDispatch = (asked: unknown) => Promise<ChainedAnswer>;

/** The dispatches of one run: so many, while it runs, and with plain JSON both ways. */
export class Chain {
  readonly #dispatch: ChainedDispatch | undefined;
  readonly #over: Promise<never>;
  #end: (error: WcpError) => void = () => {};
  #isOver = false;
  #left = MAX_DISPATCHES;

  constructor(dispatch: ChainedDispatch | undefined) {
    this.#dispatch = dispatch;
    this.#over = new Promise((_, reject) => {
      this.#end = reject;
    });
    this.#over.catch(() => {});
  }

  /** Asks the Hall. Rejects with a {@link WcpError} `ERR_WCP_WORKER` where there is no answer. */
  readonly ask = (asked: ChainedRequest): Promise<ChainedAnswer> => {
    const answer = Promise.race([this.#ask(asked), this.#over]);
    // A run that does not wait for its answer must not end the process that it runs in.
    answer.catch(() => {});
    return answer;
  };

  /** The run is over: who still waits gets an error. */
  close(): void {
    this.#isOver = true;
    this.#end(problem('The run is over, and with it what it dispatches.'));
  }

  async #ask(asked: unknown): Promise<ChainedAnswer> {
    const dispatch = this.#dispatch;
    if (dispatch === undefined) {
      throw problem('This worker was called without a Hall that dispatches: let a Hall deliver the call.');
    }
    if (this.#isOver) throw problem('The run is over: it can dispatch nothing more.');
    if (this.#left <= 0) throw problem(`One call dispatches ${MAX_DISPATCHES} times at the most.`);
    this.#left -= 1;
    const question = readQuestion(asked);
    return readAnswer(await dispatch(question).catch(fail));
  }
}

/** An error for the author's code: nobody else sees it. */
export function problem(message: string, cause?: unknown): WcpError {
  return new WcpError('ERR_WCP_WORKER', message, cause === undefined ? {} : { cause });
}

function fail(error: unknown): never {
  throw error instanceof WcpError ? error : problem('The Hall could not be asked.', error);
}

function readQuestion(asked: unknown): unknown {
  const plain = readPlain(asked);
  if (!plain.ok) throw problem('What is asked for cannot be written as JSON.', plain.findings);
  if (!isObject(plain.value)) throw problem('What is asked for is an object with a capability_id.');
  if (Buffer.byteLength(plain.text) > INPUT_SIZE) throw problem('What is asked for is larger than 1 MiB.');
  return plain.value;
}

/** A copy, as deep as the Hall made it. */
function readAnswer(answer: unknown): ChainedAnswer {
  const { text, findings } = readCanonical(answer);
  const value: unknown = findings.length === 0 ? JSON.parse(text) : null;
  const { decision, result } = (isObject(value) ? value : {}) as Partial<ChainedAnswer>;
  if (!isObject(decision) || !(result === null || isObject(result))) {
    throw problem('The Hall’s answer is no decision with its result.');
  }
  return { decision, result };
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
