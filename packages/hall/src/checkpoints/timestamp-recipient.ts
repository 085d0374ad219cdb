import { timestampRequest, verifyTimestamp } from '@wcp/evidence/timestamp';
import type { Change } from '../storage/store/store.ts';
import type { TimestampOptions } from './checkpoint-options.ts';
import { type CheckpointRecipient, RecipientError, type SignedCheckpoint } from './checkpoint-recipient.ts';
import { post, refusedWith } from './post.ts';
import { putProof } from './stored-proofs.ts';

const EVERY_SECONDS = 3_600;
/** Milliseconds between the clock of the Hall and that of the authority: beyond, honest receipts would look misplaced. */
const APART_MS = 60_000;

/** An authority of timestamps: what it answers is verified before it is kept. */
export class TimestampRecipient implements CheckpointRecipient {
  readonly kind = 'timestamp';
  readonly name: string;
  readonly every_seconds: number;
  readonly #options: TimestampOptions;
  readonly #now: () => number;

  /** @param now milliseconds since 1970 */
  constructor(options: TimestampOptions, now: () => number) {
    // The rest of an address may hold a key.
    this.name = new URL(options.url).origin;
    this.every_seconds = options.every_seconds ?? EVERY_SECONDS;
    this.#options = options;
    this.#now = now;
  }

  async send({ size, note }: SignedCheckpoint, signal: AbortSignal): Promise<readonly Change[]> {
    const { url, certificates } = this.#options;
    const { der, nonce } = timestampRequest(note);
    const answer = await post(url, { body: der, type: 'application/timestamp-query' }, signal);
    if (answer.status !== 200) throw refusedWith(answer);
    const verdict = await verifyTimestamp({ timestamp: answer.body, checkpoint: note, certificates, nonce });
    if (!verdict.ok) throw new RecipientError(verdict.findings[0].code, verdict.findings[0].message);
    const apart = Date.parse(verdict.time) - this.#now();
    if (Math.abs(apart) > APART_MS) {
      const seconds = Math.round(Math.abs(apart) / 1_000);
      const message = `Its clock and that of this machine are ${seconds} s apart: one of them is wrong.`;
      throw new RecipientError('CLOCKS_APART', message);
    }
    const proof = answer.body.toString('base64');
    return [putProof({ size, kind: 'timestamp', by: url, at: verdict.time, proof })];
  }
}
