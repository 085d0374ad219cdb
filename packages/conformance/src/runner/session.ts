import type { Given } from '../fixtures/schema/case-groups.ts';
import { REVISION } from '../fixtures/schema/common.ts';
import { type Members, PROTOCOL } from '../protocol/message.ts';
import type { Limits } from './limits.ts';
import { portEventProblem, startProblem, stopProblem } from './port-event-problem.ts';
import { type PortProblem, portProblem } from './port-problem.ts';
import { type Launch, type PortEvent, PortProcess } from './port-process.ts';
import { type Answer, readAnswer, readMessage } from './read-answer.ts';
import { readStart, type Started, type StartReading } from './read-start.ts';
import type { TextTail } from './text-tail.ts';

/** A case without what it expects. Its id stays on this side of the line (WCP-11-21). */
export interface CaseRequest {
  readonly id: string;
  readonly op: string;
  readonly given: Given;
  readonly input: unknown;
}

/** A problem after which a process is of no more use. */
export interface Failure {
  readonly type: 'failure';
  readonly problem: PortProblem;
  /** The id of the earlier case that caused it, where the line itself shows that. */
  readonly causedBy: string | null;
  readonly timedOut: boolean;
}

/** The port's reply to a request, or why there is none. */
export type Reply = { readonly type: 'answer'; readonly answer: Answer } | Failure;

/** A process that answered `start`, or why it is not one. */
export type Opening =
  | { readonly ok: true; readonly session: Session }
  | { readonly ok: false; readonly problem: PortProblem };

/** The maximum number of lines read after `stop`. */
const MAX_LAST_LINES = 10;

/** One process of a port, from `start` to `stop`, with one request at a time. */
export class Session {
  readonly start: Started;
  /** The id of the case that this process answered last. */
  last: string | null = null;
  readonly #port: PortProcess;
  readonly #limits: Limits;
  readonly #answered = new Map<unknown, string>();
  #seq = 16;

  private constructor(port: PortProcess, limits: Limits, start: Started) {
    this.#port = port;
    this.#limits = limits;
    this.start = start;
  }

  /** Starts a port, or says why it did not start. */
  static async open(launch: Launch, limits: Limits, stderr: TextTail): Promise<Opening> {
    const port = new PortProcess(launch, stderr);
    port.send({ cmd: 'start', protocol: PROTOCOL, revision: REVISION });
    const event = await port.next(limits.startTimeoutMs);
    const reading = startReading(event, launch, limits, port.stderr);
    if (reading.ok) return { ok: true, session: new Session(port, limits, reading.started) };
    await port.kill();
    return reading;
  }

  /** Runs one case. A line that came before its request is a failure. */
  async run({ id, op, given, input }: CaseRequest): Promise<Reply> {
    const early = this.#port.poll();
    if (early !== undefined) return this.#unexpected(early);
    this.#seq = nextSeq(this.#seq);
    this.#port.send({ cmd: 'run', seq: this.#seq, op, given, input });
    const event = await this.#port.next(this.#limits.timeoutMs);
    const message = messageOf(event);
    if (message?.['seq'] !== this.#seq) return this.#unexpected(event);
    this.#answered.set(this.#seq, id);
    this.last = id;
    return { type: 'answer', answer: readAnswer(message) };
  }

  /** Sends `stop`, waits for the end, and returns what went wrong meanwhile (WCP-11-20). */
  async stop(): Promise<readonly Failure[]> {
    const { stopTimeoutMs } = this.#limits;
    const deadline = performance.now() + stopTimeoutMs;
    const found: Failure[] = [];
    this.#port.send({ cmd: 'stop' });
    for (;;) {
      const left = deadline - performance.now();
      const event: PortEvent = left > 0 ? await this.#port.next(left) : { type: 'silent', rest: '' };
      if (event.type === 'ended' || event.type === 'silent') {
        const end = stopProblem(event, stopTimeoutMs);
        return end === null ? found : [...found, failure(end)];
      }
      if (event.type !== 'closed' && found.length < MAX_LAST_LINES) found.push(this.#unexpected(event));
    }
  }

  /** Kills the port and whatever it started. */
  kill(): Promise<void> {
    return this.#port.kill();
  }

  /** What is wrong with an event that does not answer the request. */
  #unexpected(event: PortEvent): Failure {
    if (event.type !== 'line') {
      const problem = portEventProblem(event, this.#limits.timeoutMs, this.#port.stderr.lastError());
      return failure(problem, null, event.type === 'silent');
    }
    const reading = readMessage(event.text);
    if (!reading.ok) return failure(reading.problem);
    const earlier = this.#answered.get(reading.message['seq']);
    if (earlier === undefined)
      return failure(portProblem('wrong_seq', 'answered with a seq that was not sent'));
    return failure(portProblem('answered_twice', 'answered one request twice'), earlier);
  }
}

/** Numbers that grow unevenly, the same in every run: a port that counts along soon answers the wrong one. */
function nextSeq(seq: number): number {
  return seq + 1 + (((seq * 2654435761) >>> 0) % 1000);
}

function messageOf(event: PortEvent): Members | null {
  const reading = event.type === 'line' ? readMessage(event.text) : null;
  return reading?.ok ? reading.message : null;
}

function startReading(event: PortEvent, launch: Launch, limits: Limits, stderr: TextTail): StartReading {
  if (event.type !== 'line') {
    return { ok: false, problem: startProblem(event, launch, limits.startTimeoutMs, stderr.lastError()) };
  }
  const reading = readMessage(event.text);
  return reading.ok ? readStart(reading.message) : reading;
}

function failure(problem: PortProblem, causedBy: string | null = null, timedOut = false): Failure {
  return { type: 'failure', problem, causedBy, timedOut };
}
