import type { NoticeRow } from '../../storage/store/store.ts';

/** What goes to one receiver: one that hangs keeps nobody waiting but itself. */
export class ReceiverLine {
  readonly #max: number;
  readonly #send: (row: NoticeRow) => Promise<boolean>;
  readonly #roomMade: () => void;
  readonly #sending = new Map<string, Promise<void>>();
  #hasMore = false;

  /**
   * @param max notices that are sent at a time; the others wait in the store
   * @param send sends a notice; resolves with whether its new state is durable, and never rejects
   * @param roomMade called when there is room for what was refused
   */
  constructor(max: number, send: (row: NoticeRow) => Promise<boolean>, roomMade: () => void) {
    this.#max = max;
    this.#send = send;
    this.#roomMade = roomMade;
  }

  /** Begins to send a notice, unless that is being done or there is no room. */
  offer(row: NoticeRow): void {
    if (this.#sending.has(row.id)) return;
    if (this.#sending.size >= this.#max) this.#hasMore = true;
    else this.#sending.set(row.id, this.#carry(row));
  }

  /** Resolves when nothing is being sent. */
  async idle(): Promise<void> {
    await Promise.all(this.#sending.values());
  }

  async #carry(row: NoticeRow): Promise<void> {
    const isDurable = await this.#send(row);
    this.#sending.delete(row.id);
    // Where the store fails, the next look is soon enough: the receiver has the notice already.
    if (!isDurable || !this.#hasMore) return;
    this.#hasMore = false;
    this.#roomMade();
  }
}
