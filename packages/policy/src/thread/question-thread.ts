import { Worker } from 'node:worker_threads';
import type { ThreadAnswer, ThreadQuestion } from './serve-questions.ts';

/** Milliseconds within which a thread must be ready. */
const READY_MS = 30_000;

/** Milliseconds without an answer after which a thread that owes one is stuck: each takes far less than one. */
const STUCK_MS = 200;

/** What an engine may take of the memory of JavaScript, data of bundles included; one that takes more is ended. */
const resourceLimits = { maxOldGenerationSizeMb: 512 };

interface Waiting {
  resolve(answer: unknown): void;
  reject(error: Error): void;
}

/** A thread that is asked: one that is stuck is ended, and every question that waits for it fails. */
export class QuestionThread {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  readonly #onEnd: (wasReady: boolean) => void;
  #asked = 0;
  /** When it last said something, or was asked while it had nothing to do; in milliseconds. */
  #active = 0;
  #wasReady = false;
  #ended: string | null = null;

  /**
   * Starts a thread and waits until it is ready.
   *
   * @param onEnd is called once the thread can no longer be asked, with whether it ever could
   * @throws {Error} where it cannot be made ready
   */
  static async start(
    program: URL,
    workerData: unknown,
    onEnd: (wasReady: boolean) => void,
  ): Promise<QuestionThread> {
    // What policies print must not reach the output of the Hall; they get none of its variables.
    const worker = new Worker(program, { workerData, env: {}, stdout: true, stderr: true, resourceLimits });
    worker.stdout.resume();
    worker.stderr.resume();
    const thread = new QuestionThread(worker, onEnd);
    try {
      await thread.#wait(0, AbortSignal.timeout(READY_MS));
      return thread;
    } catch (error) {
      await thread.end('The policies cannot be loaded.');
      throw error;
    }
  }

  private constructor(worker: Worker, onEnd: (wasReady: boolean) => void) {
    this.#worker = worker;
    this.#onEnd = onEnd;
    worker.on('message', (answer: ThreadAnswer) => this.#take(answer));
    worker.on(
      'error',
      (error: Error) => void this.end(`The thread of the policies failed: ${error.message}`),
    );
    worker.on('exit', () => void this.end('The thread of the policies ended.'));
  }

  ask(question: unknown, signal: AbortSignal): Promise<unknown> {
    this.#asked += 1;
    const id = this.#asked;
    const answer = this.#wait(id, signal);
    if (this.#waiting.has(id)) this.#worker.postMessage({ id, question } satisfies ThreadQuestion);
    return answer;
  }

  /** Ends the thread; what waits for it fails. */
  async end(why: string): Promise<void> {
    if (this.#ended === null) {
      this.#ended = why;
      this.#onEnd(this.#wasReady);
      for (const { reject } of this.#waiting.values()) reject(new Error(why));
      this.#waiting.clear();
    }
    await this.#worker.terminate();
  }

  #wait(id: number, signal: AbortSignal): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.#ended !== null) return reject(new Error(this.#ended));
      if (signal.aborted) return reject(new Error(LATE));
      const late = () => this.#late(id);
      signal.addEventListener('abort', late, { once: true });
      if (this.#waiting.size === 0) this.#active = performance.now();
      // The process stays for an answer, and not for a thread that nobody asks.
      this.#worker.ref();
      const done = (settle: () => void) => {
        signal.removeEventListener('abort', late);
        settle();
      };
      this.#waiting.set(id, {
        resolve: (answer) => done(() => resolve(answer)),
        reject: (error) => done(() => reject(error)),
      });
    });
  }

  #take(said: ThreadAnswer): void {
    this.#active = performance.now();
    this.#wasReady ||= !('failure' in said);
    const waiting = this.#forget(said.id);
    if ('failure' in said) waiting?.reject(new Error(`The policy failed: ${said.failure}`));
    else waiting?.resolve(said.answer);
  }

  /** A thread that answered a moment ago is busy with others; one that has not for a while is in a policy without an end. */
  #late(id: number): void {
    if (performance.now() - this.#active > STUCK_MS) void this.end(LATE);
    else this.#forget(id)?.reject(new Error(LATE));
  }

  #forget(id: number): Waiting | undefined {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (this.#waiting.size === 0) this.#worker.unref();
    return waiting;
  }
}

const LATE = 'The policies did not answer in time.';
