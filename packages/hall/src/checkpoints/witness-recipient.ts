import { readCosignature, writeAddCheckpoint } from '@wcp/evidence/witness';
import type { Ledger } from '../storage/ledger/ledger.ts';
import type { Change } from '../storage/store/store.ts';
import type { WitnessOptions } from './checkpoint-options.ts';
import { type CheckpointRecipient, RecipientError, type SignedCheckpoint } from './checkpoint-recipient.ts';
import { type PostAnswer, post, refusedWith } from './post.ts';
import { type CheckpointProof, putProof, removeProof } from './stored-proofs.ts';

/** What a witness is told with. */
export interface WitnessParts {
  readonly ledger: Pick<Ledger, 'proveConsistency'>;
  /** The time as the wire writes it. */
  now(): string;
}

/** A witness (C2SP tlog-witness): gets each checkpoint with the proof that it continues the last one it cosigned. */
export class WitnessRecipient implements CheckpointRecipient {
  readonly kind = 'witness';
  readonly name: string;
  readonly every_seconds = 0;
  readonly #options: WitnessOptions;
  readonly #parts: WitnessParts;
  /** The last cosignature that is kept: an older one proves nothing that it doesn't. */
  #kept: CheckpointProof | null;
  /** The size that the witness recorded last, as far as is known. */
  #known: number;

  /** @param kept its last cosignature in the store */
  constructor(options: WitnessOptions, parts: WitnessParts, kept: CheckpointProof | null) {
    this.name = options.key.name;
    this.#options = options;
    this.#parts = parts;
    this.#kept = kept;
    this.#known = kept?.size ?? 0;
  }

  async send(checkpoint: SignedCheckpoint, signal: AbortSignal): Promise<readonly Change[]> {
    const first = await this.#ask(checkpoint, signal);
    const answer =
      first.status === 409 && this.#learn(first, checkpoint) ? await this.#ask(checkpoint, signal) : first;
    if (answer.status === 409) throw this.#conflict();
    if (answer.status === 422) throw this.#conflict();
    if (answer.status !== 200) throw refusedWith(answer);
    return this.#keep(checkpoint, answer.body.toString());
  }

  async #ask({ size, note }: SignedCheckpoint, signal: AbortSignal): Promise<PostAnswer> {
    const old_size = Math.min(this.#known, size);
    const proof = old_size === 0 ? [] : await this.#parts.ledger.proveConsistency(old_size, size);
    const body = writeAddCheckpoint({ old_size, proof, checkpoint: note });
    return post(
      `${this.#options.url.replace(/\/$/, '')}/add-checkpoint`,
      { body, type: 'text/plain' },
      signal,
    );
  }

  /** Whether the size that the witness names is another than the one that was assumed. */
  #learn({ type, body }: PostAnswer, { size }: SignedCheckpoint): boolean {
    const [, text] = /^(0|[1-9][0-9]{0,15})\n$/.exec(body.toString()) ?? [];
    if (!type.startsWith('text/x.tlog.size') || text === undefined) return false;
    const known = Number(text);
    if (known > size) {
      throw new RecipientError(
        'WITNESS_SAW_MORE',
        `It has cosigned ${known} receipts and the log has ${size}: the log was set back, or another one signs in its name.`,
      );
    }
    const isNews = known !== this.#known;
    this.#known = known;
    return isNews;
  }

  #conflict(): RecipientError {
    return new RecipientError(
      'WITNESS_SAW_ANOTHER',
      'It has cosigned a log of this name that this one does not continue: the log was rewritten, or another one signs in its name.',
    );
  }

  #keep({ size, note }: SignedCheckpoint, answer: string): readonly Change[] {
    const proof = readCosignature(note, answer, this.#options.key);
    if (proof === null) {
      throw new RecipientError(
        'COSIGNATURE_MISSING',
        'Its answer has no cosignature by the key that is known of it.',
      );
    }
    const kept: CheckpointProof = { size, kind: 'cosignature', by: this.name, at: this.#parts.now(), proof };
    const former = this.#kept;
    this.#known = size;
    this.#kept = kept;
    return former === null || former.size === size ? [putProof(kept)] : [putProof(kept), removeProof(former)];
  }
}
