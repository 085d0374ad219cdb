const SOON_MS = 100;

/** Does something again and again, when it is asked to, and never twice at a time. What fails is done again later. */
export class Repeater {
  readonly #act: () => Promise<void>;
  readonly #timer: NodeJS.Timeout;
  #running: Promise<void> | null = null;
  #next: Promise<void> | null = null;
  #soon: NodeJS.Timeout | null = null;

  constructor(act: () => Promise<void>, interval_ms: number) {
    this.#act = act;
    this.#timer = setInterval(() => void this.now().catch(() => {}), interval_ms);
    this.#timer.unref();
  }

  /** Does it now, or as soon as what is under way has ended: that may have begun too early. */
  now(): Promise<void> {
    if (this.#running === null) return this.#begin();
    this.#next ??= this.#running.catch(() => {}).then(() => this.#begin());
    return this.#next;
  }

  /** Does it soon: whoever asks a hundred times in a row is served once. */
  soon(): void {
    this.#soon ??= setTimeout(() => {
      this.#soon = null;
      this.now().catch(() => {});
    }, SOON_MS);
  }

  /** Waits for what is under way. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    if (this.#soon !== null) clearTimeout(this.#soon);
    await this.#running?.catch(() => {});
  }

  #begin(): Promise<void> {
    this.#next = null;
    const running = this.#act().finally(() => {
      if (this.#running === running) this.#running = null;
    });
    this.#running = running;
    return running;
  }
}
