/** Runs tasks one after another: the next begins when the one before it has succeeded or failed. */
export class SerialQueue {
  #last: Promise<unknown> = Promise.resolve();

  run<T>(task: () => Promise<T>): Promise<T> {
    const running = this.#last.then(task);
    this.#last = running.catch(() => {});
    return running;
  }

  /** Resolves when everything that was queued before this call has ended. */
  async idle(): Promise<void> {
    await this.#last;
  }
}
