import type { Limits } from './limits.ts';
import {
  NOT_RUN,
  type PortProblem,
  portProblem,
  sentenceAfter,
  sentenceOf,
  subjectOf,
} from './port-problem.ts';
import type { Launch } from './port-process.ts';
import type { Answer } from './read-answer.ts';
import type { Started } from './read-start.ts';
import { type CaseRequest, type Failure, Session } from './session.ts';
import { TextTail } from './text-tail.ts';
import type { Fault } from './verdict.ts';

/** Why a case has no answer that counts: in code, in sentences, and what came in its stead. */
export interface NoAnswer {
  readonly fault: Fault;
  readonly message: string;
  readonly got: string;
}

/** The answer to a case, or why there is none. */
export type CaseAnswer =
  | { readonly answered: true; readonly answer: Answer }
  | { readonly answered: false; readonly why: NoAnswer };

const MAX_RESTARTS = 200;
/** Further attempts to start a port that has already started once. */
const RESTART_ATTEMPTS = 2;
/** A restart after a timeout has cost the whole timeout, so it counts for more. */
const COST_OF_TIMEOUT = 20;

/**
 * Runs cases one after the other and restarts the port after a crash, a timeout or junk. Each problem is
 * blamed on exactly one case, the same in every run: on the current case if a fresh process shows the
 * problem again, else on the one before it.
 */
export class Runner {
  /** The end of what all processes of the port wrote to standard error. */
  readonly stderr = new TextTail();
  /** Cases that were answered and went wrong afterwards, by id. */
  readonly blamed = new Map<string, NoAnswer>();
  /** What is wrong with the port as a whole. */
  readonly problems: PortProblem[] = [];
  /** What the port said about itself when it first started. */
  started: Started | null = null;
  readonly #launch: Launch;
  readonly #limits: Limits;
  #session: Session | null = null;
  #restarts = 0;
  /** Why no more cases are run. */
  #over: PortProblem | null = null;

  constructor(launch: Launch, limits: Limits) {
    this.#launch = launch;
    this.#limits = limits;
  }

  /** Starts the port, so that it can say what it is. */
  async open(): Promise<void> {
    await this.#ready();
  }

  /** Runs one case, again in a fresh process where another case may have caused the problem. */
  async run(request: CaseRequest): Promise<CaseAnswer> {
    let suspect: { readonly id: string; readonly problem: PortProblem } | null = null;
    for (;;) {
      const session = await this.#ready();
      if (session === null) return this.#notRun();
      const { last } = session;
      const reply = await session.run(request);
      if (reply.type === 'answer') {
        if (suspect !== null) this.#blame(suspect.id, suspect.problem);
        return { answered: true, answer: reply.answer };
      }
      const { problem, causedBy, timedOut } = reply;
      await this.#drop(reply);
      if (causedBy !== null) this.#blame(causedBy, problem);
      else if (last === null || timedOut) return { answered: false, why: noAnswer(problem) };
      else suspect = { id: last, problem };
    }
  }

  /** Ends the port properly and records what goes wrong with that. */
  async close(): Promise<void> {
    const failures = (await this.#session?.stop()) ?? [];
    for (const { causedBy, problem } of failures) {
      if (causedBy === null) this.#record(problem);
      else this.#blame(causedBy, problem);
    }
    await this.abort();
  }

  /** Kills what still runs. */
  async abort(): Promise<void> {
    await this.#session?.kill();
    this.#session = null;
  }

  async #ready(): Promise<Session | null> {
    if (this.#session !== null || this.#over !== null) return this.#session;
    let opening = await Session.open(this.#launch, this.#limits, this.stderr);
    const attempts = this.started === null ? 0 : RESTART_ATTEMPTS;
    for (let more = attempts; more > 0 && !opening.ok; more -= 1) {
      opening = await Session.open(this.#launch, this.#limits, this.stderr);
    }
    if (!opening.ok) {
      this.#giveUp(this.started === null ? opening.problem : restartFailed(opening.problem));
      return null;
    }
    this.#session = opening.session;
    this.started ??= opening.session.start;
    return opening.session;
  }

  async #drop({ timedOut }: Failure): Promise<void> {
    await this.abort();
    this.#restarts += timedOut ? COST_OF_TIMEOUT : 1;
    if (this.#restarts >= MAX_RESTARTS) this.#giveUp(portProblem('gave_up', 'had to be restarted too often'));
  }

  #giveUp(reason: PortProblem): void {
    this.#over = reason;
    this.#record(reason);
  }

  #notRun(): CaseAnswer {
    const reason = this.#over === null ? '' : ` ${sentenceOf(this.#over)}`;
    const why = { fault: 'not_run', message: `${NOT_RUN}${reason}`, got: 'nothing: it was not run' } as const;
    return { answered: false, why };
  }

  #record(problem: PortProblem): void {
    const same = ({ code, what }: PortProblem) => code === problem.code && what === problem.what;
    if (!this.problems.some(same)) this.problems.push(problem);
  }

  #blame(id: string, problem: PortProblem): void {
    if (this.blamed.has(id)) return;
    const got = `an answer, and after it ${subjectOf(problem)}`;
    this.blamed.set(id, { fault: problem.code, message: sentenceAfter(problem), got });
  }
}

function noAnswer(problem: PortProblem): NoAnswer {
  return { fault: problem.code, message: sentenceOf(problem), got: `no answer: ${subjectOf(problem)}` };
}

function restartFailed({ what }: PortProblem): PortProblem {
  return portProblem('restart_failed', `could not be restarted: it ${what}`);
}
