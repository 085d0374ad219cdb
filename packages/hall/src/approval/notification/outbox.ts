import { v7 } from 'uuid';
import type { HallClock } from '../../base/hall-clock.ts';
import { loggedError } from '../../base/logged-error.ts';
import type { Logger } from '../../base/logger.ts';
import type { Change, Commit, NoticeRow, Store } from '../../storage/store/store.ts';
import type { ApprovalNotice } from './approval-notice.ts';
import { ReceiverLine } from './receiver-line.ts';

/** One way to humans. What is sent over it is durable with the change that it is about, and sent until it is accepted. */
export interface Channel {
  /** Names it in the store, and so across restarts. */
  readonly name: string;
  /** What the log calls a notice of it. */
  readonly noun: string;
  /** Notices that are sent at a time. */
  readonly maxAtATime: number;
  /** What is kept of a notice until it is sent. */
  bodyOf(notice: ApprovalNotice, at: string): string;
  /**
   * Sends a notice; resolves with what becomes durable once it is accepted, or null where it was not. What it throws
   * counts as not accepted; the reason of a {@link NotAccepted} is logged once.
   */
  send(id: string, body: string, signal: AbortSignal): Promise<readonly Change[] | null>;
}

/** Thrown by a channel where a notice was not accepted, with a reason for the log. */
export class NotAccepted extends Error {
  /** @param reason a code of the receiver; whatever else stands in it is left out */
  constructor(reason: string) {
    super(reason.replace(/[^A-Za-z0-9_., -]/g, '').slice(0, 100));
    this.name = 'NotAccepted';
  }
}

/** The code with which a receiver says why; anything else that it answers could be a secret that it was sent. */
export function codeOf(answered: unknown): string {
  return typeof answered === 'string' && /^[a-z_]{1,64}$/.test(answered) ? answered : 'no code';
}

/** What sending works with. */
export interface OutboxParts {
  readonly channels: readonly Channel[];
  readonly store: Store;
  readonly commit: Commit;
  readonly clock: HallClock;
  readonly log: Logger;
  /** Whether this Hall sends what any of those with the same store has to send. */
  isSender(): boolean;
}

/** A delivery that is due. */
interface Due {
  readonly channel: string;
  readonly body: string;
  readonly attempt: number;
}

/** Seconds between attempts; after the last attempt a notice is given up, and stays as failed. */
const DELAYS_S = [1, 5, 30, 120, 600, 3_600, 10_800, 21_600];
const TIME_LIMIT_MS = 10_000;
const PAGE = 100;
const CHECK_MS = 1_000;

/** Sends notices over every channel. */
export interface Outbox {
  changes(notice: ApprovalNotice, at: string): readonly Change[];
  /** Sends what is due now. */
  wake(): void;
  close(): Promise<void>;
}

/** Starts sending, what an earlier process left included. */
export function openOutbox(parts: OutboxParts): Outbox {
  const { channels } = parts;
  const sender = new Sender(parts);
  const timer = channels.length === 0 ? undefined : setInterval(() => sender.run(), CHECK_MS).unref();
  return {
    changes: (notice, at) =>
      channels.map((channel) => {
        const due = { channel: channel.name, body: channel.bodyOf(notice, at), attempt: 0 };
        const { tenant_id, approval_id: decision_id } = notice.approval;
        return outboxChange({ id: v7(), tenant_id, decision_id }, 'due', at, due);
      }),
    wake: () => sender.run(),
    async close() {
      clearInterval(timer);
      await sender.stop();
    },
  };
}

function outboxChange(
  { id, tenant_id, decision_id }: Pick<NoticeRow, 'id' | 'tenant_id' | 'decision_id'>,
  state: 'due' | 'failed',
  at: string,
  due: Due,
): Change {
  return { put: 'outbox', row: { id, state, at, tenant_id, decision_id, document: JSON.stringify(due) } };
}

/** A delivery of a row; an earlier version named its webhook `url`. */
function readDue({ document }: NoticeRow): Due {
  const { url, ...due } = JSON.parse(document) as Due & { readonly url?: string };
  return { ...due, channel: due.channel ?? url };
}

