import type { SigningKey } from '@wcp/evidence';
import { cosignCheckpoint, judgeAddCheckpoint, type WatchedLog } from '@wcp/evidence/witness';
import type { WitnessStore } from './witness-store.ts';

/** Who a witness is, and what it watches. */
export interface WitnessOptions {
  /** Its name, as a URL without its scheme: it also names the key of its cosignatures. */
  readonly name: string;
  /** A key that signs nothing else: a cosignature does not say by which witness it is. */
  readonly key: SigningKey;
  readonly logs: readonly WatchedLog[];
  /** Milliseconds since 1970; for tests. */
  readonly now?: () => number;
}

/** An answer over HTTP. */
export interface WitnessAnswer {
  readonly status: number;
  readonly type: 'text/plain; charset=utf-8' | 'text/x.tlog.size';
  readonly body: string;
}

const TEXT = 'text/plain; charset=utf-8';
/** How often a checkpoint is judged again because another one was recorded meanwhile. */
const MAX_RACES = 8;

/** A witness (C2SP tlog-witness): cosigns what continues the log that it saw, and nothing else. */
export class Witness {
  readonly #options: WitnessOptions;
  readonly #logs: ReadonlyMap<string, WatchedLog>;
  readonly #store: WitnessStore;

  constructor(options: WitnessOptions, store: WitnessStore) {
    this.#options = options;
    this.#logs = new Map(options.logs.map((log) => [log.origin, log]));
    this.#store = store;
  }

  /** The answer to `add-checkpoint`. What is cosigned is on the disk before this returns. */
  addCheckpoint(body: string): WitnessAnswer {
    for (let race = 0; race < MAX_RACES; race += 1) {
      const answer = this.#judge(body);
      if (answer !== null) return answer;
    }
    return { status: 503, type: TEXT, body: 'Busy. Try again.\n' };
  }

  /** The last checkpoint of a log that it cosigned, with the cosignature: what an auditor compares with a Hall's. */
  latest(origin: string): WitnessAnswer {
    const record = this.#logs.has(origin) ? this.#store.get(origin) : null;
    if (record === null)
      return { status: 404, type: TEXT, body: 'No checkpoint of this log was cosigned.\n' };
    return { status: 200, type: TEXT, body: record.checkpoint };
  }

  /** Null where the record changed between the judgement and the writing. */
  #judge(body: string): WitnessAnswer | null {
    const record = (origin: string) => this.#store.get(origin);
    const judgement = judgeAddCheckpoint(body, { log: (origin) => this.#logs.get(origin) ?? null, record });
    if (judgement.action === 'refuse')
      return { status: judgement.status, type: TEXT, body: REASONS[judgement.status] };
    if (judgement.action === 'conflict') {
      return { status: 409, type: 'text/x.tlog.size', body: `${judgement.known_size}\n` };
    }
    const { head, checkpoint, known } = judgement;
    const { name, key, now = Date.now } = this.#options;
    const line = cosignCheckpoint(checkpoint, { name, key, time: Math.floor(now() / 1_000) });
    const { origin, size, root } = head;
    const isKept = this.#store.advance(origin, known, { size, root, checkpoint: checkpoint + line });
    return isKept ? { status: 200, type: TEXT, body: line } : null;
  }
}

const REASONS = {
  400: 'This is not a request with a checkpoint.\n',
  403: 'No signature is by the key of this log for this size.\n',
  404: 'This log is not watched.\n',
  422: 'The proof does not show that this checkpoint continues the last one.\n',
} as const;
