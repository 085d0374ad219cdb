import type { Signer } from '@wcp/evidence/key';
import type { Receipt } from '@wcp/spec';
import type { ReceiptForm, RetriedReceipts } from '@wcp/spec/hall';
import type { HallClock } from '../base/hall-clock.ts';
import { loggedError } from '../base/logged-error.ts';
import type { Logger } from '../base/logger.ts';
import { SerialQueue } from '../base/serial-queue.ts';
import type { Commit, ReceiptRow, Store } from '../storage/store/store.ts';
import {
  type ExportState,
  exportStateChange,
  findRefused,
  readExportState,
  refusedChange,
  takenChange,
} from './export-state.ts';
import { type ExportOptions, type ExportTarget, Refused } from './export-target.ts';
import { writeForm } from './receipt-forms.ts';

/** What an exporter works with. */
export interface ExporterParts {
  readonly origin: string;
  readonly store: Store;
  readonly commit: Commit;
  /** How many receipts the log has. */
  readonly size: () => Promise<number>;
  readonly signer: () => Signer;
  /** Whether this Hall sends for all with the same store. */
  isSender(): boolean;
  readonly clock: HallClock;
  readonly log: Logger;
}

/** How an export is going. */
export interface ExportStatus extends ExportState {
  readonly name: string;
  readonly form: ReceiptForm;
  /** Receipts that the log has and the target has not. */
  readonly lag: number;
  /** Why the last attempt failed; null where it succeeded. */
  readonly failure: string | null;
  /** Attempts that failed in a row. */
  readonly attempts: number;
}

/** Seconds between attempts; the last one for as long as it takes. */
const DELAYS_S = [1, 5, 30, 120, 600];
const TIME_LIMIT_MS = 30_000;
/** A receipt that is refused as often, and alone, is set aside. */
const MAX_REFUSALS = 5;
/** Where a target refuses more, it refuses everything: nothing more is set aside. */
const MAX_SET_ASIDE = 1_000;

/**
 * Sends the receipts of a log to one target in their order. The log is the queue: what a target does not have stays in
 * it, and only the position of the next receipt is stored. A kill between sending and storing sends a batch again.
 */
export class Exporter {
  readonly #options: ExportOptions;
  readonly #target: ExportTarget;
  readonly #parts: ExporterParts;
  readonly #stop = new AbortController();
  /** What is sent and what is stored of it is one step; a retry by hand stands between two of them. */
  readonly #steps = new SerialQueue();
  #state: ExportState;
  #size: number;
  /** Whether another Hall did the sending since this one did. */
  #isElsewhere = false;
  #attempts = 0;
  #failure: string | null = null;
  /** Refusals of the next receipt alone. */
  #refusals = 0;
  /** Up to this position receipts are sent one at a time, to find out which of them is refused. */
  #searchUntil = 0;
  #notBefore = 0;
  #working: Promise<void> | null = null;

  private constructor(
    options: ExportOptions,
    target: ExportTarget,
    parts: ExporterParts,
    state: ExportState,
    size: number,
  ) {
    this.#options = options;
    this.#target = target;
    this.#parts = parts;
    this.#state = state;
    this.#size = size;
  }

  static async open(options: ExportOptions, target: ExportTarget, parts: ExporterParts): Promise<Exporter> {
    const { name, from = 'start' } = options;
    const size = await parts.size();
    const known = await readExportState(parts.store, name);
    const state = known ?? { next: from === 'now' ? size : 0, refused: 0 };
    if (known === null) await parts.commit([exportStateChange(name, state, parts.clock.timestamp())]);
    return new Exporter(options, target, parts, state, size);
  }

  get status(): ExportStatus {
    const lag = Math.max(0, this.#size - this.#state.next);
    return {
      name: this.#options.name,
      form: this.#options.form,
      ...this.#state,
      lag,
      failure: this.#failure,
      attempts: this.#attempts,
    };
  }

  /** Sends what is there, unless it is doing so, has to wait after a failure, or another Hall does it. */
  run(): void {
    if (!this.#parts.isSender()) {
      this.#isElsewhere = true;
      return;
    }
    if (this.#stop.signal.aborted || this.#parts.clock.latest() < this.#notBefore) return;
    this.#working ??= this.#work().finally(() => {
      this.#working = null;
    });
  }

  /**
   * Sends receipts that were set aside once more, one at a time, beside what is under way. One that is taken is
   * forgotten as refused; the first attempt that fails for another reason is the last one.
   */
  async retry(positions: readonly number[]): Promise<RetriedReceipts> {
    const sent: number[] = [];
    const refused: { position: number; reason: string }[] = [];
    for (const position of positions) {
      try {
        await this.#steps.run(() => this.#again(position));
        sent.push(position);
      } catch (error) {
        if (!(error instanceof Refused)) return { sent, refused, failure: failureOf(error) };
        refused.push({ position, reason: error.message });
      }
    }
    return { sent, refused, failure: null };
  }

