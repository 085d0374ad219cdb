import { QuestionThread } from './question-thread.ts';

/**
 * An engine in a thread of its own, which is started when it is first needed. Where it is ended because a question has no
 * end, another thread is started at once; a thread that is only busy goes on.
 */
export class EngineThread {
  readonly #program: URL;
  readonly #data: unknown;
  #thread: Promise<QuestionThread> | null = null;
  #isClosed = false;

  /** @param data is handed to the program, as `workerData` */
  constructor(program: URL, data: unknown) {
    this.#program = program;
    this.#data = data;
  }

  /** Starts the thread. @throws {Error} where it cannot be made ready */
  async open(): Promise<void> {
    await this.#running();
  }

  /** @throws {Error} where the question failed or was late */
  async ask(question: unknown, signal: AbortSignal): Promise<unknown> {
    const thread = await this.#running();
    return await thread.ask(question, signal);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await (await this.#thread?.catch(() => null))?.end('The policies were closed.');
  }

  #running(): Promise<QuestionThread> {
    if (this.#isClosed) throw new Error('The policies are closed.');
    this.#thread ??= this.#start();
    return this.#thread;
  }

  #start(): Promise<QuestionThread> {
    const starting = QuestionThread.start(this.#program, this.#data, (wasReady) => {
      // One that was never ready would not be ready now either: the next question tries again.
      this.#thread = wasReady && !this.#isClosed ? this.#start() : null;
    });
    starting.catch(() => {});
    return starting;
  }
}

/**
 * A program of a thread: beside the file that names it in the sources; in the build that file may be part of a chunk at
 * the root of `dist`.
 *
 * @param here `import.meta.url` of the file that names it
 * @param folder in which the program lies
 */
export function threadProgram(here: string, folder: string, name: string): URL {
  const file = `${name}.${here.endsWith('.ts') ? 'ts' : 'js'}`;
  const isBeside = new URL('.', here).pathname.endsWith(`/${folder}/`);
  return new URL(isBeside ? `./${file}` : `./${folder}/${file}`, here);
}