/** Looks through the store for what is due, and hands each notice to the line of its channel. */
class Sender {
  readonly #parts: OutboxParts;
  readonly #channels: ReadonlyMap<string, Channel>;
  readonly #lines: ReadonlyMap<string, ReceiverLine>;
  readonly #stop = new AbortController();
  #looking: Promise<void> | null = null;
  #isWoken = false;

  constructor(parts: OutboxParts) {
    this.#parts = parts;
    this.#channels = new Map(parts.channels.map((channel) => [channel.name, channel]));
    this.#lines = new Map([...this.#channels.values()].map((channel) => [channel.name, this.#line(channel)]));
  }

  /** Looks for what is due now; where that is being done, again afterwards. */
  run(): void {
    if (this.#stop.signal.aborted || this.#channels.size === 0 || !this.#parts.isSender()) return;
    this.#isWoken = true;
    this.#looking ??= this.#look().finally(() => {
      this.#looking = null;
    });
  }

  /** Does not wait for receivers: what they did not accept is sent again by the next process. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#looking;
    await Promise.all([...this.#lines.values()].map((line) => line.idle()));
  }

  #line({ maxAtATime }: Channel): ReceiverLine {
    const send = (row: NoticeRow) => this.#report(this.#send(row));
    return new ReceiverLine(maxAtATime, send, () => this.run());
  }

  async #look(): Promise<void> {
    while (this.#isWoken && !this.#stop.signal.aborted) {
      this.#isWoken = false;
      await this.#report(this.#offerDue());
    }
  }

  /** False where it failed, which is logged. */
  #report(work: Promise<void>): Promise<boolean> {
    return work.then(
      () => true,
      (error) => {
        this.#parts.log('warn', `Notices are held up: ${loggedError(error)}`);
        return false;
      },
    );
  }

  /** Page by page: notices that wait for another attempt do not delay the first attempt of later ones. */
  async #offerDue(): Promise<void> {
    const { store } = this.#parts;
    let after = '';
    for (;;) {
      const rows = await store.list('outbox', { where: { state: 'due' }, after, limit: PAGE });
      const now = this.#now();
      for (const row of rows) if (row.at <= now) await this.#offer(row);
      const last = rows.at(-1);
      if (last === undefined || rows.length < PAGE || this.#stop.signal.aborted) return;
      after = last.id;
    }
  }

  async #offer(row: NoticeRow): Promise<void> {
    const { channel } = readDue(row);
    const line = this.#lines.get(channel);
    if (line === undefined) await this.#parts.commit([{ remove: 'outbox', key: row.id }]);
    else line.offer(row);
  }

  /** What was listed may have been sent or put off meanwhile. */
  async #send({ id }: Pick<NoticeRow, 'id'>): Promise<void> {
    const row = await this.#parts.store.get('outbox', id);
    if (row === null || row.state !== 'due' || row.at > this.#now() || this.#stop.signal.aborted) return;
    const due = readDue(row);
    const channel = this.#channels.get(due.channel) as Channel;
    const signal = AbortSignal.any([this.#stop.signal, AbortSignal.timeout(TIME_LIMIT_MS)]);
    const accepted = await channel
      .send(id, due.body, signal)
      .catch((error) => this.#refused(channel, due, error));
    const changes =
      accepted === null ? [this.#later(row, due)] : [{ remove: 'outbox', key: id } as const, ...accepted];
    await this.#parts.commit(changes);
  }

  /** An operator who has just set a channel up learns at once what is wrong with it. */
  #refused({ noun }: Channel, { attempt }: Due, error: unknown): null {
    if (attempt === 0 && error instanceof NotAccepted) {
      this.#parts.log('warn', `${noun} was not accepted, and is sent again: ${error.message}.`);
    }
    return null;
  }

  #now(): string {
    return new Date(this.#parts.clock.now()).toISOString();
  }

  #later(row: NoticeRow, due: Due): Change {
    const delay = DELAYS_S[due.attempt];
    const at = new Date(this.#parts.clock.now() + (delay ?? 0) * 1000).toISOString();
    const noun = this.#channels.get(due.channel)?.noun;
    if (delay === undefined) this.#parts.log('error', `${noun} was given up after its last attempt.`);
    return outboxChange(row, delay === undefined ? 'failed' : 'due', at, {
      ...due,
      attempt: due.attempt + 1,
    });
  }
}
