/**
 * Runs a task for whoever asks, one run at a time, and many who ask share one: a call during a run gets the next, so
 * that nobody gets what was found before they asked.
 */
export class LatestRun<T> {
  readonly #task: () => Promise<T>;
  #running: Promise<T> | null = null;
  #next: Promise<T> | null = null;

  constructor(task: () => Promise<T>) {
    this.#task = task;
  }

  /** What a run finds that begins after this call. */
  async get(): Promise<T> {
    if (this.#running === null) return this.#start();
    this.#next ??= this.#running.then(
      () => this.#start(),
      () => this.#start(),
    );
    return this.#next;
  }

  #start(): Promise<T> {
    this.#next = null;
    this.#running = this.#task().finally(() => {
      this.#running = null;
    });
    return this.#running;
  }
}
