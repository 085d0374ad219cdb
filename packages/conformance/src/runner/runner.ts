import { NOT_ASKED, type PortProblem, portProblem, sentenceAfter, sentenceOf } from './port-problem.ts';
import type { Launch } from './port-process.ts';
import type { Answer } from './read-answer.ts';
import type { Started } from './read-start.ts';
import { type Failure, type Limits, type Question, Session } from './session.ts';
import { TextTail } from './text-tail.ts';

/** What came of asking a case: an answer, or the sentences about why there is none. */
export type AskedCase = { readonly answer: Answer } | { readonly answer: null; readonly message: string };

const MAX_RESTARTS = 200;
/** How often it is tried again to start a port that has already started once. */
const MORE_STARTS = 2;
/** A restart after a hang has cost the whole timeout, so that fewer of them are borne. */
const COST_OF_HANG = 20;

/**
 * Asks cases, one after the other, and starts the port again after a crash, a hang or junk. A trouble
 * is blamed on exactly one case, the same in every run: on the case that was asked if a fresh process
 * shows it again, else on the one before it.
 */
export class Runner {
  /** The end of what all processes of the port wrote to standard error. */
  readonly stderr = new TextTail();
  /** Cases that were answered and went wrong afterwards: id → sentences. */
  readonly blamed = new Map<string, string>();
  /** What is wrong with the port as a whole. */
  readonly problems: PortProblem[] = [];
  /** What the port said of itself when it was first started. */
  started: Started | null = null;
  readonly #launch: Launch;
  readonly #limits: Limits;
  #session: Session | null = null;
  #restarts = 0;
  #over: PortProblem | null = null;

  constructor(launch: Launch, limits: Limits) {
    this.#launch = launch;
    this.#limits = limits;
  }

  /** Starts the port, so that it can say what it is. */
  async open(): Promise<void> {
    await this.#ready();
  }

  /** Asks one case, in a fresh process too where the trouble may be another's. */
  async ask(question: Question): Promise<AskedCase> {
    let suspect: { readonly id: string; readonly portProblem: PortProblem } | null = null;
    for (;;) {
      const session = await this.#ready();
      if (session === null) return this.#notAsked();
      const { last } = session;
      const heard = await session.ask(question);
      if (heard.type === 'answer') {
        if (suspect !== null) this.#blame(suspect.id, suspect.portProblem);
        return { answer: heard.answer };
      }
      await this.#drop(heard);
      if (heard.culprit !== null) this.#blame(heard.culprit, heard.portProblem);
      else if (last === null || heard.hung) return { answer: null, message: sentenceOf(heard.portProblem) };
      else suspect = { id: last, portProblem: heard.portProblem };
    }
  }

  /** Ends the port properly and notes what goes wrong with that. */
  async close(): Promise<void> {
    const failures = (await this.#session?.stop()) ?? [];
    for (const { culprit, portProblem: found } of failures) {
      if (culprit === null) this.#note(found);
      else this.#blame(culprit, found);
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
    let opened = await Session.open(this.#launch, this.#limits, this.stderr);
    for (
      let more = this.started === null ? 0 : MORE_STARTS;
      more > 0 && !(opened instanceof Session);
      more -= 1
    ) {
      opened = await Session.open(this.#launch, this.#limits, this.stderr);
    }
    if (!(opened instanceof Session)) {
      this.#giveUp(this.started === null ? opened : restartFailed(opened));
      return null;
    }
    this.#session = opened;
    this.started ??= opened.start;
    return opened;
  }

  async #drop({ hung }: Failure): Promise<void> {
    await this.abort();
    this.#restarts += hung ? COST_OF_HANG : 1;
    if (this.#restarts >= MAX_RESTARTS)
      this.#giveUp(portProblem('gave_up', 'had to be started again too often'));
  }

  #giveUp(why: PortProblem): void {
    this.#over = why;
    this.#note(why);
  }

  #notAsked(): AskedCase {
    const why = this.#over === null ? '' : ` ${sentenceOf(this.#over)}`;
    return { answer: null, message: `${NOT_ASKED}${why}` };
  }

  #note(found: PortProblem): void {
    const same = ({ code, what }: PortProblem) => code === found.code && what === found.what;
    if (!this.problems.some(same)) this.problems.push(found);
  }

  #blame(id: string, found: PortProblem): void {
    if (!this.blamed.has(id)) this.blamed.set(id, sentenceAfter(found));
  }
}

function restartFailed(found: PortProblem): PortProblem {
  return portProblem('restart_failed', `could not be started again: it ${found.what}`);
}