  /** What was not sent is sent by the next process. */
  async close(): Promise<void> {
    this.#stop.abort();
    await this.#working;
    await this.#steps.idle();
    await this.#target.close();
  }

  async #work(): Promise<void> {
    try {
      if (this.#isElsewhere) await this.#takeOver();
      this.#size = await this.#parts.size();
      while (this.#state.next < this.#size && !this.#stop.signal.aborted) await this.#step();
    } catch (error) {
      if (!this.#stop.signal.aborted) await this.#failed(error).catch((worse) => this.#note(worse));
    }
  }

  /** Goes on where another Hall stopped. */
  async #takeOver(): Promise<void> {
    this.#state = (await readExportState(this.#parts.store, this.#options.name)) ?? this.#state;
    this.#isElsewhere = false;
  }

  async #step(): Promise<void> {
    const rows = await this.#nextRows();
    await this.#steps.run(async () => {
      await this.#send(rows);
      await this.#store({ next: this.#state.next + rows.length });
    });
    this.#wentOn();
  }

  async #send(rows: readonly ReceiptRow[]): Promise<void> {
    const { origin, signer } = this.#parts;
    const documents = await Promise.all(
      rows.map(({ position, receipt }) =>
        writeForm(this.#options.form, { origin, position, receipt: JSON.parse(receipt) as Receipt }, signer),
      ),
    );
    const signal = AbortSignal.any([this.#stop.signal, AbortSignal.timeout(TIME_LIMIT_MS)]);
    await this.#target.send({ position: (rows[0] as ReceiptRow).position, documents }, signal);
  }

  async #again(position: number): Promise<void> {
    const { name } = this.#options;
    const { store, commit, clock } = this.#parts;
    const known = await findRefused(store, name, position);
    // Somebody else was faster, and the target has it.
    if (known === null) return;
    const row = await store.get('receipts', position);
    if (row === null) throw new Error('the store no longer has the receipt');
    try {
      await this.#send([row]);
    } catch (error) {
      if (error instanceof Refused)
        await commit([refusedChange({ name, position, reason: error.message, at: clock.timestamp() })]);
      throw error;
    }
    await this.#store({ refused: this.#state.refused - 1 }, [takenChange(known)]);
  }

  /** A gap is never skipped: what is missing would be missing for ever. */
  async #nextRows(): Promise<ReceiptRow[]> {
    const { next } = this.#state;
    const limit = this.#isAlone() ? 1 : Math.min(this.#target.maxBatch, this.#size - next);
    const rows = await this.#parts.store.list('receipts', { limit, ...(next > 0 && { after: next - 1 }) });
    if (rows.length > 0 && rows.every(({ position }, index) => position === next + index)) return rows;
    throw new Error('the store no longer has the next receipt');
  }

  async #failed(error: unknown): Promise<void> {
    if (!(error instanceof Refused)) return this.#note(error);
    if (!this.#isAlone()) {
      this.#searchUntil = this.#state.next + this.#target.maxBatch;
      return this.#work();
    }
    this.#refusals += 1;
    if (this.#refusals < MAX_REFUSALS || this.#state.refused >= MAX_SET_ASIDE) return this.#note(error);
    await this.#setAside(error.message);
    return this.#work();
  }

  #isAlone(): boolean {
    return this.#target.maxBatch === 1 || this.#state.next < this.#searchUntil;
  }

  #note(error: unknown): void {
    const { name } = this.#options;
    const delay = DELAYS_S[Math.min(this.#attempts, DELAYS_S.length - 1)] as number;
    this.#notBefore = this.#parts.clock.latest() + delay * 1000;
    this.#failure = failureOf(error);
    if (this.#attempts === 0) this.#parts.log('warn', `The export ${name} is held up: ${this.#failure}`);
    this.#attempts += 1;
  }

  async #setAside(reason: string): Promise<void> {
    const { name } = this.#options;
    const { next: position } = this.#state;
    const at = this.#parts.clock.timestamp();
    await this.#steps.run(() => {
      const counted = { next: position + 1, refused: this.#state.refused + 1 };
      return this.#store(counted, [refusedChange({ name, position, reason, at })]);
    });
    this.#wentOn();
    this.#parts.log(
      'error',
      `The export ${name} does without the receipt at position ${position}: ${reason}.`,
    );
  }

  async #store(changed: Partial<ExportState>, changes: Parameters<Commit>[0] = []): Promise<void> {
    const { commit, clock } = this.#parts;
    const state = { ...this.#state, ...changed };
    await commit([exportStateChange(this.#options.name, state, clock.timestamp()), ...changes]);
    this.#state = state;
  }

  #wentOn(): void {
    this.#attempts = 0;
    this.#refusals = 0;
    this.#failure = null;
  }
}

/** What may be said of a failure: the status of an answer, or what the log may hold. */
function failureOf(error: unknown): string {
  const { message } = error as Error;
  return /^HTTP \d{3}$/.test(message) ? message : loggedError(error);
}
