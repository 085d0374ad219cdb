import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '../base/logger.ts';
import type { EvidenceStorage } from '../storage/evidence/evidence-storage.ts';
import type { Commit } from '../storage/store/store.ts';
import type { CheckpointOptions } from './checkpoint-options.ts';
import type { CheckpointRecipient, SignedCheckpoint } from './checkpoint-recipient.ts';
import { CopyRecipient } from './copy-recipient.ts';
import { cosignedNote, listProven, type ProvenCheckpoint } from './proven-checkpoints.ts';
import { RecipientLoop, type RecipientState } from './recipient-loop.ts';
import { type CheckpointProof, listProofs } from './stored-proofs.ts';
import { TimestampRecipient } from './timestamp-recipient.ts';
import { WitnessRecipient } from './witness-recipient.ts';

/** Something about checkpoints that an operator has to look at. */
export interface CheckpointFinding {
  readonly code:
    | 'LOG_REWRITTEN'
    | 'CHECKPOINT_NOT_WITNESSED'
    | 'CHECKPOINT_NOT_TIMESTAMPED'
    | 'CHECKPOINT_NOT_COPIED';
  readonly message: string;
}

/** What the publishing of checkpoints works with. */
export interface CheckpointParts {
  readonly storage: EvidenceStorage;
  readonly commit: Commit;
  /** Milliseconds since 1970. */
  now(): number;
  readonly log: Logger;
}

/** Failures in a row before health says so: a recipient that restarts is no trouble. */
const PATIENCE = 3;

/** Hands each checkpoint to witnesses, authorities of timestamps and copies. Nothing that is decided waits for them. */
export class PublishedCheckpoints {
  readonly #storage: EvidenceStorage;
  readonly #loops: readonly RecipientLoop[];
  #size = 0;

  private constructor(storage: EvidenceStorage, loops: readonly RecipientLoop[]) {
    this.#storage = storage;
    this.#loops = loops;
  }

  /** Opens with what the witnesses said before. Nothing is sent until a checkpoint is published. */
  static async open(options: CheckpointOptions, parts: CheckpointParts): Promise<PublishedCheckpoints> {
    const kept = new Map<string, CheckpointProof>();
    for await (const proof of listProofs(parts.storage.store)) {
      if (proof.kind === 'cosignature') kept.set(proof.by, proof);
    }
    const report = ({ recipient, failure }: RecipientState) => {
      if (failure === null || (failure.attempts > 1 && failure.attempts !== PATIENCE)) return;
      parts.log(
        'warn',
        `The checkpoint was not taken by ${described(recipient)}: ${failure.code}: ${failure.message}`,
      );
    };
    const loops = recipientsOf(options, parts, kept).map(
      (each) => new RecipientLoop(each, parts.commit, report),
    );
    return new PublishedCheckpoints(parts.storage, loops);
  }

  /** Signs the head of the log and hands it to all, without waiting for any. @throws {WcpError} `ERR_WCP_STORE` */
  async sign(at: string): Promise<string> {
    const note = await this.#storage.ledger.checkpoint(at);
    const checkpoint: SignedCheckpoint = { size: sizeOf(note), note };
    this.#size = checkpoint.size;
    for (const loop of this.#loops) loop.offer(checkpoint);
    return note;
  }

  /** Signs the head of the log, and resolves with what the witnesses add to it within so many milliseconds. */
  async signWitnessed(at: string, ms: number): Promise<string> {
    const note = await this.sign(at);
    await this.settle(ms);
    return cosignedNote(this.#storage.store, sizeOf(note), note);
  }

  /** The checkpoints with proofs after a size, at most so many. */
  list(after_size: number, limit: number): Promise<ProvenCheckpoint[]> {
    return listProven(this.#storage.store, after_size, limit);
  }

  /** Waits until those who were asked have answered, but no longer than so many milliseconds. */
  async settle(ms: number): Promise<void> {
    if (this.#loops.length === 0) return;
    const end = new AbortController();
    const late = delay(ms, undefined, { signal: end.signal }).catch(() => {});
    await Promise.race([Promise.all(this.#loops.map((loop) => loop.attempted())), late]);
    end.abort();
  }

  /** How many receipts of the newest checkpoint that witness lacks which is furthest behind; 0 without witnesses. */
  lag(): number {
    const sizes = this.#states()
      .filter(({ recipient }) => recipient.kind === 'witness')
      .map(({ taken_size }) => taken_size ?? 0);
    return sizes.length === 0 ? 0 : Math.max(0, this.#size - Math.min(...sizes));
  }

  findings(): readonly CheckpointFinding[] {
    return this.#states().flatMap((state) => findingOf(state) ?? []);
  }

  /** How many did not take the last checkpoint that they were sent. */
  failing(): number {
    return this.#states().filter(({ failure }) => failure !== null).length;
  }

  async close(): Promise<void> {
    await Promise.all(this.#loops.map((loop) => loop.close()));
  }

  #states(): RecipientState[] {
    return this.#loops.map(({ state }) => state);
  }
}

function findingOf({ recipient, failure }: RecipientState): CheckpointFinding | null {
  if (failure === null) return null;
  const message = `${described(recipient)}: ${failure.message}`;
  if (failure.code.startsWith('WITNESS_SAW')) return { code: 'LOG_REWRITTEN', message };
  return failure.attempts < PATIENCE ? null : { code: CODES[recipient.kind], message };
}

const CODES = {
  witness: 'CHECKPOINT_NOT_WITNESSED',
  timestamp: 'CHECKPOINT_NOT_TIMESTAMPED',
  copy: 'CHECKPOINT_NOT_COPIED',
} as const;

const KINDS = {
  witness: 'The witness',
  timestamp: 'The authority of timestamps',
  copy: 'The copy of checkpoints',
} as const;

function described({ kind, name }: CheckpointRecipient): string {
  return `${KINDS[kind]} ${name}`;
}

function recipientsOf(
  { witnesses = [], timestamps = [], copies = [] }: CheckpointOptions,
  { storage, now }: CheckpointParts,
  kept: ReadonlyMap<string, CheckpointProof>,
): CheckpointRecipient[] {
  const told = { ledger: storage.ledger, now: () => new Date(now()).toISOString() };
  return [
    ...copies.map((place) => new CopyRecipient(place)),
    ...witnesses.map((each) => new WitnessRecipient(each, told, kept.get(each.key.name) ?? null)),
    ...timestamps.map((each) => new TimestampRecipient(each, now)),
  ];
}

/** The second line of a checkpoint. */
function sizeOf(note: string): number {
  return Number(note.split('\n')[1]);
}
