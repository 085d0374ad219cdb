import type { z } from 'zod';
import { ANSWERS, type Approval, type Pending, type Resolved } from './approval.ts';
import type { HallAccess } from './hall-access.ts';
import { type HallProblem, problem, readProblem } from './hall-problem.ts';
import { readText } from './read-text.ts';

/** How many holds are asked for at a time: each may hold a request of two megabytes. */
const PAGE = 20;
const MAX_ANSWER_LENGTH = 64 * 1024 * 1024;
/** An approval is answered when the worker that it set free has ended. */
const TIME_LIMIT_MS = 300_000;

/** What a call may have beside its question. */
export interface CallOptions {
  readonly signal?: AbortSignal;
  /** Passed on, so that the Hall's log and the caller's tell of one thing. */
  readonly correlation_id?: string;
}

interface Question {
  readonly path: string;
  /** Absent where something is only looked at. */
  readonly body?: unknown;
}

/** Asks a Hall as a steward. What the Hall refuses is an answer; nothing throws. */
export class HallClient {
  readonly #access: HallAccess;

  constructor(access: HallAccess) {
    this.#access = access;
  }

  /** The holds that wait, the oldest first, from a cursor on. */
  pending(cursor: string | null, options?: CallOptions): Promise<Pending | HallProblem> {
    const from = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    return this.#ask(ANSWERS.pending, { path: `/wcp/approvals/pending?limit=${PAGE}${from}` }, options);
  }

  /** One hold, whatever became of it. The id is one that can stand in a path. */
  show(approval_id: string, options?: CallOptions): Promise<Approval | HallProblem> {
    return this.#ask(
      ANSWERS.approval,
      { path: `/wcp/approvals/${encodeURIComponent(approval_id)}` },
      options,
    );
  }

  /** Approves, denies or escalates. */
  resolve(body: object, options?: CallOptions): Promise<Resolved | HallProblem> {
    return this.#ask(ANSWERS.resolved, { path: '/wcp/approvals/resolve', body }, options);
  }

  async #ask<S extends z.ZodType>(
    schema: S,
    question: Question,
    options: CallOptions = {},
  ): Promise<z.infer<S> | HallProblem> {
    const limit = AbortSignal.timeout(TIME_LIMIT_MS);
    const signal = options.signal === undefined ? limit : AbortSignal.any([limit, options.signal]);
    try {
      const response = await this.#send(question, signal, options.correlation_id);
      const text = await readText(response, MAX_ANSWER_LENGTH);
      return text === null ? problem('HALL_ANSWER_TOO_LARGE') : this.#read(schema, response.ok, text);
    } catch {
      return problem(signal.aborted ? 'HALL_TIMEOUT' : 'HALL_UNREACHABLE');
    }
  }

  #send({ path, body }: Question, signal: AbortSignal, correlationId?: string): Promise<Response> {
    const { url, key } = this.#access;
    return fetch(new URL(`${url.pathname.replace(/\/+$/, '')}${path}`, url), {
      method: body === undefined ? 'GET' : 'POST',
      headers: {
        authorization: `Bearer ${key}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(correlationId !== undefined && { 'x-correlation-id': correlationId }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      // The key goes to the Hall that the operator named and nowhere else.
      redirect: 'error',
      signal,
    });
  }

  /** What repeats the key is not shown to anybody, whoever wrote it. */
  #read<S extends z.ZodType>(schema: S, isDone: boolean, text: string): z.infer<S> | HallProblem {
    const document = text.includes(this.#access.key) ? undefined : parse(text);
    if (!isDone) return readProblem(document);
    const answer = schema.safeParse(document);
    return answer.success ? answer.data : problem('HALL_ANSWER_INVALID');
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
