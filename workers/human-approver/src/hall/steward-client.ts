import { createHallClient, type HallClient, HallProblemError, JsonText, WcpError } from '@wcp/client';
import { isOutsideEnvelope } from '@wcp/worker-kit';
import type { z } from 'zod';
import { ANSWERS, type Approval, type Pending, type Resolved } from './approval.ts';
import type { HallAccess } from './hall-access.ts';
import { type HallProblem, type ProblemCode, problem, problemOf } from './hall-problem.ts';

/** How many holds are requested at a time: each may hold a request of two megabytes. */
const PAGE = 20;

/** The code for each way in which no Hall answers. */
const CODES: Readonly<Record<string, ProblemCode>> = {
  ERR_WCP_HALL_TIMEOUT: 'HALL_TIMEOUT',
  ERR_WCP_HALL_ANSWER: 'HALL_ANSWER_TOO_LARGE',
  ERR_WCP_NOT_A_HALL: 'HALL_ANSWER_INVALID',
};

/** What a call may have beside its input. */
export interface CallOptions {
  readonly signal?: AbortSignal;
  /** Passed on, so that the Hall's log and the caller's speak of the same request. */
  readonly correlation_id?: string;
}

/** Calls a Hall as a steward, and trusts no answer that it has not checked. A refusal is an answer; nothing throws. */
export class StewardClient {
  readonly #hall: HallClient;
  readonly #key: string;

  constructor({ url, key }: HallAccess) {
    this.#hall = createHallClient({ url, key, retries: 0 });
    this.#key = key;
  }

  /** The pending approvals, oldest first, from a cursor on. */
  pending(cursor: string | null, options: CallOptions = {}): Promise<Pending | HallProblem> {
    const page = { limit: PAGE, ...(cursor !== null && { cursor }) };
    return this.#check(ANSWERS.pending, this.#hall.listPendingApprovals(page, callOptions(options)), options);
  }

  /** One approval in any state. */
  show(approval_id: string, options: CallOptions = {}): Promise<Approval | HallProblem> {
    return this.#check(
      ANSWERS.approval,
      this.#hall.showApproval({ approval_id }, callOptions(options)),
      options,
    );
  }

  /** Approves, denies or escalates; the Hall judges the body. */
  resolve(body: object, options: CallOptions = {}): Promise<Resolved | HallProblem> {
    const text = new JsonText(JSON.stringify(body));
    return this.#check(ANSWERS.resolved, this.#hall.resolveApproval(text, callOptions(options)), options);
  }

  async #check<S extends z.ZodType>(
    schema: S,
    call: Promise<unknown>,
    { signal }: CallOptions,
  ): Promise<z.infer<S> | HallProblem> {
    try {
      const answer = await call;
      const reading = this.#repeatsKey(answer) ? null : schema.safeParse(answer);
      return reading?.success ? reading.data : problem('HALL_ANSWER_INVALID');
    } catch (error) {
      return signal?.aborted ? problem('HALL_TIMEOUT') : this.#problemFrom(error);
    }
  }

  #problemFrom(error: unknown): HallProblem {
    if (error instanceof HallProblemError) {
      return this.#repeatsKey(error.problem) ? problem('HALL_ANSWER_INVALID') : problemOf(error);
    }
    if (isOutsideEnvelope(error)) return problem('HALL_OUTSIDE_ENVELOPE');
    const code = error instanceof WcpError ? CODES[error.code] : undefined;
    return problem(code ?? 'HALL_UNREACHABLE');
  }

  /** What repeats the key is not shown to anybody, whoever wrote it. */
  #repeatsKey(answer: unknown): boolean {
    return JSON.stringify(answer).includes(JSON.stringify(this.#key).slice(1, -1));
  }
}

function callOptions({ signal, correlation_id }: CallOptions) {
  const headers = correlation_id === undefined ? {} : { 'x-correlation-id': correlation_id };
  return { signal, headers };
}
