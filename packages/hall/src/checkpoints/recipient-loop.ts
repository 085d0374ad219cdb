import { waitAfter } from '../base/wait-after.ts';
import type { Commit } from '../storage/store/store.ts';
import { type CheckpointRecipient, RecipientError, type SignedCheckpoint } from './checkpoint-recipient.ts';

/** How far a recipient is. */
export interface RecipientState {
  readonly recipient: CheckpointRecipient;
  /** The size that it took last; null where it took none since the start. */
  readonly taken_size: number | null;
  /** Why the last attempt failed, and how many did so in a row; null where it succeeded. */
  readonly failure: { readonly code: string; readonly message: string; readonly attempts: number } | null;
}

const SECOND_MS = 1_000;
/** Milliseconds that a recipient has to answer. */
const ANSWER_MS = 10_000;
/** The longest wait between two attempts that fail, in seconds. */
const LONGEST_WAIT = 60;

/** Hands the newest checkpoint to one recipient, again and ever later while it fails. Older ones are left out. */
export class RecipientLoop {
  readonly #recipient: CheckpointRecipient;
  readonly #commit: Commit;
  readonly #onFailure: (state: RecipientState) => void;
  readonly #closing = new AbortController();
  #newest: SignedCheckpoint | null = null;
  #takenSize: number | null = null;
  #failure: RecipientState['failure'] = null;
  #timer: NodeJS.Timeout | null = null;
  #running: Promise<void> | null = null;
  #waiters: (() => void)[] = [];

  constructor(recipient: CheckpointRecipient, commit: Commit, onFailure: (state: RecipientState) => void) {
    this.#recipient = recipient;
    this.#commit = commit;
    this.#onFailure = onFailure;
  }

  get state(): RecipientState {
    return { recipient: this.#recipient, taken_size: this.#takenSize, failure: this.#failure };
  }

  /** Sends it now, unless the recipient is to be left alone for a while. */
  offer(checkpoint: SignedCheckpoint): void {
    this.#newest = checkpoint;
    if (this.#running === null && this.#timer === null) this.#start();
  }

  /** Resolves when the newest checkpoint was taken or refused, and at once where nothing is being sent. */
  attempted(): Promise<void> {
    if (this.#running === null) return Promise.resolve();
    return new Promise((resolve) => this.#waiters.push(resolve));
  }

  /** Ends a running attempt, and waits for its end. */
  async close(): Promise<void> {
    this.#closing.abort();
    if (this.#timer !== null) clearTimeout(this.#timer);
    await this.#running;
  }

  #start(): void {
    this.#timer = null;
    if (this.#closing.signal.aborted || this.#newest === null) return;
    this.#running = this.#attempt(this.#newest).then((wait) => {
      this.#running = null;
      if (wait > 0) this.#timer = setTimeout(() => this.#resume(), wait * SECOND_MS).unref();
      else this.#resume();
      if (this.#running === null) for (const resolve of this.#waiters.splice(0)) resolve();
    });
  }

  /** What was offered meanwhile is sent; the same checkpoint only where it was not taken. */
  #resume(): void {
    this.#timer = null;
    if (this.#failure !== null || (this.#newest?.size ?? null) !== this.#takenSize) this.#start();
  }

  /** Resolves with the seconds to wait. */
  async #attempt(checkpoint: SignedCheckpoint): Promise<number> {
    const signal = AbortSignal.any([this.#closing.signal, AbortSignal.timeout(ANSWER_MS)]);
    try {
      const changes = await this.#recipient.send(checkpoint, signal);
      if (changes.length > 0) await this.#commit(changes);
      this.#takenSize = checkpoint.size;
      this.#failure = null;
      return this.#recipient.every_seconds;
    } catch (error) {
      this.#fail(error);
      return waitAfter(this.#failure?.attempts ?? 1, LONGEST_WAIT);
    }
  }

  #fail(error: unknown): void {
    if (this.#closing.signal.aborted) return;
    const { code, message } =
      error instanceof RecipientError
        ? error
        : { code: 'NOT_KEPT', message: 'Its answer could not be stored.' };
    this.#failure = { code, message, attempts: (this.#failure?.attempts ?? 0) + 1 };
    this.#onFailure(this.state);
  }
}
