import type { Given } from '../fixtures/schema/case-groups.ts';
import { REVISION } from '../fixtures/schema/common.ts';
import { portEventProblem, startProblem, stopProblem } from './port-event-problem.ts';
import { type PortProblem, portProblem } from './port-problem.ts';
import { type Launch, type PortEvent, PortProcess } from './port-process.ts';
import { type Answer, type Members, readAnswer, readMessage } from './read-answer.ts';
import { PROTOCOL, readStart, type Started, type StartReading } from './read-start.ts';
import type { TextTail } from './text-tail.ts';

/** How long a port may take, in milliseconds. */
export interface Limits {
  readonly startTimeoutMs: number;
  readonly timeoutMs: number;
  readonly stopTimeoutMs: number;
}

/** A case without what it expects. Its id stays on this side of the line (WCP-11-21). */
export interface Question {
  readonly id: string;
  readonly op: string;
  readonly given: Given;
  readonly input: unknown;
}

/** A trouble after which a process is of no use. */
export interface Failure {
  readonly type: 'failure';
  readonly portProblem: PortProblem;
  /** The earlier case that caused it, where the line itself says so. */
  readonly culprit: string | null;
  /** Whether time was lost with waiting. */
  readonly hung: boolean;
}

/** What came of a question. */
export type Heard = { readonly type: 'answer'; readonly answer: Answer } | Failure;

const MAX_LAST_LINES = 10;

/** One process of a port, from `start` to `stop`; one request at a time. */
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

  /** Starts a port, or says why that was not possible. */
  static async open(launch: Launch, limits: Limits, stderr: TextTail): Promise<Session | PortProblem> {
    const port = new PortProcess(launch, stderr);
    port.send({ cmd: 'start', protocol: PROTOCOL, revision: REVISION });
    const event = await port.next(limits.startTimeoutMs);
    const reading = startReading(event, launch, limits, port.words);
    if (reading.ok) return new Session(port, limits, reading.started);
    await port.kill();
    return reading.portProblem;
  }

  /** Asks one case. What was written unasked before is a failure. */
  async ask({ id, op, given, input }: Question): Promise<Heard> {
    const early = this.#port.poll();
    if (early !== undefined) return this.#stray(early);
    this.#seq = nextSeq(this.#seq);
    this.#port.send({ cmd: 'run', seq: this.#seq, op, given, input });
    const event = await this.#port.next(this.#limits.timeoutMs);
    const message = messageOf(event);
    if (message?.['seq'] !== this.#seq) return this.#stray(event);
    this.#answered.set(this.#seq, id);
    this.last = id;
    return { type: 'answer', answer: readAnswer(message) };
  }

  /** Says `stop`, waits for the end, and returns what went wrong meanwhile (WCP-11-20). */
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
      if (event.type !== 'closed' && found.length < MAX_LAST_LINES) found.push(this.#stray(event));
    }
  }

  /** Kills the port and whatever it started. */
  kill(): Promise<void> {
    return this.#port.kill();
  }

  /** What is wrong with an event that does not answer the request. */
  #stray(event: PortEvent): Failure {
    if (event.type !== 'line') {
      const { timeoutMs } = this.#limits;
      return failure(
        portEventProblem(event, timeoutMs, this.#port.words.lastWords()),
        null,
        event.type === 'silent',
      );
    }
    const reading = readMessage(event.text);
    if (!reading.ok) return failure(reading.portProblem);
    const culprit = this.#answered.get(reading.message['seq']);
    if (culprit === undefined)
      return failure(portProblem('wrong_seq', 'answered with a seq that was not asked'));
    return failure(portProblem('answered_twice', 'answered one request twice'), culprit);
  }
}

/** Numbers that go up unevenly, the same in every run: whoever counts along soon answers the wrong one. */
function nextSeq(seq: number): number {
  return seq + 1 + (((seq * 2654435761) >>> 0) % 1000);
}

function messageOf(event: PortEvent): Members | null {
  const reading = event.type === 'line' ? readMessage(event.text) : null;
  return reading?.ok ? reading.message : null;
}

function startReading(event: PortEvent, launch: Launch, limits: Limits, words: TextTail): StartReading {
  if (event.type !== 'line') {
    return { ok: false, portProblem: startProblem(event, launch, limits.startTimeoutMs, words.lastWords()) };
  }
  const reading = readMessage(event.text);
  return reading.ok ? readStart(reading.message) : reading;
}

function failure(found: PortProblem, culprit: string | null = null, hung = false): Failure {
  return { type: 'failure', portProblem: found, culprit, hung };
}
